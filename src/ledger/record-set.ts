import type { z } from 'zod';
import type { Store } from '../store/store.js';
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

export async function createRecords(
  store: Store,
  records: readonly { readonly key: string; readonly record: unknown }[],
): Promise<readonly boolean[]> {
  if (records.length === 0) return [];
  return store.createMany(records.map(({ key, record }) => ({ key, body: encodeRecord(record) })));
}
