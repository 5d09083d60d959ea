import type { z } from 'zod';
import type { Store } from '../store/store.js';
import { aroundDamage } from './around-damage.js';
import { decodeRecord, encodeRecord } from './codec.js';

/** Reads and creates records of one shape, many at a time. */
export async function readRecords<T>(
  store: Store,
  schema: z.ZodType<T>,
  keys: readonly string[],
): Promise<readonly (T | undefined)[]> {
  const bodies = await store.readMany(keys);
  return bodies.map((body, index) => (body === undefined ? undefined : decodeRecord(schema, keys[index] ?? '', body)));
}

/** Whether they are there, in the order given. A record that is damaged is. */
export async function recordsExist(store: Store, keys: readonly string[]): Promise<readonly boolean[]> {
  const { sound, damaged } = await aroundDamage(keys, (some) => store.readMany(some), 'side by side');
  return keys.map((key) => damaged.has(key) || sound.get(key) !== undefined);
}

export async function createRecords(
  store: Store,
  records: readonly { readonly key: string; readonly record: unknown }[],
): Promise<readonly boolean[]> {
  if (records.length === 0) return [];
  return store.createMany(records.map(({ key, record }) => ({ key, body: encodeRecord(record) })));
}
