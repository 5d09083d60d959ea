import { detached } from '../text/detached.js';

/** One warning in so long a time is enough: what it asks for is done once, not for each event. */
const againAfterMs = 5 * 60_000;

/** Remembers what people were told just now, so that an import does not tell it with each event. */
export class ToldOnce {
  readonly #told = new Map<string, number>();

  /** Those that are due now; they count as told. */
  due(what: readonly string[], nowMs: number): readonly string[] {
    const due = what.filter((each) => {
      const toldMs = this.#told.get(each);
      return toldMs === undefined || nowMs - toldMs > againAfterMs;
    });
    // Names may come from the rows of a feed, without end.
    if (this.#told.size > 10_000) this.#told.clear();
    for (const each of due) this.#told.set(detached(each), nowMs);
    return due;
  }
}
