import type { ChunkResult } from './feed-types.js';

/** An event that takes this many times as long as the quickest one so far: MISP is overloaded. */
const slowdown = 3;
/** So many parts in a row without trouble, and one more writer is tried. */
const calmParts = 5;

/**
 * How many writers MISP bears at the moment: all of them until it asks for a pause, fails or slows down, then one fewer
 * at a time, and one more after a while of calm. Deterministic: it knows only what the activities answered.
 */
export class Writers {
  readonly #most: number;
  #allowed: number;
  #quickestMs = Number.POSITIVE_INFINITY;
  #calm = 0;

  constructor(most: number) {
    this.#most = Math.max(1, most);
    this.#allowed = this.#most;
  }

  get allowed(): number {
    return this.#allowed;
  }

  learn({ msPerEvent, troubled }: Pick<ChunkResult, 'msPerEvent' | 'troubled'>): void {
    const slow = msPerEvent > slowdown * this.#quickestMs;
    if (msPerEvent > 0) this.#quickestMs = Math.min(this.#quickestMs, msPerEvent);
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
