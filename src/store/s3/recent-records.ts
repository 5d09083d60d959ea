/** Of one worker. */
const mostBytes = 32 * 1024 * 1024;
const mostBytesEach = 1024 * 1024;
/** As long as a batch is on its way. */
const keptMs = 60_000;

/**
 * Records that this process created a moment ago: what is written is mostly read next, and is never changed. Each that
 * is found here saves a request. Only what others do to the bucket behind our back is noticed a minute later.
 */
export class RecentRecords {
  /** The oldest first. */
  readonly #records = new Map<string, { readonly body: Buffer; readonly atMs: number }>();
  #bytes = 0;

  keep(key: string, body: Buffer): void {
    if (body.length > mostBytesEach) return;
    this.forget(key);
    this.#records.set(key, { body, atMs: performance.now() });
    this.#bytes += body.length;
    for (const [oldest, { atMs }] of this.#records) {
      if (this.#bytes <= mostBytes && atMs > performance.now() - keptMs) return;
      this.forget(oldest);
    }
  }

  get(key: string): Buffer | undefined {
    const found = this.#records.get(key);
    return found === undefined || found.atMs <= performance.now() - keptMs ? undefined : found.body;
  }

  forget(key: string): void {
    this.#bytes -= this.#records.get(key)?.body.length ?? 0;
    this.#records.delete(key);
  }
}
