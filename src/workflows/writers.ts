import type { ChunkResult } from './feed-types.js';

/** Events that take this many times as long as usual: MISP is overloaded. */
const slowdown = 3;
/** What is usual is told by so many parts: when it has long been slow, it is what it is. */
const remembered = 20;
/** So many parts in a row without trouble, and one more writer is tried. */
const calmParts = 5;

/**
 * How many writers MISP bears at the moment: all of them until it asks for a pause, fails or slows down, then one fewer
 * at a time, and one more after a while of calm. Deterministic: it knows only what the activities answered.
 */
export class Writers {
  readonly #most: number;
  #allowed: number;
  /** Of the last parts, the newest last. */
  #paces: readonly number[] = [];
  #calm = 0;

  constructor(most: number) {
    this.#most = Math.max(1, most);
    this.#allowed = this.#most;
  }

  get allowed(): number {
    return this.#allowed;
  }

  learn({ msPerEvent, troubled }: Pick<ChunkResult, 'msPerEvent' | 'troubled'>): void {
    const slow = this.#paces.length > 0 && msPerEvent > slowdown * middleOf(this.#paces);
    if (msPerEvent > 0) this.#paces = [...this.#paces, msPerEvent].slice(-remembered);
    if (troubled || slow) {
      this.#allowed = Math.max(1, this.#allowed - 1);
      this.#calm = 0;
      return;
    }
    this.#calm += 1;
    if (this.#calm < calmParts) return;
    this.#allowed = Math.min(this.#most, this.#allowed + 1);
    this.#calm = 0;
  }
}

function middleOf(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}
