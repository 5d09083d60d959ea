import type { FolderRef } from '../mail/source.js';
import type { Store } from '../store/store.js';
import { keys } from './keys.js';
import { createRecords, readRecords } from './record-set.js';
import { type Progress, progressSchema } from './records.js';

/**
 * How far each folder of a `read: new` mailbox has been dealt with. Every record is a true statement for ever, so two
 * polls at once cannot spoil it: the furthest and newest one saves the most work. A record says nothing of messages
 * before the `since` that it was made under, so it serves only where `since` is the same day or a later one.
 */
export class ProgressLedger {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @param since the first day that the mailbox looks at now (`2026-03-01`); undefined: all of it */
  async latest(mailbox: string, folder: FolderRef, since: string | undefined): Promise<Progress | undefined> {
    const keysUpwards = await this.#store.list(keys.progressOf(mailbox, folder));
    for (const key of keysUpwards.toReversed()) {
      const [progress] = await readRecords(this.#store, progressSchema, [key]);
      if (progress !== undefined && covers(progress.since, since)) return progress;
    }
    return undefined;
  }

  async record(mailbox: string, folder: FolderRef, progress: Progress): Promise<void> {
    const prefix = keys.progressOf(mailbox, folder);
    const key = `${prefix}${padded(progress.upTo)}-${padded(progress.atMs)}.json`;
    await createRecords(this.#store, [{ key, record: progress }]);
    const older = (await this.#store.list(prefix)).filter((other) => other < key);
    const records = await readRecords(this.#store, progressSchema, older);
    // What it supersedes is of no more use. A crash here only leaves it to the next poll.
    for (const [index, other] of older.entries()) {
      if (covers(progress.since, records[index]?.since)) await this.#store.remove(other);
    }
  }
}

/** Whether what began with the day `since` holds all that begins with the day `wanted`. Undefined: the first of all. */
function covers(since: string | undefined, wanted: string | undefined): boolean {
  return since === undefined || (wanted !== undefined && since <= wanted);
}

function padded(number: number): string {
  return String(number).padStart(15, '0');
}
