import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { inParallel } from '../../sinks/in-parallel.js';
import { temporaryPath } from './atomic-write.js';
import { type FeedEvent, feedFileSchema, hashLines, manifestEntry } from './format.js';
import { parseJson } from './parse-json.js';
import { readOptional } from './read-optional.js';
import type { UuidMarks } from './uuid-marks.js';

const filesAtOnce = 16;
const eventsAtOnce = 64;
const windowBytes = 64 * 1024;
const lineFeed = 0x0a;
const where = 'misp.path';

/**
 * What the indexes are to say of changed and new events, made once from each file and kept in a file beside them until
 * the manifest and the hashes have taken it: of a new feed that is all events.
 */
export class MadeEntries {
  /** Numbers of the events, in the order of their UUIDs. */
  readonly numbers: Uint32Array;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #starts: Float64Array;
  readonly #lengths: Uint32Array;
  /** What was read last: those that are taken in their order stand one behind the other. */
  #window: Buffer = Buffer.alloc(windowBytes);
  #windowStart = 0;
  #windowEnd = 0;

  private constructor(path: string, file: FileHandle, numbers: Uint32Array, size: number) {
    this.#path = path;
    this.#file = file;
    this.numbers = numbers;
    this.#starts = new Float64Array(size);
    this.#lengths = new Uint32Array(size);
  }

  /** @param numbers of the events, in the order of their UUIDs */
  static async make(folder: string, uuids: UuidMarks, numbers: Uint32Array): Promise<MadeEntries> {
    const path = temporaryPath(folder);
    const made = new MadeEntries(path, await open(path, 'wx+', 0o644), numbers, uuids.size);
    try {
      await made.#fill(folder, uuids);
      return made;
    } catch (error) {
      await made.close();
      throw error;
    }
  }

  /** False also where the file is no event: not ours, and none to list. */
  has(number: number): boolean {
    return this.#lengths[number] !== 0;
  }

  /** Its entry of the manifest, as `"<uuid>":{…}`. */
  async entry(number: number): Promise<string> {
    const record = await this.#record(number);
    return record.toString('utf8', 0, record.indexOf(lineFeed));
  }

  /** Its lines of the hashes, each with its end. */
  async lines(number: number): Promise<string> {
    const record = await this.#record(number);
    return record.toString('utf8', record.indexOf(lineFeed) + 1);
  }

  async close(): Promise<void> {
    await this.#file.close();
    await rm(this.#path, { force: true });
  }

  async #fill(folder: string, uuids: UuidMarks): Promise<void> {
    let end = 0;
    for (let start = 0; start < this.numbers.length; start += eventsAtOnce) {
      const some = this.numbers.subarray(start, start + eventsAtOnce);
      const records: Buffer[] = [];
      await inParallel([...some.entries()], filesAtOnce, async ([place, number]) => {
        const uuid = uuids.uuidAt(number);
        const event = await readEvent(folder, uuid);
        records[place] = Buffer.from(event === undefined ? '' : recordOf(uuid, event));
      });
      for (const [place, number] of some.entries()) {
        this.#starts[number] = end;
        this.#lengths[number] = records[place]?.length ?? 0;
        end += records[place]?.length ?? 0;
      }
      await this.#file.appendFile(Buffer.concat(records));
    }
  }

  /** Good until the next one is read. */
  async #record(number: number): Promise<Buffer> {
    const start = this.#starts[number] ?? 0;
    const end = start + (this.#lengths[number] ?? 0);
    if (start < this.#windowStart || end > this.#windowEnd) await this.#moveWindow(start, end);
    return this.#window.subarray(start - this.#windowStart, end - this.#windowStart);
  }

  async #moveWindow(start: number, end: number): Promise<void> {
    if (this.#window.length < end - start) this.#window = Buffer.alloc(end - start);
    this.#windowStart = start;
    this.#windowEnd = start;
    while (this.#windowEnd < end) {
      const offset = this.#windowEnd - start;
      const { bytesRead } = await this.#file.read(this.#window, { offset, position: this.#windowEnd });
      if (bytesRead === 0) throw new LurewatchError('LW_MISP_UNAVAILABLE', `${this.#path} ends early`, { where });
      this.#windowEnd += bytesRead;
    }
  }
}

/** The entry on its line, the lines of the hashes on theirs. Both name the event as its file does, however it spells itself. */
function recordOf(uuid: string, event: FeedEvent): string {
  const entry = `${JSON.stringify(uuid)}:${JSON.stringify(manifestEntry(event))}`;
  return [entry, ...hashLines({ ...event, uuid })].map((line) => `${line}\n`).join('');
}

async function readEvent(folder: string, uuid: string): Promise<FeedEvent | undefined> {
  const text = await readOptional(join(folder, `${uuid}.json`));
  return feedFileSchema.safeParse(parseJson(text ?? '')).data?.Event;
}
