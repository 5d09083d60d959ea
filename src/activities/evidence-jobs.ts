import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { makeWorkFolder } from '../feeds/work-folder.js';
import type { ExtractionJob } from '../indicators/extraction-pool.js';
import { keys } from '../ledger/keys.js';
import type { Store } from '../store/store.js';

/** A mail of no more than this is held in memory; a larger one waits in a file, since many are read at a time. */
const heldBytes = 1024 * 1024;

/** Gives the work each mail as the threads can read it: where it lies, or what was brought here for as long as it takes. */
export async function withEvidence<T>(
  store: Store,
  hashes: readonly string[],
  work: (jobs: readonly ExtractionJob[]) => Promise<T>,
): Promise<T> {
  const here = new LocalFolder();
  try {
    const brought = await Promise.allSettled(hashes.map((hash) => jobFor(store, hash, here)));
    return await work(
      brought.map((job) => {
        if (job.status === 'rejected') throw job.reason;
        return job.value;
      }),
    );
  } finally {
    await here.remove();
  }
}

async function jobFor(store: Store, hash: string, here: LocalFolder): Promise<ExtractionJob> {
  const key = keys.evidence(hash);
  const path = store.localPath(key);
  if (path !== undefined) return { path };
  const stream = await store.openStream(key);
  if (stream === undefined) {
    throw new LurewatchError('LW_EVIDENCE_MISSING', `the raw message ${hash} is not in the store`);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  const reading = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  for (let next = await reading.next(); next.done !== true; next = await reading.next()) {
    chunks.push(next.value);
    bytes += next.value.length;
    if (bytes > heldBytes) return { path: await here.keep(hash, all(chunks, reading)) };
  }
  return { bytes: Buffer.concat(chunks) };
}

async function* all(begun: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* begun;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** Made when the first large mail comes. */
class LocalFolder {
  #made: Promise<string> | undefined;

  async keep(name: string, chunks: AsyncIterable<Buffer>): Promise<string> {
    this.#made ??= makeWorkFolder();
    const path = join(await this.#made, name);
    await pipeline(Readable.from(chunks), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    return path;
  }

  async remove(): Promise<void> {
    if (this.#made !== undefined) await rm(await this.#made, { recursive: true, force: true });
  }
}
