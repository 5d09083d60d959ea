import { setTimeout as pause } from 'node:timers/promises';

/** Spreads requests evenly: at most `perSecond` start in any second. Without a number, no limit. */
export class RateLimit {
  readonly #gapMs: number;
  #nextAt = 0;

  constructor(perSecond: number | undefined) {
    this.#gapMs = perSecond === undefined ? 0 : 1000 / perSecond;
  }

  /**
   * Resolves when the caller may send: true. False, at once, where its turn would come only after `longestMs`: how
   * long a request may take from its claim on has to stay bounded. Rejects with the signal's reason.
   */
  async turn(longestMs: number, signal?: AbortSignal): Promise<boolean> {
    signal?.throwIfAborted();
    if (this.#gapMs === 0) return true;
    const now = performance.now();
    const at = Math.max(now, this.#nextAt);
    if (at - now > longestMs) return false;
    this.#nextAt = at + this.#gapMs;
    if (at > now) {
      await pause(at - now, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
        signal?.throwIfAborted();
        throw error;
      });
    }
    return true;
  }
}
