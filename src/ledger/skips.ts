import type { z } from 'zod';
import type { Store } from '../store/store.js';
import { aroundDamage } from './around-damage.js';
import { keys } from './keys.js';
import { createRecords, readRecords } from './record-set.js';
import { type SkipRecord, skipNameSchema, skipRecordSchema } from './records.js';

/**
 * Which mails a mailbox has skipped, by which of its expressions. A decision is one of these very expressions, named by
 * their digest: where they change, it is made anew for what still waits in the mailbox.
 */
export class SkipLedger {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** In the order of `alertIds`; undefined: it was not skipped. A damaged record counts as none: it is decided again. */
  async find(
    mailbox: string,
    digest: string,
    alertIds: readonly string[],
  ): Promise<readonly (SkipRecord | undefined)[]> {
    const keyOf = (alertId: string) => keys.skip(mailbox, digest, alertId);
    const { sound } = await aroundDamage([...new Set(alertIds)], (some) =>
      readRecords(this.#store, skipRecordSchema, some.map(keyOf)),
    );
    return alertIds.map((alertId) => sound.get(alertId));
  }

  async record(records: readonly SkipRecord[]): Promise<void> {
    // The names first, and durable: a decision that stands is never recorded again.
    await createRecords(this.#store, records.flatMap(namesOf));
    await createRecords(
      this.#store,
      records.map((record) => ({ key: keys.skip(record.mailbox, record.digest, record.alertId), record })),
    );
  }

  /**
   * All decisions about mails with this alert id, or this Message-ID (cleaned); the earliest first. What is listed for it
   * are the names of one folder in 256, which holds all that begin as this one's digest: of a million skipped mails a few
   * thousand.
   */
  async named(name: string): Promise<readonly SkipRecord[]> {
    const beside = await this.#store.list(keys.skipNamesBeside(name));
    const found = beside.filter((key) => key.startsWith(keys.skipsNamed(name)));
    const entries = (await readRecords(this.#store, skipNameSchema, found)).flatMap((entry) =>
      entry?.name === name ? [keys.skip(entry.mailbox, entry.digest, entry.alertId)] : [],
    );
    const records = await readRecords(this.#store, skipRecordSchema, entries);
    return records.filter((record) => record !== undefined).sort((one, other) => one.atMs - other.atMs);
  }
}

function namesOf({ mailbox, digest, alertId, messageId }: SkipRecord) {
  return [alertId, ...(messageId === null ? [] : [messageId])].map((name) => {
    const record: z.output<typeof skipNameSchema> = { version: 1, name, mailbox, digest, alertId };
    return { key: keys.skipName(name, mailbox, digest, alertId), record };
  });
}
