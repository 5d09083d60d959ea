import { createHash, type Hash } from 'node:crypto';
import { pipeline, type Readable, Transform, type TransformCallback } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, gunzip, gzip } from 'node:zlib';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { storeFailure } from './failure.js';
import { hashInKey, isCompressed } from './object-names.js';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** A record as it stands in the bucket. */
export async function packedBody(key: string, body: Buffer): Promise<Buffer> {
  return isCompressed(key) ? compress(body) : body;
}

/** A record out of what stands in the bucket. Throws LW_STORE_CORRUPT. */
export async function unpackedBody(key: string, stored: Buffer): Promise<Buffer> {
  const body = isCompressed(key) ? await decompress(stored).catch((error: unknown) => broken(key, error)) : stored;
  const expected = hashInKey(key);
  if (expected !== undefined && createHash('sha256').update(body).digest('hex') !== expected) throw notItsHash(key);
  return body;
}

/** The same as a stream, which ends in LW_STORE_CORRUPT or, where the connection breaks, in LW_STORE_UNAVAILABLE. */
export function unpackedStream(key: string, stored: Readable, where: string): Readable {
  const checked = new Checked(key, where);
  const done = () => undefined;
  if (isCompressed(key)) pipeline(stored, createGunzip(), checked, done);
  else pipeline(stored, checked, done);
  return checked;
}

/** Passes bytes on and errors as ours, and ends well only where the bytes are what the key says. */
class Checked extends Transform {
  readonly #key: string;
  readonly #where: string;
  readonly #hash: Hash | undefined;
  readonly #expected: string | undefined;

  constructor(key: string, where: string) {
    super();
    this.#key = key;
    this.#where = where;
    this.#expected = hashInKey(key);
    this.#hash = this.#expected === undefined ? undefined : createHash('sha256');
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash?.update(chunk);
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    if (this.#hash?.digest('hex') === this.#expected) done();
    else done(notItsHash(this.#key));
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const failure = error === null ? null : storeFailure(error, 'read', { store: this.#where, object: this.#key });
    done(failure instanceof Error ? failure : error);
  }
}

function broken(key: string, error: unknown): never {
  throw storeFailure(error, 'unpack', { store: placeOf(key) });
}

function notItsHash(key: string): LurewatchError {
  return new LurewatchError('LW_STORE_CORRUPT', 'its bytes do not have the SHA-256 that it is named by', {
    where: placeOf(key),
  });
}

function placeOf(key: string): string {
  return `store record ${key}`;
}
