import type { FolderRef } from '../mail/source.js';
import type { Store } from '../store/store.js';
import { keys } from './keys.js';
import { createRecords, readRecords } from './record-set.js';
import { type Progress, progressSchema } from './records.js';

/**
 * How far each folder of a `read: new` mailbox has been dealt with. Every record is a true statement for ever, so two
 * polls at once cannot spoil it: the furthest and newest one saves the most work.
 */
export class ProgressLedger {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async latest(mailbox: string, folder: FolderRef): Promise<Progress | undefined> {
    const key = (await this.#store.list(keys.progressOf(mailbox, folder))).at(-1);
    if (key === undefined) return undefined;
    const [progress] = await readRecords(this.#store, progressSchema, [key]);
    return progress;
  }

  async record(mailbox: string, folder: FolderRef, progress: Progress): Promise<void> {
    const prefix = keys.progressOf(mailbox, folder);
    const key = `${prefix}${padded(progress.upTo)}-${padded(progress.atMs)}.json`;
    await createRecords(this.#store, [{ key, record: progress }]);
    // What it supersedes is of no more use. A crash here only leaves it to the next poll.
    for (const older of await this.#store.list(prefix)) if (older < key) await this.#store.remove(older);
  }
}

function padded(number: number): string {
  return String(number).padStart(15, '0');
}
