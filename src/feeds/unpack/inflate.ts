import type { Gunzip, InflateRaw } from 'node:zlib';
import { LurewatchError } from '../../errors/lurewatch-error.js';

/** Packed bytes given at once: even a bomb, a thousand to one, then makes a few megabytes. */
const pieceBytes = 8 * 1024;

/**
 * What packed bytes unpack to. Unlike a pipe it gives everything before a fault: a stream that fails throws away what
 * nobody has read yet.
 * @param engine of `node:zlib`, for this one use
 * @param name of the file, for messages
 * @throws LW_FEED_TRUNCATED after what could be unpacked
 */
export async function* inflate(
  packed: AsyncIterable<Buffer>,
  engine: Gunzip | InflateRaw,
  name: string,
): AsyncGenerator<Buffer> {
  const unpacked: Buffer[] = [];
  let failure: unknown;
  let ended = false;
  let wake = () => {};
  engine.on('data', (chunk: Buffer) => unpacked.push(chunk));
  engine.on('error', (error) => {
    failure = error;
    wake();
  });
  // Bytes behind the end are nobody's: a write that holds some is never acknowledged.
  engine.on('end', () => {
    ended = true;
    wake();
  });
  try {
    for await (const chunk of packed) {
      for (let at = 0; at < chunk.length && failure === undefined && !ended; at += pieceBytes) {
        const piece = chunk.subarray(at, at + pieceBytes);
        await new Promise<void>((resolve) => {
          wake = resolve;
          engine.write(piece, () => resolve());
        });
        yield* unpacked.splice(0);
      }
      if (failure !== undefined || ended) break;
    }
    if (failure === undefined && !ended) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        engine.end();
      });
    }
    yield* unpacked.splice(0);
  } finally {
    engine.destroy();
  }
  if (failure !== undefined) throw damaged(name, failure);
}

function damaged(name: string, failure: unknown): LurewatchError {
  const code = failure instanceof Error && 'code' in failure ? failure.code : undefined;
  const what = code === 'Z_BUF_ERROR' ? 'the packed file ends in the middle' : 'the packed file is damaged';
  return new LurewatchError('LW_FEED_TRUNCATED', what, { where: name, cause: failure });
}
