/**
 * Makes records durable in groups: while one group is being written the next one gathers, so that many small writes
 * cost a few large ones, and each caller waits only for the group that holds its own.
 */
export class GroupCommit<T> {
  readonly #write: (items: readonly T[]) => Promise<void>;
  #gathering: T[] = [];
  #next: Promise<void> | undefined;
  #current: Promise<void> = Promise.resolve();

  constructor(write: (items: readonly T[]) => Promise<void>) {
    this.#write = write;
  }

  /** Resolves when `item` is durable; rejects when its group could not be written. */
  add(item: T): Promise<void> {
    this.#gathering.push(item);
    this.#next ??= this.#writeNext();
    return this.#next;
  }

  async #writeNext(): Promise<void> {
    // The group before reports its own failure to its own callers.
    await this.#current.catch(() => undefined);
    const items = this.#gathering;
    this.#gathering = [];
    const writing = this.#write(items);
    this.#current = writing;
    this.#next = undefined;
    await writing;
  }
}
