import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { LurewatchError } from '../../errors/lurewatch-error.js';

export interface SavedStream {
  readonly sizeBytes: number;
  /** Hex. */
  readonly sha256: string;
}

/**
 * Writes a stream to a new file, hashing it on the way.
 * @param tooLarge makes the error for a stream above `maxBytes`
 * @throws what the stream throws; LW_STORE_UNAVAILABLE where this machine cannot keep it
 */
export async function saveStream(
  chunks: AsyncIterable<Buffer>,
  path: string,
  maxBytes: number,
  tooLarge: () => LurewatchError,
  signal: AbortSignal | undefined,
): Promise<SavedStream> {
  const file = await locally(open(path, 'wx', 0o600));
  try {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) throw tooLarge();
      hash.update(chunk);
      await locally(writeWhole(file, chunk));
    }
    return { sizeBytes, sha256: hash.digest('hex') };
  } finally {
    await file.close();
  }
}

/** A write may take less than it was given. */
async function writeWhole(file: FileHandle, chunk: Buffer): Promise<void> {
  for (let written = 0; written < chunk.length; ) {
    written += (await file.write(chunk, written)).bytesWritten;
  }
}

function locally<T>(work: Promise<T>): Promise<T> {
  return work.catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const mend = 'Check space and rights of the folder for temporary files.';
    throw new LurewatchError('LW_STORE_UNAVAILABLE', `a fetched file cannot be kept (${reason})`, { mend, cause });
  });
}
