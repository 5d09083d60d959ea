import { Places } from '../turns/places.js';

/** What all who send to one sink from this worker share. */
export class SinkUse {
  /**
   * True: the last call was refused, or was certainly not carried out. The next one goes alone, so that a sink that
   * refuses everything (a wrong key) costs a claim each time, and not one for each alert that waits.
   */
  refusing = false;
  readonly #calls: Places;

  /** @param concurrency how many calls run at the same time */
  constructor(concurrency: number) {
    this.#calls = new Places(concurrency);
  }

  /**
   * Runs a call once there is a place. The sink has no more connections than places: a call that waited for one of
   * those would spend its own time in the line, and be cut.
   */
  call<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return this.#calls.use(this, work, signal);
  }
}

/** By the name of the sink. */
export class SinkUses {
  readonly #uses = new Map<string, SinkUse>();

  of({ name, concurrency }: { readonly name: string; readonly concurrency: number }): SinkUse {
    const use = this.#uses.get(name) ?? new SinkUse(concurrency);
    this.#uses.set(name, use);
    return use;
  }
}
