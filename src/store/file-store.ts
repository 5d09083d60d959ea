import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  fsync,
  linkSync,
  open as openInPool,
  readFileSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { DurableFolders, makeRoot, type SyncFolder, syncFolder } from './durable-folders.js';
import { bodyIn, isPack, isPackable, type Pack, packsOf } from './pack.js';
import type { Store, StoredStream, StoreRecord } from './store.js';
import { checkKey } from './store-key.js';

/** Records read in a row before others have their turn. */
const readsInARow = 50;
const sync = promisify(fsync);
const openFile = promisify(openInPool);
/** Left over from a process that died between writing and linking. */
const abandonedAfterMs = 24 * 60 * 60 * 1000;

/**
 * A directory as a Store. A record is written to a temporary file, made durable, and then linked to its name: `link`
 * fails where the name is taken, so of any number of writers exactly one creates it, and no reader sees half of one.
 * Small records that are created together share a file (pack.ts).
 *
 * What only moves names and cached pages is done in line: for small files, each turn through the thread pool costs
 * several times the work itself. What waits for the disk (fsync) or may be long (streams) is not.
 */
export class FileStore implements Store {
  readonly place: string;
  readonly #root: string;
  readonly #temporary: string;
  readonly #folders: DurableFolders;

  private constructor(root: string, sync: SyncFolder) {
    this.#root = root;
    this.place = root;
    this.#temporary = join(root, 'tmp');
    this.#folders = new DurableFolders(root, sync);
  }

  /**
   * Opens the store, creating its folder where it is missing.
   * @param sync how a folder is made durable
   */
  static async open(root: string, sync: SyncFolder = syncFolder): Promise<FileStore> {
    const store = new FileStore(resolve(root), sync);
    await store.#guarded('open', async () => {
      await makeRoot(store.#root, sync);
      await mkdir(store.#temporary, { recursive: true });
      await store.#removeAbandoned();
    });
    return store;
  }

  async createMany(records: readonly StoreRecord[]): Promise<readonly boolean[]> {
    return this.#guarded('write', async () => {
      await this.#folders.prepare(records.map(({ key }) => dirname(this.#path(key))));
      const touched = new Set<string>();
      const created = new Set<StoreRecord>();
      // Each pack for itself: its names appear only once its file is durable.
      const packs = await Promise.allSettled(packsOf(records).map((pack) => this.#create(pack, touched, created)));
      for (const pack of packs) if (pack.status === 'rejected') throw pack.reason;
      await this.#folders.syncAll(touched);
      return records.map((record) => created.has(record));
    });
  }

  async readMany(keys: readonly string[]): Promise<readonly (Buffer | undefined)[]> {
    return this.#guarded('read', async () => {
      const bodies: (Buffer | undefined)[] = [];
      const files = new Map<number, Buffer>();
      for (const key of keys) {
        if (bodies.length % readsInARow === readsInARow - 1) await turn();
        const path = this.#path(key);
        bodies.push(isPackable(key) ? readPacked(path, key, files) : await absentAsUndefined(readFile(path)));
      }
      return bodies;
    });
  }

  async list(prefix: string): Promise<readonly string[]> {
    return this.#guarded('list', async () => {
      const folder = this.#path(prefix);
      const entries = await absentAsUndefined(readdir(folder, { recursive: true, withFileTypes: true }));
      const base = prefix.endsWith('/') ? prefix : `${prefix}/`;
      return (entries ?? [])
        .filter((entry) => entry.isFile())
        .map((entry) => base + join(entry.parentPath, entry.name).slice(folder.length).replace(/^\/+/, ''))
        .sort();
    });
  }

  async remove(key: string): Promise<void> {
    await this.#guarded('remove', () => rm(this.#path(key), { force: true }));
  }

  async writeStream(source: Readable, keyOf: (sha256: string) => string): Promise<StoredStream> {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    const temporary = join(this.#temporary, randomUUID());
    try {
      const file = await this.#guarded('write', () => open(temporary, 'wx', 0o600));
      try {
        // Errors of the source (a cut connection) pass as they are: they are not the store's.
        for await (const chunk of source as AsyncIterable<Buffer>) {
          hash.update(chunk);
          sizeBytes += chunk.length;
          await this.#guarded('write', () => file.writeFile(chunk));
        }
        await this.#guarded('write', () => file.sync());
      } finally {
        await file.close();
      }
      const sha256 = hash.digest('hex');
      const created = await this.#guarded('write', async () => {
        const key = keyOf(sha256);
        await this.#folders.prepare([dirname(this.#path(key))]);
        const touched = new Set<string>();
        const linked = await this.#link(temporary, key, touched);
        await this.#folders.syncAll(touched);
        return linked;
      });
      return { sha256, sizeBytes, created };
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async openStream(key: string): Promise<Readable | undefined> {
    const file = await this.#guarded('read', () => absentAsUndefined(open(this.#path(key), 'r')));
    return file === undefined ? undefined : createReadStream('', { fd: file, autoClose: true });
  }

  placeOf(key: string): string {
    return this.#path(key);
  }

  localPath(key: string): string {
    return this.#path(key);
  }

  /** A record that is created and removed again says more than any look at rights. */
  async check(): Promise<readonly string[]> {
    const key = `checks/${randomUUID()}`;
    await this.createMany([{ key, body: Buffer.from('written by `lurewatch check`\n') }]);
    await this.remove(key);
    return [`${this.place}: can be written`];
  }

  async close(): Promise<void> {}

  async #create({ records, body }: Pack, touched: Set<string>, created: Set<StoreRecord>): Promise<void> {
    const temporary = join(this.#temporary, randomUUID());
    // Waits for the file system's journal while other files are made durable: not on the event loop.
    const file = await openFile(temporary, 'wx', 0o600);
    try {
      try {
        writeFileSync(file, body);
        await sync(file);
      } finally {
        closeSync(file);
      }
      for (const record of records) {
        if (await this.#link(temporary, record.key, touched)) created.add(record);
      }
    } finally {
      unlinkSync(temporary);
    }
  }

  async #link(temporary: string, key: string, touched: Set<string>): Promise<boolean> {
    const path = this.#path(key);
    const folder = dirname(path);
    // Also where the name is taken: its writer may not have made the folder durable yet.
    touched.add(folder);
    try {
      linkSync(temporary, path);
      return true;
    } catch (error) {
      if (hasCode(error, 'EEXIST'))
        return isPackable(key) || renewed(path) ? false : this.#link(temporary, key, touched);
      if (!hasCode(error, 'ENOENT')) throw error;
      // Somebody removed the folder while we ran, and perhaps more.
      this.#folders.forget();
      await this.#folders.prepare([folder]);
      linkSync(temporary, path);
      return true;
    }
  }

  async #removeAbandoned(): Promise<void> {
    const oldest = Date.now() - abandonedAfterMs;
    for (const name of await readdir(this.#temporary)) {
      const path = join(this.#temporary, name);
      const found = await absentAsUndefined(stat(path));
      if (found !== undefined && found.mtimeMs < oldest) await rm(path, { force: true });
    }
  }

  #path(key: string): string {
    checkKey(key);
    // A key is in normal form already, and `join` would look at each of its characters.
    return this.#root + sep + key;
  }

  async #guarded<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof LurewatchError) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new LurewatchError('LW_STORE_UNAVAILABLE', `cannot ${what} (${reason})`, {
        where: `store ${this.#root}`,
        cause,
      });
    }
  }
}

/** @param files packs by inode: records of a batch mostly stand in the same few */
function readPacked(path: string, key: string, files: Map<number, Buffer>): Buffer | undefined {
  // Most records that are asked for are not there yet, and an error costs several times a look.
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const known = files.get(found.ino);
  const inKnown = known === undefined ? undefined : bodyIn(known, key);
  if (inKnown !== undefined) return inKnown;
  const file = readIfPresent(path);
  if (file === undefined) return undefined;
  if (isPack(file)) files.set(found.ino, file);
  const body = bodyIn(file, key);
  if (body !== undefined) return body;
  throw new LurewatchError('LW_STORE_CORRUPT', 'its file does not hold it', { where: `store record ${key}` });
}

/** Stored again, it counts as stored now: src/retention removes what nobody stored for long. False: it is gone. */
function renewed(path: string): boolean {
  const now = new Date();
  try {
    utimesSync(path, now, now);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Undefined where it was removed since somebody looked. */
function readIfPresent(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function absentAsUndefined<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
