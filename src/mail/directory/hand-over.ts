import { open, readFile, stat } from 'node:fs/promises';
import type { FetchedMessage, MailSource } from '../source.js';
import type { MaildirEntry } from './maildir.js';

/** Messages up to here are read whole, larger ones as a stream. */
const smallBytes = 1024 * 1024;

/** `absent`: the file is not there (any more). `failure`: what the file system said of a file that is. */
export type HandedOver = 'taken' | 'absent' | { readonly failure: unknown };

/** Reads a message and gives it to `take`. Throws only what `take` throws of its own. */
export async function handOver(
  entry: MaildirEntry | undefined,
  maxBytes: number,
  take: Parameters<MailSource['fetch']>[3],
): Promise<HandedOver> {
  if (entry === undefined) return 'absent';
  let message: FetchedMessage;
  try {
    message = await read(entry, maxBytes);
  } catch (failure) {
    return codeOf(failure) === 'ENOENT' ? 'absent' : { failure };
  }
  const { raw } = message;
  if (Buffer.isBuffer(raw)) {
    await take(message);
    return 'taken';
  }
  // Whoever reads the stream meets the error; one who does not must not end the process by it.
  raw.on('error', () => {});
  try {
    await take(message);
  } catch (error) {
    if (!raw.errored) throw error;
  } finally {
    raw.destroy();
  }
  return raw.errored ? { failure: raw.errored } : 'taken';
}

async function read(entry: MaildirEntry, maxBytes: number): Promise<FetchedMessage> {
  const { size, mtime } = await stat(entry.path);
  const raw =
    size <= Math.min(smallBytes, maxBytes)
      ? await readFile(entry.path)
      : (await open(entry.path)).createReadStream({ end: maxBytes - 1 });
  return { uid: entry.uniqueName, internalDate: mtime, sizeBytes: size, raw };
}

/** Like `EACCES`; '' where the error has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
