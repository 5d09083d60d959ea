import { randomUUID } from 'node:crypto';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { createOnce } from './create-once.js';
import type { S3Objects } from './objects.js';

/**
 * Proves that the service refuses to write over what stands. Some know the header and ignore it: with those two workers
 * would both hold the same claim, and nothing would ever show it. Leaves nothing behind.
 * @throws LW_STORE_UNSUITABLE
 */
export async function proveConditionalWrites(objects: S3Objects, prefix: string, where: string): Promise<void> {
  const name = `${prefix}checks/${randomUUID()}`;
  let refused: boolean;
  try {
    const first = await createOnce(objects, name, (mark) =>
      objects.put(name, async () => Buffer.from('first\n'), mark),
    );
    const second = await createOnce(objects, name, (mark) =>
      objects.put(name, async () => Buffer.from('second\n'), mark),
    );
    const standing = await objects.read(name);
    refused = first && !second && standing?.toString() === 'first\n';
  } catch (error) {
    // Only what came first is told.
    await objects.remove(name).catch(() => undefined);
    throw error;
  }
  await objects.remove(name);
  if (refused) return;
  throw new LurewatchError(
    'LW_STORE_UNSUITABLE',
    'an object was written over, though `If-None-Match: *` was asked for',
    {
      where,
    },
  );
}
