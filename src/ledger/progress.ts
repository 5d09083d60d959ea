import type { FolderRef } from '../mail/source.js';
import type { Store } from '../store/store.js';
import { keys } from './keys.js';
import { createRecords, readRecords } from './record-set.js';
import { type Progress, progressSchema } from './records.js';

/**
 * How far each folder of a `read: new` mailbox has been dealt with. Every record is a true statement for ever, so two
 * polls at once cannot spoil it: the furthest and newest one saves the most work. A record says nothing of messages
 * before the `since` that it was made under, so it serves only where `since` is the same or a later one.
 *
 * With `daysBack` the beginning moves on by itself, and a record made under seven days serves wherever at most seven
 * are wanted: what is within them today was so when the record was made.
 */
export class ProgressLedger {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async latest(mailbox: string, folder: FolderRef, wanted: Window): Promise<Progress | undefined> {
    const keysUpwards = await this.#store.list(keys.progressOf(mailbox, folder));
    for (const key of keysUpwards.toReversed()) {
      const [progress] = await readRecords(this.#store, progressSchema, [key]);
      if (progress !== undefined && covers(progress, wanted)) return progress;
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
      if (covers(progress, records[index] ?? {})) await this.#store.remove(other);
    }
  }
}

/** What of a folder is looked at. */
export interface Window {
  /** From this day (`2026-03-01`) or time (`2026-03-01T14:30:00Z`) on; undefined: from the first. */
  readonly since?: string | undefined;
  /** What was received within so many days; undefined: whenever. */
  readonly daysBack?: number | undefined;
}

/** Whether one window holds all that the other one, now or later, has in it. */
function covers(made: Window, wanted: Window): boolean {
  const since = made.since === undefined || (wanted.since !== undefined && made.since <= wanted.since);
  return since && (made.daysBack === undefined || (wanted.daysBack !== undefined && wanted.daysBack <= made.daysBack));
}

function padded(number: number): string {
  return String(number).padStart(15, '0');
}
