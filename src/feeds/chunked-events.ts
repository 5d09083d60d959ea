import { chunks } from '../sinks/in-parallel.js';
import type { ChangedEvent } from './changed-events.js';
import type { Spool, SpooledEvent } from './spool.js';

/** What one activity writes: some seconds of MISP's time, so that a cancellation is heeded soon and little is repeated. */
const chunkEvents = 100;
const chunkBytes = 512 * 1024;

/** Puts events aside in chunks of a bounded size, the last ones such that each writer gets its part of what is left. */
export class ChunkedEvents {
  chunks = 0;
  readonly #spool: Spool;
  readonly #writers: number;
  readonly #most: number;
  #gathered: SpooledEvent[] = [];
  #bytes = 0;

  /** @param most events in a chunk, where MISP has a limit */
  constructor(spool: Spool, writers: number, most: number = chunkEvents) {
    this.#spool = spool;
    this.#writers = writers;
    this.#most = Math.min(most, chunkEvents);
  }

  async add(events: readonly ChangedEvent[]): Promise<void> {
    for (const { event, contentHash, keeps, lastNumber, rows } of events) {
      if (this.#gathered.length >= this.#most || this.#bytes >= chunkBytes) await this.#put(this.#takeGathered());
      this.#gathered.push({ event, contentHash, keeps, lastNumber, rows });
      this.#bytes += JSON.stringify(event).length + rows.reduce((sum, { raw }) => sum + raw.length, 0);
    }
  }

  async end(): Promise<void> {
    const left = this.#takeGathered();
    for (const part of chunks(left, Math.ceil(left.length / this.#writers))) await this.#put(part);
  }

  async #put(events: readonly SpooledEvent[]): Promise<void> {
    await this.#spool.putChunk(this.chunks, events);
    this.chunks += 1;
  }

  #takeGathered(): readonly SpooledEvent[] {
    const gathered = this.#gathered;
    this.#gathered = [];
    this.#bytes = 0;
    return gathered;
  }
}
