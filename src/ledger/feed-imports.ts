import { z } from 'zod';
import type { Store } from '../store/store.js';
import { aroundDamage } from './around-damage.js';
import { keys } from './keys.js';
import { createRecords, readRecords } from './record-set.js';

const importSchema = z.object({
  version: z.literal(1),
  feed: z.string(),
  /** Changes when the mapping, or our rules, change what comes out of a row. */
  mappingHash: z.string(),
  /** What the source said of itself (ETag …), for the next time that it is asked. */
  sourceState: z.record(z.string(), z.unknown()),
  rows: z.number(),
  events: z.number(),
  rejected: z.number(),
  atMs: z.number(),
});
export type ImportRecord = Readonly<z.output<typeof importSchema>>;

/** The imports of each feed that carried every row to its end. */
export class FeedImports {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** A damaged record counts as none: the source is read as though for the first time, and each event compared. */
  async latest(feed: string): Promise<ImportRecord | undefined> {
    const last = (await this.#store.list(keys.importsOf(feed))).at(-1);
    if (last === undefined) return undefined;
    const { sound } = await aroundDamage([last], (some) => readRecords(this.#store, importSchema, some));
    return sound.get(last);
  }

  async record(record: ImportRecord): Promise<void> {
    const prefix = keys.importsOf(record.feed);
    const key = `${prefix}${String(record.atMs).padStart(15, '0')}.json`;
    await createRecords(this.#store, [{ key, record }]);
    // Of no more use. A crash here only leaves it to the next import.
    for (const older of await this.#store.list(prefix)) if (older < key) await this.#store.remove(older);
  }
}
