import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { z } from 'zod';
import type { Store } from '../store/store.js';
import type { Feed } from './feed.js';
import type { FeedHead } from './formats/reader.js';
import { rejectedFile } from './formats/rejected-file.js';
import { jsonLine, readJsonLines } from './json-lines.js';
import { LineFile } from './line-file.js';
import type { SpooledReject } from './spool.js';

export interface RejectedRows {
  readonly feed: Feed;
  readonly store: Store;
  /** In the store, where they are kept; ends in `/`. */
  readonly prefix: string;
  /** Of this machine, which the caller made and removes. */
  readonly folder: string;
  readonly rejects: AsyncIterable<SpooledReject>;
  /** Of each file, by its name. */
  readonly heads: ReadonlyMap<string, FeedHead>;
}

/**
 * Keeps the rejected rows of each file as a file of its format, ready to be mended and imported again: in the store, and
 * beside the source where that lies on this machine and its folder can be written.
 * @returns where they are, the nearest place of each
 */
export async function keepRejectedRows(rows: RejectedRows): Promise<readonly string[]> {
  const { feed, store, prefix, heads } = rows;
  const places = new Map((await store.list(prefix)).map((key) => [key, key]));
  for (const [index, { file, path }] of (await byFile(rows)).entries()) {
    const bytes = () =>
      Readable.from(rejectedFile(feed.format, heads.get(file) ?? noHead, rawsOf(path)), { objectMode: false });
    const key = `${prefix}${index}-${safeName(file)}`;
    await store.writeStream(bytes(), () => key);
    places.set(key, (await keepBeside(feed, file, bytes)) ?? key);
  }
  return [...places.values()];
}

const noHead: FeedHead = { columns: null, text: '' };
const rawSchema = z.string();

/** Sorts the rows into one file for each they come from. */
async function byFile({
  folder,
  rejects,
}: RejectedRows): Promise<readonly { readonly file: string; readonly path: string }[]> {
  const lines = new Map<string, LineFile>();
  for await (const { file, raw } of rejects) {
    const known = lines.get(file) ?? new LineFile(join(folder, `rejected-${lines.size}.jsonl`));
    lines.set(file, known);
    await known.add(jsonLine(raw));
  }
  const files: { file: string; path: string }[] = [];
  for (const [file, ofFile] of lines) {
    const path = await ofFile.end();
    if (path !== undefined) files.push({ file, path });
  }
  return files;
}

async function* rawsOf(path: string): AsyncGenerator<string> {
  yield* readJsonLines(rawSchema, createReadStream(path));
}

/** Not `.rejected.tsv`: a glob of the source would take it for a file of its own. */
async function keepBeside(feed: Feed, file: string, bytes: () => Readable): Promise<string | undefined> {
  const [outer = file, ...inner] = file.split('!');
  const beside = feed.beside(outer);
  if (beside === undefined) return undefined;
  const path = [beside, ...inner.map(safeName), 'rejected'].join('.');
  const temporary = `${path}.tmp`;
  try {
    const handle = await open(temporary, 'w', 0o600);
    try {
      for await (const chunk of bytes()) await handle.appendFile(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    return path;
  } catch {
    // A folder that only we may read from: the store has them all the same.
    await rm(temporary, { force: true });
    return undefined;
  }
}

function safeName(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]+/g, '_').slice(-80);
}
