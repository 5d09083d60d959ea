import { z } from 'zod';
import { type WindowSlot, windowStart } from '../campaigns/window-start.js';
import type { Store } from '../store/store.js';
import { aroundDamage } from './around-damage.js';
import { keys } from './keys.js';
import { createRecords, readRecords } from './record-set.js';

const slotSchema = z.object({
  version: z.literal(1),
  fingerprint: z.string(),
  /** Unix milliseconds; null: no window begins in this span. */
  startMs: z.number().nullable(),
});
type SlotRecord = z.output<typeof slotSchema>;

/** A mail of a campaign. */
export interface CampaignSighting {
  readonly fingerprint: string;
  /** INTERNALDATE, Unix milliseconds. */
  readonly receivedAtMs: number;
}

/**
 * When the windows of campaigns began, decided once for all workers. Nothing that was sent depends on these records: an
 * alert keeps its key in its document. So a damaged one counts as closed, and keeps no alert back.
 */
export class CampaignLedger {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * In the order given: the beginning of each mail's window, Unix milliseconds. One request reads what is known of all
   * campaigns, and another writes of those that are new.
   */
  async windowStarts(sightings: readonly CampaignSighting[], windowMs: number): Promise<readonly number[]> {
    if (sightings.length === 0) return [];
    const inTime = sightings.toSorted((one, other) => one.receivedAtMs - other.receivedAtMs);
    const standing = await this.#read(
      inTime.flatMap(({ fingerprint, receivedAtMs }) => {
        const span = Math.floor(receivedAtMs / windowMs);
        return [keys.campaign(windowMs, span - 1, fingerprint), keys.campaign(windowMs, span, fingerprint)];
      }),
    );
    for (;;) {
      const wanted = new Map<string, SlotRecord>();
      const starts = new Map(
        inTime.map((sighting) => [
          sighting,
          windowStart(sighting.receivedAtMs, windowMs, (span, otherwise) => {
            const { fingerprint } = sighting;
            const key = keys.campaign(windowMs, span, fingerprint);
            const known = standing.get(key);
            if (known !== undefined) return known;
            const record = wanted.get(key) ?? { version: 1, fingerprint, startMs: otherwise };
            wanted.set(key, record);
            return record.startMs;
          }),
        ]),
      );
      if (wanted.size === 0) return sightings.map((sighting) => starts.get(sighting) ?? 0);
      // What others wrote meanwhile counts, and may ask for another slot: three at the most for each mail.
      for (const [key, startMs] of await this.#write(wanted)) standing.set(key, startMs);
    }
  }

  async #write(wanted: ReadonlyMap<string, SlotRecord>): Promise<ReadonlyMap<string, WindowSlot>> {
    const records = [...wanted].map(([key, record]) => ({ key, record }));
    const created = await createRecords(this.#store, records);
    const others = await this.#read(records.filter((_, index) => !created[index]).map(({ key }) => key));
    return new Map(
      records.map(({ key, record }, index) => [key, created[index] ? record.startMs : (others.get(key) ?? null)]),
    );
  }

  /** Those that are there. */
  async #read(wanted: readonly string[]): Promise<Map<string, WindowSlot>> {
    const { sound, damaged } = await aroundDamage(
      [...new Set(wanted)],
      (some) => readRecords(this.#store, slotSchema, some),
      'side by side',
    );
    const found = [...sound].flatMap(([key, record]): [string, WindowSlot][] =>
      record === undefined ? [] : [[key, record.startMs]],
    );
    return new Map([...found, ...[...damaged.keys()].map((key): [string, WindowSlot] => [key, null])]);
  }
}
