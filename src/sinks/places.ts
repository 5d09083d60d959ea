/**
 * So many alerts at once may be on their way to each sink. A sink that never answers then holds these places, and not
 * all that a worker can do at a time.
 */
export class SinkPlaces {
  readonly #perSink: number;
  readonly #taken = new Map<string, number>();

  constructor(perSink: number) {
    this.#perSink = perSink;
  }

  /** Runs `work` in a place of this sink's; where none is free, `full` at once. */
  async within<T>(sink: string, work: () => Promise<T>, full: () => T): Promise<T> {
    const taken = this.#taken.get(sink) ?? 0;
    if (taken >= this.#perSink) return full();
    this.#taken.set(sink, taken + 1);
    try {
      return await work();
    } finally {
      this.#taken.set(sink, (this.#taken.get(sink) ?? 1) - 1);
    }
  }
}
