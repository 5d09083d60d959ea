import { join } from 'node:path';
import { Readable } from 'node:stream';
import { inParallel } from '../../sinks/in-parallel.js';
import type { Store, StoredStream, StoreRecord } from '../store.js';
import { checkKey } from '../store-key.js';
import { packedBody, unpackedBody, unpackedStream } from './checked-body.js';
import { type ClientSettings, createS3Client } from './client.js';
import { proveConditionalWrites } from './conditional-writes.js';
import { createOnce } from './create-once.js';
import { isCompressed, keyOfObject, objectName } from './object-names.js';
import { partBytes, S3Objects } from './objects.js';
import { RecentRecords } from './recent-records.js';
import { fromFile, inLocalFolder, spool } from './spool.js';

/**
 * A bucket as a Store: one object a record, created by a conditional write (`If-None-Match: *`), so that of any number
 * of writers exactly one creates it. Many requests in parallel make up for what each takes.
 */
export class S3Store implements Store {
  readonly place: string;
  readonly #objects: S3Objects;
  readonly #prefix: string;
  readonly #width: number;
  readonly #described: readonly string[];
  readonly #recent = new RecentRecords();
  #proof: Promise<void> | undefined;

  /** Throws LW_CONFIG_INVALID and LW_SECRET_UNSET. Nothing is asked of the service before it is needed. */
  constructor(settings: ClientSettings) {
    const { bucket, prefix, endpoint, concurrency, encryption } = settings.config;
    this.#prefix = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
    this.place = `s3://${bucket}/${this.#prefix}`;
    this.#objects = new S3Objects(createS3Client(settings), settings.config, `store ${this.place}`);
    this.#width = concurrency;
    this.#described = [
      endpoint === undefined ? this.place : `${this.place} at ${endpoint}`,
      `encryption by the service: ${encryption.kind === 'none' ? 'as the bucket has it' : encryption.kind}`,
    ];
  }

  async createMany(records: readonly StoreRecord[]): Promise<readonly boolean[]> {
    // Of a key that comes twice, the first is the one that can be new.
    const first = new Map(records.toReversed().map((record) => [record.key, record]));
    for (const key of first.keys()) checkKey(key);
    await this.#proven();
    const created = new Set<StoreRecord>();
    const caller = {};
    await inParallel([...first.values()], this.#width, async (record) => {
      const name = objectName(this.#prefix, record.key);
      const pack = () => packedBody(record.key, record.body);
      if (!(await createOnce(this.#objects, name, (mark) => this.#objects.put(name, pack, mark, caller)))) return;
      created.add(record);
      this.#recent.keep(record.key, record.body);
    });
    return records.map((record) => created.has(record));
  }

  async readMany(keys: readonly string[]): Promise<readonly (Buffer | undefined)[]> {
    for (const key of keys) checkKey(key);
    const bodies = new Map<string, Buffer>();
    const caller = {};
    await inParallel([...new Set(keys)], this.#width, async (key) => {
      const recent = this.#recent.get(key);
      if (recent !== undefined) {
        bodies.set(key, recent);
        return;
      }
      const stored = await this.#objects.read(objectName(this.#prefix, key), caller);
      if (stored !== undefined) bodies.set(key, await unpackedBody(key, stored));
    });
    return keys.map((key) => bodies.get(key));
  }

  async list(prefix: string): Promise<readonly string[]> {
    checkKey(prefix);
    const names = await this.#objects.list(this.#prefix + prefix);
    // Sorted by key: services sort by the names of objects, or not at all.
    return names
      .map((name) => keyOfObject(this.#prefix, name))
      .filter((key) => key !== undefined)
      .sort();
  }

  async remove(key: string): Promise<void> {
    checkKey(key);
    this.#recent.forget(key);
    await this.#objects.remove(objectName(this.#prefix, key));
  }

  async writeStream(source: Readable, keyOf: (sha256: string) => string): Promise<StoredStream> {
    await this.#proven();
    // Its name is known only at its end, and no service renames: it waits in a file of this machine.
    return inLocalFolder(async (folder) => {
      const path = join(folder, 'stream');
      const spooled = await spool(source, path);
      const key = keyOf(spooled.sha256);
      checkKey(key);
      return { ...spooled, created: await this.#uploadOnce(key, path, spooled.sizeBytes) };
    });
  }

  async openStream(key: string): Promise<Readable | undefined> {
    checkKey(key);
    const recent = this.#recent.get(key);
    if (recent !== undefined) return Readable.from([recent]);
    const stored = await this.#objects.open(objectName(this.#prefix, key));
    return stored === undefined ? undefined : unpackedStream(key, stored, `store ${this.place}`);
  }

  placeOf(key: string): string {
    checkKey(key);
    return `${this.place}${objectName('', key)}`;
  }

  localPath(): undefined {
    return undefined;
  }

  async check(): Promise<readonly string[]> {
    await proveConditionalWrites(this.#objects, this.#prefix, `store ${this.place}`);
    await this.list('checks/');
    // Without the right to list, services answer "denied" where nothing stands.
    await this.readMany(['checks/nothing.json']);
    return [...this.#described, 'can be written, read, listed and removed from; conditional writes are honoured'];
  }

  async close(): Promise<void> {
    this.#objects.close();
  }

  async #uploadOnce(key: string, path: string, sizeBytes: number): Promise<boolean> {
    const name = objectName(this.#prefix, key);
    // A look costs a request, and may save many.
    if (sizeBytes > partBytes && (await this.#objects.markOf(name)) !== undefined) return false;
    return createOnce(this.#objects, name, (mark) =>
      fromFile(path, isCompressed(key), (body) => this.#objects.upload(name, body, mark)),
    );
  }

  /** Once for each process that writes, before anything is written. */
  async #proven(): Promise<void> {
    this.#proof ??= proveConditionalWrites(this.#objects, this.#prefix, `store ${this.place}`);
    try {
      await this.#proof;
    } catch (error) {
      this.#proof = undefined;
      throw error;
    }
  }
}
