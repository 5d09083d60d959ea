import type { z } from 'zod';
import { LurewatchError } from '../errors/lurewatch-error.js';

/** Records are JSON, one line, so that a person can read the ledger with nothing but `cat`. */
export function encodeRecord(record: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(record)}\n`);
}

export function decodeRecord<T>(schema: z.ZodType<T>, key: string, body: Buffer): T {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new LurewatchError('LW_STORE_CORRUPT', 'the record is not JSON', { where: `store record ${key}`, cause });
  }
  const result = schema.safeParse(parsed);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const place = issue === undefined ? '' : ` at ${issue.path.join('.')}: ${issue.message}`;
  throw new LurewatchError('LW_STORE_CORRUPT', `the record has another shape${place}`, {
    where: `store record ${key}`,
  });
}
