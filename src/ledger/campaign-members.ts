import { createHash } from 'node:crypto';
import { z } from 'zod';
import { hourOfGroupingKey } from '../campaigns/grouping-key.js';
import { chunks } from '../sinks/in-parallel.js';
import type { Store } from '../store/store.js';
import { aroundDamage } from './around-damage.js';
import { keys } from './keys.js';
import { createRecords, readRecords } from './record-set.js';

const membersSchema = z.object({
  version: z.literal(1),
  members: z.array(z.object({ key: z.string(), alertIds: z.array(z.string()) })),
});
type Members = z.output<typeof membersSchema>;

/** A window of a month may have a record for each batch of it, mostly of other campaigns. */
const readAtOnce = 1000;

export interface FoundMembers {
  /** Some may have become no alert, or one with another key: their documents tell. */
  readonly alertIds: readonly string[];
  /** Where records are that cannot be read: alerts may be missing. */
  readonly damaged: readonly string[];
}

/**
 * Which alerts carry a grouping key. One record for all that a batch has of the campaigns whose windows began in an hour:
 * mostly one for the batch. Not one for each key, since in a bucket each record is a request.
 */
export class CampaignMembers {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * To be called before the documents are stored: an alert that is there is found then, also after a death in between.
   * Done twice it is as done once.
   * @param keyOf grouping keys by alert id
   */
  async record(keyOf: ReadonlyMap<string, string>): Promise<void> {
    const hours = new Map<string, Map<string, string[]>>();
    for (const [alertId, key] of keyOf) {
      const hour = hourOfGroupingKey(key) ?? '';
      const byKey = hours.get(hour) ?? new Map<string, string[]>();
      byKey.set(key, [...(byKey.get(key) ?? []), alertId]);
      hours.set(hour, byKey);
    }
    const records = [...hours].map(([hour, byKey]) => {
      const members = [...byKey.keys()].sort().map((key) => ({ key, alertIds: (byKey.get(key) ?? []).sort() }));
      const record: Members = { version: 1, members };
      return { key: keys.campaignMembers(hour, digestOf(members)), record };
    });
    await createRecords(this.#store, records);
  }

  /** None for what is no grouping key. */
  async find(key: string): Promise<FoundMembers> {
    const hour = hourOfGroupingKey(key);
    if (hour === undefined) return { alertIds: [], damaged: [] };
    const places = await this.#store.list(keys.campaignMembersOf(hour));
    const alertIds = new Set<string>();
    const damaged: string[] = [];
    for (const some of chunks(places, readAtOnce)) {
      const read = await aroundDamage(some, (keysOfSome) => readRecords(this.#store, membersSchema, keysOfSome));
      const members = [...read.sound.values()].flatMap((record) => record?.members ?? []);
      for (const one of members) if (one.key === key) for (const alertId of one.alertIds) alertIds.add(alertId);
      for (const place of read.damaged.keys()) damaged.push(this.#store.placeOf(place));
    }
    return { alertIds: [...alertIds], damaged };
  }
}

function digestOf(members: Members['members']): string {
  return createHash('sha256').update(JSON.stringify(members)).digest('hex').slice(0, 32);
}
