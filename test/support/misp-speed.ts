import { setTimeout as pause } from 'node:timers/promises';

/** How long a stand-in takes: so long for each change, so many of them at a time, and a tenth of it for a read. */
export class Speed {
  readonly #latencyMs: number;
  readonly #places: number;
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  constructor(latencyMs: number, places: number) {
    this.#latencyMs = latencyMs;
    this.#places = places;
  }

  async take<T>(isChange: boolean, work: () => Promise<T>): Promise<T> {
    if (this.#latencyMs === 0) return await work();
    if (!isChange) {
      await pause(this.#latencyMs / 10);
      return await work();
    }
    if (this.#busy >= this.#places) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#busy += 1;
    try {
      const [answer] = await Promise.all([work(), pause(this.#latencyMs)]);
      return answer;
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#busy -= 1;
      else next();
    }
  }
}
