import type { FolderRef } from '../mail/source.js';
import type { Store } from '../store/store.js';
import { aroundDamage } from './around-damage.js';
import { keys } from './keys.js';
import { createRecords, readRecords } from './record-set.js';
import { type MessageRecord, messageRecordSchema } from './records.js';

/** Which alert a message of a mailbox became: (mailbox, folder, UIDVALIDITY, UID) → alert id. */
export class MessageLedger {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * In the order of `uids`: the record, or undefined for a message never met. A damaged record counts as none: the
   * message in the mailbox says the same again, and its alert is recognised by its identity.
   */
  async find(
    mailbox: string,
    folder: FolderRef,
    uids: readonly string[],
  ): Promise<readonly (MessageRecord | undefined)[]> {
    const keyOf = (uid: string) => keys.message(mailbox, folder, uid);
    const { sound } = await aroundDamage(uids, (some) =>
      readRecords(this.#store, messageRecordSchema, some.map(keyOf)),
    );
    return uids.map((uid) => sound.get(uid));
  }

  async record(records: readonly MessageRecord[]): Promise<void> {
    await createRecords(
      this.#store,
      records.map((record) => ({ key: keys.message(record.mailbox, record, record.uid), record })),
    );
  }
}
