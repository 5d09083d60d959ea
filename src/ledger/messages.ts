import type { FolderRef } from '../mail/source.js';
import type { Store } from '../store/store.js';
import { keys } from './keys.js';
import { createRecords, readRecords } from './record-set.js';
import { type MessageRecord, messageRecordSchema } from './records.js';

/** Which alert a message of a mailbox became: (mailbox, folder, UIDVALIDITY, UID) → alert id. */
export class MessageLedger {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** In the order of `uids`: the record, or undefined for a message never met. */
  async find(
    mailbox: string,
    folder: FolderRef,
    uids: readonly string[],
  ): Promise<readonly (MessageRecord | undefined)[]> {
    return readRecords(
      this.#store,
      messageRecordSchema,
      uids.map((uid) => keys.message(mailbox, folder, uid)),
    );
  }

  async record(records: readonly MessageRecord[]): Promise<void> {
    await createRecords(
      this.#store,
      records.map((record) => ({ key: keys.message(record.mailbox, record, record.uid), record })),
    );
  }
}
