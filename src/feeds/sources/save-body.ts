import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { type Answer, failed } from './follow-redirects.js';
import { type SavedStream, saveStream } from './save-stream.js';

export interface BodyLimits {
  readonly where: string;
  /** As errors name the file. */
  readonly name: string;
  /** As it travels. */
  readonly maxBytes: number;
  /** After its Content-Encoding is undone. */
  readonly maxUnpackedBytes: number;
}

/** What we ask servers to send; `deflate` is understood too, but means two things (RFC 9110 §8.4.1.2). */
export const acceptEncoding = 'gzip, br';

/** Writes the body of an answer to a file, its Content-Encoding undone. Whole, or an error: nothing in between. */
export async function saveBody(
  answer: Answer,
  path: string,
  limits: BodyLimits,
  signal: AbortSignal,
): Promise<SavedStream> {
  const { where, name, maxBytes, maxUnpackedBytes } = limits;
  const decoder = decoderFor(answer.headers['content-encoding'], limits);
  const announced = Number(answer.headers['content-length'] ?? 0);
  if (announced > maxBytes) throw tooLarge(`${name} has ${announced} bytes, more than ${maxBytes}`, where);
  const tooLong = () => tooLarge(`${name} is larger than ${maxBytes} bytes`, where);
  const tooLongUnpacked = () => tooLarge(`${name} unpacks to more than ${maxUnpackedBytes} bytes`, where);

  const received = receive(answer, limits, tooLong);
  if (decoder === undefined) return saveStream(received, path, maxBytes, tooLong, signal);
  // It may break before anybody reads it; whoever does, meets the error then.
  decoder.on('error', () => {});
  const [piped, saved] = await Promise.allSettled([
    pipeline(received, decoder),
    saveStream(decoder, path, maxUnpackedBytes, tooLongUnpacked, signal),
  ]);
  if (piped.status === 'fulfilled' && saved.status === 'fulfilled') return saved.value;
  // Where one fails, the other hears of no more than an end that came too early.
  const reasons = [piped, saved].flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
  throw (
    reasons.find((reason) => reason instanceof LurewatchError) ?? undecodable(decoder.errored ?? reasons[0], limits)
  );
}

/** What arrives, as long as it is not too much. undici itself compares its length with Content-Length. */
async function* receive(
  answer: Answer,
  { where, maxBytes }: BodyLimits,
  tooLong: () => LurewatchError,
): AsyncGenerator<Buffer> {
  let sizeBytes = 0;
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) throw tooLong();
      yield chunk;
    }
  } catch (error) {
    throw failed(error, answer.url.origin, where, 'maybe');
  }
}

function decoderFor(encoding: string | undefined, { name, where }: BodyLimits) {
  const chunkSize = 64 * 1024;
  switch (encoding?.trim().toLowerCase() ?? '') {
    case '':
    case 'identity':
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return createGunzip({ chunkSize });
    case 'deflate':
      return createInflate({ chunkSize });
    case 'br':
      return createBrotliDecompress({ chunkSize });
    default:
      throw new LurewatchError('LW_FEED_REFUSED', `${name} comes in a Content-Encoding that was not asked for`, {
        where,
        mend: `The server should send \`${acceptEncoding}\`, or none.`,
      });
  }
}

function undecodable(error: unknown, { name, where }: BodyLimits): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // Cut where the server thought it complete: a fault of a moment, like any other cut.
  if (code === 'Z_BUF_ERROR') {
    return new LurewatchError('LW_FEED_UNREACHABLE', `${name} ends in the middle of its Content-Encoding`, {
      where,
      cause: error,
    });
  }
  if (!/^(Z_|ERR_)/.test(code)) return error;
  return new LurewatchError('LW_FEED_FORMAT', `${name} is not of the Content-Encoding that its server names`, {
    where,
    mend: 'Nothing was imported. The server has to mend it.',
    cause: error,
  });
}

function tooLarge(what: string, where: string): LurewatchError {
  return new LurewatchError('LW_FEED_TOO_LARGE', what, { where });
}
