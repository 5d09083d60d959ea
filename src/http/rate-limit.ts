import { setTimeout as pause } from 'node:timers/promises';

/** Spreads requests evenly: at most `perSecond` start in any second. Without a number, no limit. */
export class RateLimit {
  readonly #gapMs: number;
  #nextAt = 0;

  constructor(perSecond: number | undefined) {
    this.#gapMs = perSecond === undefined ? 0 : 1000 / perSecond;
  }

  /** Resolves when the caller may send. */
  async turn(signal?: AbortSignal): Promise<void> {
    if (this.#gapMs === 0) return;
    const now = performance.now();
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + this.#gapMs;
    if (at > now) await pause(at - now, undefined, signal === undefined ? {} : { signal });
  }
}
