import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { AlertDocument } from '../alerts/types.js';
import { LurewatchError } from '../errors/lurewatch-error.js';
import type { SendResult, Sink } from '../sinks/sink.js';
import { fileCode } from './feed/file-code.js';
import { addToFeed } from './feed/folder.js';
import type { LockTimes } from './feed/folder-lock.js';
import { feedFile, type Organisation } from './feed/format.js';

export interface MispFeedSinkOptions {
  /** The feed's folder, absolute. It is made when the first event comes. */
  readonly folder: string;
  readonly organisation: Organisation;
  readonly lock?: LockTimes;
}

const lockDefaults: LockTimes = { staleMs: 30_000, waitMs: 60_000 };

/** What only a person can mend. Anything else (a full disk, a network drive away) is worth another try. */
const needsPerson = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR', 'EEXIST', 'ENAMETOOLONG']);

/** A MISP feed in a folder: any MISP subscribes to it, by a web server or from its own disk. */
export class MispFeedSink implements Sink {
  readonly name = 'misp';
  readonly repeats = 'server';
  readonly alertsPerCall = 50;
  readonly concurrency = 1;
  readonly inFlightMs: number;
  readonly #options: MispFeedSinkOptions;
  readonly #lock: LockTimes;

  constructor(options: MispFeedSinkOptions) {
    this.#options = { ...options, folder: resolve(options.folder) };
    this.#lock = options.lock ?? lockDefaults;
    this.inFlightMs = this.#lock.waitMs + 60_000;
  }

  wants(document: AlertDocument): boolean {
    return document.mispEvent !== null;
  }

  async send(documents: readonly AlertDocument[], signal: AbortSignal): Promise<readonly SendResult[]> {
    const { folder, organisation } = this.#options;
    const files = new Map<string, string>();
    for (const { mispEvent, receivedAtMs } of documents) {
      if (mispEvent !== null) files.set(mispEvent.uuid, feedFile(mispEvent, receivedAtMs, organisation));
    }
    await this.#translated(() => addToFeed(folder, files, this.#lock, signal));
    return documents.map(({ mispEvent }) => ({
      status: 'delivered',
      reference: mispEvent === null ? '' : join(folder, `${mispEvent.uuid}.json`),
    }));
  }

  async check(): Promise<readonly string[]> {
    const { folder } = this.#options;
    await this.#translated(async () => access(await nearestExisting(folder), constants.W_OK | constants.X_OK));
    return [`${folder}: the feed can be written`];
  }

  async close(): Promise<void> {
    // Nothing is held between two calls.
  }

  async #translated<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      const code = fileCode(cause);
      if (cause instanceof LurewatchError || code === '') throw cause;
      const where = 'misp.path';
      const what = `the feed folder ${this.#options.folder} cannot be written (${code})`;
      if (!needsPerson.has(code)) throw new LurewatchError('LW_MISP_UNAVAILABLE', what, { where, cause });
      const mend = 'Name a folder that the worker may write to.';
      throw new LurewatchError('LW_MISP_REFUSES', what, { where, mend, cause });
    }
  }
}

/** The folder itself, or the one in which it would be made. */
async function nearestExisting(folder: string): Promise<string> {
  try {
    await access(folder);
    return folder;
  } catch (error) {
    if (fileCode(error) !== 'ENOENT' || dirname(folder) === folder) throw error;
    return await nearestExisting(dirname(folder));
  }
}
