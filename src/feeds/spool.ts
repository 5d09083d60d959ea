import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { keys } from '../ledger/keys.js';
import { mispEventSchema } from '../misp/schema.js';
import type { MispEvent } from '../misp/types.js';
import type { Store } from '../store/store.js';
import type { FeedHead } from './formats/reader.js';
import { jsonLine, readJsonLines } from './json-lines.js';
import type { SourceRow } from './types.js';

/** An event that waits to be written, with the rows it came from. */
const spooledEventSchema: z.ZodType<SpooledEvent> = z.object({
  event: mispEventSchema,
  /** SHA-256 (hex) of the event. */
  contentHash: z.string(),
  keeps: z.boolean(),
  lastNumber: z.number(),
  rows: z.array(z.object({ file: z.string(), row: z.number(), raw: z.string() })),
});
export interface SpooledEvent {
  readonly event: MispEvent;
  readonly contentHash: string;
  readonly keeps: boolean;
  /** The number of the latest revision when the feed was read. */
  readonly lastNumber: number;
  readonly rows: readonly SourceRow[];
}

const rejectedSchema = z.object({
  file: z.string(),
  row: z.number(),
  code: z.string(),
  reason: z.string(),
  raw: z.string(),
});
export type SpooledReject = Readonly<z.output<typeof rejectedSchema>>;

/** An event that was written, as the report of an import names it. */
const writtenSchema = z.object({
  uuid: z.string(),
  info: z.string(),
  action: z.enum(['created', 'updated', 'unchanged']),
  reference: z.string(),
  rows: z.array(z.object({ file: z.string(), row: z.number() })),
  warnings: z.array(z.object({ code: z.string(), reason: z.string() })),
});
export type ReportedEvent = Readonly<z.output<typeof writtenSchema>>;

/** What becomes the record of the import, once every row has come to its end. */
const stateSchema = z.object({
  mappingHash: z.string(),
  sourceState: z.record(z.string(), z.unknown()),
  rows: z.number(),
  events: z.number(),
  rejected: z.number(),
  /** Every file was read to its end. */
  complete: z.boolean(),
  /** When the import before it was recorded; absent: there was none. */
  latestAtMs: z.number().optional(),
  /** Of each file, by its name. */
  heads: z.record(z.string(), z.object({ columns: z.array(z.string()).nullable(), text: z.string() })),
});
export type SpooledState = Omit<z.output<typeof stateSchema>, 'heads'> & {
  readonly heads: Readonly<Record<string, FeedHead>>;
};

const manifestSchema = z.object({
  version: z.literal(1),
  /** While it is open, what stands here is in use. */
  workflowId: z.string(),
});

/**
 * What an import under way puts aside in the store, so that any worker can go on with it: the events to write in
 * chunks, the rejected rows, and what became of each. Nothing of it is needed once the import has ended.
 */
export class Spool {
  readonly #store: Store;
  readonly #prefix: string;

  constructor(store: Store, feed: string, importId: string) {
    this.#store = store;
    this.#prefix = keys.spool(feed, importId);
  }

  async open(workflowId: string): Promise<void> {
    const manifest = { version: 1, workflowId };
    await this.#store.createMany([{ key: `${this.#prefix}manifest.json`, body: Buffer.from(jsonLine(manifest)) }]);
  }

  async putChunk(chunk: number, events: readonly SpooledEvent[]): Promise<void> {
    await this.#put(`chunk-${padded(chunk)}`, events);
  }

  async chunk(chunk: number): Promise<readonly SpooledEvent[]> {
    const [body] = await this.#store.readMany([`${this.#prefix}chunk-${padded(chunk)}.jsonl`]);
    if (body === undefined) {
      throw new LurewatchError('LW_STORE_CORRUPT', 'a part of an import under way is gone', {
        where: `store record ${this.#prefix}chunk-${padded(chunk)}.jsonl`,
        mend: 'Start the import again: what was written is known and not written twice.',
      });
    }
    const events: SpooledEvent[] = [];
    for await (const event of readJsonLines(spooledEventSchema, Readable.from([body]))) events.push(event);
    return events;
  }

  /** What became of a chunk. Put twice, the first stands: a later attempt of the same chunk knows less. */
  async putOutcome(
    chunk: number,
    rejects: readonly SpooledReject[],
    written: readonly ReportedEvent[],
    unsettledFiles: readonly string[] = [],
  ): Promise<void> {
    if (rejects.length > 0) await this.#put(`rejected-${padded(chunk)}`, rejects);
    if (written.length > 0) await this.#put(`written-${padded(chunk)}`, written);
    if (unsettledFiles.length > 0) await this.#put(`unsettled-${padded(chunk)}`, unsettledFiles);
  }

  /** Files with an event that was left to another import, which may have read an older feed than this one. */
  async unsettledFiles(): Promise<ReadonlySet<string>> {
    const files = new Set<string>();
    for await (const file of this.#all('unsettled-', z.string())) files.add(file);
    return files;
  }

  /** Lines of what was read and rejected, gathered in a file of this machine. */
  async putRejects(path: string): Promise<void> {
    await this.#store.writeStream(createReadStream(path), () => `${this.#prefix}rejected.jsonl`);
  }

  async putState(state: SpooledState): Promise<void> {
    await this.#put('state', [state]);
  }

  /** Undefined: the source had not changed, and nothing was put aside; or it is cleared away already. */
  async state(): Promise<SpooledState | undefined> {
    for await (const state of this.#all('state', stateSchema)) return state;
    return undefined;
  }

  /** The UUIDs of all events of the feed that begin with this digit, a line each. */
  async putSeen(digit: string, path: string): Promise<void> {
    await this.#store.writeStream(createReadStream(path), () => `${this.#prefix}seen-${digit}.txt`);
  }

  async seen(digit: string): Promise<ReadonlySet<string>> {
    const [body] = await this.#store.readMany([`${this.#prefix}seen-${digit}.txt`]);
    return new Set((body?.toString('latin1') ?? '').split('\n').filter((line) => line !== ''));
  }

  /** All rejected rows: those of reading first, then those that MISP rejected. */
  async *rejects(): AsyncGenerator<SpooledReject> {
    yield* this.#all('rejected', rejectedSchema);
  }

  async *written(): AsyncGenerator<ReportedEvent> {
    yield* this.#all('written-', writtenSchema);
  }

  /** Whether MISP rejected something of this import. */
  async hasRejectedEvents(): Promise<boolean> {
    return (await this.#store.list(this.#prefix)).some((key) => key.startsWith(`${this.#prefix}rejected-`));
  }

  /** All that people are told is kept: what stands here may be cleared away, in part or as a whole. */
  async markFinished(): Promise<void> {
    await this.#put('finished', [{}]);
  }

  async isFinished(): Promise<boolean> {
    const [body] = await this.#store.readMany([`${this.#prefix}finished.jsonl`]);
    return body !== undefined;
  }

  async clear(): Promise<void> {
    await clearSpool(this.#store, this.#prefix);
  }

  async #put(name: string, values: readonly unknown[]): Promise<void> {
    const body = Buffer.from(values.map(jsonLine).join(''));
    await this.#store.createMany([{ key: `${this.#prefix}${name}.jsonl`, body }]);
  }

  async *#all<T>(name: string, schema: z.ZodType<T>): AsyncGenerator<T> {
    const found = (await this.#store.list(this.#prefix)).filter((key) => key.startsWith(this.#prefix + name));
    // `rejected.jsonl` is what reading rejected; a dot sorts behind the dash of the parts.
    for (const key of found.toSorted((left, right) => left.length - right.length || (left < right ? -1 : 1))) {
      const stream = await this.#store.openStream(key);
      if (stream !== undefined) yield* readJsonLines(schema, stream);
    }
  }
}

/** Removes what imports left that were ended before they could do it themselves. */
export async function clearAbandonedSpools(
  store: Store,
  feed: string,
  isOpen: (workflowId: string) => Promise<boolean>,
): Promise<void> {
  const prefix = keys.spoolsOf(feed);
  const spools = new Set((await store.list(prefix)).map((key) => key.slice(0, key.indexOf('/', prefix.length) + 1)));
  for (const spool of spools) {
    const [body] = await store.readMany([`${spool}manifest.json`]);
    // The manifest comes first and goes last: without one, only a writer that came late was there.
    const workflowId = holderOf(body);
    if (workflowId !== undefined && (await isOpen(workflowId))) continue;
    await clearSpool(store, spool);
  }
}

/** Of a damaged manifest nobody: an import that is still open says then that a part of it is gone, and can be repeated. */
function holderOf(manifest: Buffer | undefined): string | undefined {
  try {
    return manifestSchema.parse(JSON.parse(manifest?.toString() ?? 'null')).workflowId;
  } catch {
    return undefined;
  }
}

/** The manifest last: a crash in the middle leaves it to the next import. */
async function clearSpool(store: Store, prefix: string): Promise<void> {
  const last = [`${prefix}finished.jsonl`, `${prefix}manifest.json`];
  for (const key of await store.list(prefix)) if (!last.includes(key)) await store.remove(key);
  for (const key of last) await store.remove(key);
}

function padded(chunk: number): string {
  return String(chunk).padStart(7, '0');
}
