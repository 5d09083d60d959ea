import { createReadStream } from 'node:fs';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { LocalFile } from '../types.js';

/**
 * The bytes of a file, or of a part of it.
 * @throws LW_FEED_UNREADABLE, the signal's reason
 */
export async function* fileBytes(
  file: LocalFile,
  signal: AbortSignal,
  part: { readonly start?: number; readonly sizeBytes?: number } = {},
): AsyncGenerator<Buffer> {
  const { start = 0, sizeBytes = Number.POSITIVE_INFINITY } = part;
  if (sizeBytes === 0) return;
  try {
    const stream = createReadStream(file.path, { start, end: start + sizeBytes - 1, signal });
    for await (const chunk of stream) yield Buffer.from(chunk);
  } catch (error) {
    signal.throwIfAborted();
    throw unreadable(file, error);
  }
}

export function unreadable(file: LocalFile, error: unknown): LurewatchError {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read';
  return new LurewatchError('LW_FEED_UNREADABLE', `the file cannot be read (${reason})`, {
    where: file.name,
    cause: error,
  });
}
