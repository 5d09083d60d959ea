import { z } from 'zod';
import type { Store } from '../store/store.js';
import { keys } from './keys.js';
import { createRecords, readRecords } from './record-set.js';

const entrySchema = z.object({ version: z.literal(1), messageId: z.string(), alertId: z.string() });

/**
 * The index from Message-ID to alerts. The sender chooses the Message-ID, so several alerts may carry the same one:
 * the first to be recorded keeps it as its ticket id, every other gets a suffix of its own.
 */
export class MessageIdIndex {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Ticket ids for alerts by their cleaned Message-IDs, in the order given. Asked again, the answer is the same.
   */
  async ticketIds(
    alerts: readonly { readonly alertId: string; readonly messageId: string | null }[],
  ): Promise<readonly string[]> {
    const firsts = await this.#firstUsers(alerts);
    await createRecords(
      this.#store,
      alerts.flatMap(({ alertId, messageId }) =>
        messageId === null || firsts.get(messageId) === alertId
          ? []
          : [
              {
                key: `${keys.othersWithMessageId(messageId)}${alertId}.json`,
                record: { version: 1, messageId, alertId },
              },
            ],
      ),
    );
    return alerts.map(({ alertId, messageId }) => {
      if (messageId === null) return alertId;
      return firsts.get(messageId) === alertId ? messageId : `${messageId}-${alertId.slice(0, 12)}`;
    });
  }

  /** Every alert that carries this Message-ID (cleaned). */
  async find(messageId: string): Promise<readonly string[]> {
    const [first] = await readRecords(this.#store, entrySchema, [keys.firstWithMessageId(messageId)]);
    if (first === undefined) return [];
    const others = await this.#store.list(keys.othersWithMessageId(messageId));
    return [first.alertId, ...others.map((key) => key.slice(key.lastIndexOf('/') + 1, -'.json'.length))].sort();
  }

  async #firstUsers(
    alerts: readonly { readonly alertId: string; readonly messageId: string | null }[],
  ): Promise<ReadonlyMap<string, string>> {
    const wanted = new Map<string, string>();
    for (const { alertId, messageId } of alerts) {
      if (messageId !== null && !wanted.has(messageId)) wanted.set(messageId, alertId);
    }
    const candidates = [...wanted].map(([messageId, alertId]) => ({
      key: keys.firstWithMessageId(messageId),
      record: { version: 1 as const, messageId, alertId },
    }));
    const created = await createRecords(this.#store, candidates);
    const taken = candidates.filter((_, index) => !created[index]);
    const standing = await readRecords(
      this.#store,
      entrySchema,
      taken.map(({ key }) => key),
    );
    for (const record of standing) if (record !== undefined) wanted.set(record.messageId, record.alertId);
    return wanted;
  }
}
