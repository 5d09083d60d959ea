import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { type Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { makeWorkFolder } from '../../feeds/work-folder.js';
import type { StoredStream } from '../store.js';

/** Gives the work a folder of this machine, and removes it however the work ends. */
export async function inLocalFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await makeWorkFolder().catch((error: unknown) => {
    throw localFailure(error);
  });
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Writes a stream to a file and tells what it was. Errors of the source (a cut connection) pass as they are: they are not
 * the store's.
 */
export async function spool(source: Readable, path: string): Promise<Omit<StoredStream, 'created'>> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const measured = new Transform({
    transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      done(null, chunk);
    },
  });
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  let ofFile: Error | undefined;
  file.on('error', (error) => {
    ofFile ??= error;
  });
  try {
    await pipeline(source, measured, file);
  } catch (error) {
    throw error === ofFile ? localFailure(error) : error;
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}

/** Gives the work the bytes of a file, compressed or as they are, and closes it however the work ends. */
export async function fromFile<T>(path: string, compressed: boolean, work: (body: Readable) => Promise<T>): Promise<T> {
  const file = createReadStream(path);
  const body = compressed ? file.pipe(createGzip()) : file;
  file.on('error', (error) => body.destroy(localFailure(error)));
  try {
    return await work(body);
  } finally {
    file.destroy();
    body.destroy();
  }
}

function localFailure(cause: unknown): LurewatchError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new LurewatchError('LW_STORE_UNAVAILABLE', `a large mail cannot wait for its upload (${reason})`, {
    where: 'the temporary folder of this machine',
    mend: 'Make room there, or name another one in TMPDIR.',
    cause,
  });
}
