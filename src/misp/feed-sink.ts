import { join, resolve } from 'node:path';
import type { AlertDocument } from '../alerts/types.js';
import type { SendResult, Sink } from '../sinks/sink.js';
import { addToFeed } from './feed/folder.js';
import { checkFolder, lockDefaults, onFolder, workMs } from './feed/folder-access.js';
import type { LockTimes } from './feed/folder-lock.js';
import { feedFile, type Organisation } from './feed/format.js';

export interface MispFeedSinkOptions {
  /** The feed's folder, absolute. It is made when the first event comes. */
  readonly folder: string;
  readonly organisation: Organisation;
  readonly lock?: LockTimes;
}

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
    this.inFlightMs = this.#lock.waitMs + workMs;
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
    await onFolder(folder, () => addToFeed(folder, files, this.#lock, signal));
    return documents.map(({ mispEvent }) => ({
      status: 'delivered',
      reference: mispEvent === null ? '' : join(folder, `${mispEvent.uuid}.json`),
    }));
  }

  async check(): Promise<readonly string[]> {
    return await checkFolder(this.#options.folder);
  }

  async close(): Promise<void> {
    // Nothing is held between two calls.
  }
}
