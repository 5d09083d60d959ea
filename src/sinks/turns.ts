/**
 * Lets so many activities at once work at each sink, the others in the order in which they came. A sink serves no more
 * requests at a time than the configuration says: of many batches, most would only wait for a connection, with claims
 * in hand that grow old. The line is short, or there is none, since who stands in it takes a place of the worker's: a
 * sink that never answers must not hold them all.
 */
export class SinkTurns {
  readonly #placesAt: (sink: string) => number;
  readonly #longestLine: number;
  readonly #busy = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(placesAt: (sink: string) => number, longestLine: number) {
    this.#placesAt = placesAt;
    this.#longestLine = longestLine;
  }

  /** Runs `work` when its turn has come; `full` at once where the line is. Throws the reason of `signal`. */
  async within<T>(sink: string, signal: AbortSignal, work: () => Promise<T>, full: () => T): Promise<T> {
    const allBusy = (this.#busy.get(sink) ?? 0) >= this.#placesAt(sink);
    if (allBusy && (this.#waiting.get(sink)?.length ?? 0) >= this.#longestLine) return full();
    await this.#turn(sink, signal);
    try {
      return await work();
    } finally {
      const next = this.#waiting.get(sink)?.shift();
      // A place is handed on, or given back.
      if (next === undefined) this.#busy.set(sink, (this.#busy.get(sink) ?? 1) - 1);
      else next();
    }
  }

  async #turn(sink: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const busy = this.#busy.get(sink) ?? 0;
    if (busy < this.#placesAt(sink)) {
      this.#busy.set(sink, busy + 1);
      return;
    }
    const line = this.#waiting.get(sink) ?? [];
    this.#waiting.set(sink, line);
    await new Promise<void>((resolve, reject) => {
      const go = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        line.splice(line.indexOf(go), 1);
        reject(signal.reason);
      };
      line.push(go);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}
