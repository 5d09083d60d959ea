import { z } from 'zod';
import type { Store } from '../store/store.js';
import { keys } from './keys.js';
import { createRecords, readRecords } from './record-set.js';

/** What looks like an alert id (src/mail/identity.ts). */
export const alertIdPattern = /^[a-z2-7]{26}$/i;

/** Who has a name; `messageId` is that of its mail, which the name is made from. */
const holderSchema = z.object({ version: z.literal(1), messageId: z.string(), alertId: z.string() });

interface Carrier {
  readonly alertId: string;
  /** Cleaned. */
  readonly messageId: string;
}

/**
 * The index of Message-IDs and ticket ids. The sender chooses the Message-ID, so several alerts may carry the same one,
 * and one may look like the ticket id of another mail: every ticket id is a name that the first to claim it keeps.
 */
export class MessageIdIndex {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Ticket ids for alerts by their cleaned Message-IDs, in the order given. No two alerts share one, and asked again,
   * the answer is the same.
   */
  async ticketIds(
    alerts: readonly { readonly alertId: string; readonly messageId: string | null }[],
  ): Promise<readonly string[]> {
    const named = new Map<string, string>();
    let wanted = alerts.flatMap(({ alertId, messageId }) => (messageId === null ? [] : [{ alertId, messageId }]));
    for (let choice = 0; wanted.length > 0; choice += 1) {
      const claims = wanted.flatMap((carrier) => {
        const name = namesFor(carrier)[choice];
        return name === undefined ? [] : [{ ...carrier, name }];
      });
      const holders = await this.#claim(claims);
      for (const [index, { alertId, name }] of claims.entries()) {
        if (holders[index] === alertId) named.set(alertId, name);
      }
      wanted = claims.filter(({ alertId }) => !named.has(alertId));
    }
    // The alert id itself needs no claim: nothing else is ever named so.
    return alerts.map(({ alertId }) => named.get(alertId) ?? alertId);
  }

  /** Every alert whose mail carries this Message-ID (cleaned), and the one that has it as its ticket id. */
  async find(name: string): Promise<readonly string[]> {
    const [holder] = await readRecords(this.#store, holderSchema, [keys.holderOfName(name)]);
    const others = await this.#store.list(keys.othersWithMessageId(name));
    const found = others.map((key) => key.slice(key.lastIndexOf('/') + 1, -'.json'.length));
    return [...new Set([...(holder === undefined ? [] : [holder.alertId]), ...found])].sort();
  }

  /** Claims names; in the order given: the alert id of who has each. */
  async #claim(claims: readonly (Carrier & { readonly name: string })[]): Promise<readonly (string | undefined)[]> {
    const holders = claims.map((claim) => ({ key: keys.holderOfName(claim.name), record: recordOf(claim) }));
    // Who is not named by its Message-ID is found under it all the same.
    const others = claims
      .filter(({ name, messageId }) => name !== messageId)
      .map((claim) => ({
        key: `${keys.othersWithMessageId(claim.messageId)}${claim.alertId}.json`,
        record: recordOf(claim),
      }));
    const created = await createRecords(this.#store, [...holders, ...others]);
    const taken = holders.filter((_, index) => !created[index]).map(({ key }) => key);
    const standing = await readRecords(this.#store, holderSchema, taken);
    const known = new Map(taken.map((key, index) => [key, standing[index]?.alertId]));
    return holders.map(({ key, record }, index) => (created[index] ? record.alertId : known.get(key)));
  }
}

/** What an alert may be named, the first choice first. What looks like an alert id is kept for the alert that has it. */
function namesFor({ alertId, messageId }: Carrier): readonly string[] {
  const suffixed = [`${messageId}-${alertId.slice(0, 12)}`, `${messageId}-${alertId}`];
  return alertIdPattern.test(messageId) ? suffixed : [messageId, ...suffixed];
}

function recordOf({ alertId, messageId }: Carrier): z.output<typeof holderSchema> {
  return { version: 1, messageId, alertId };
}
