import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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
  const taken = new Set<string>();
  const { files, reasons } = await sorted(rows);
  if (reasons !== undefined) await store.writeStream(createReadStream(reasons), () => reasonsKey(prefix));
  for (const [index, { file, path }] of files.entries()) {
    const bytes = () =>
      Readable.from(rejectedFile(feed.format, heads.get(file) ?? noHead, rawsOf(path)), { objectMode: false });
    const key = `${prefix}${index}-${safeName(file)}`;
    await store.writeStream(bytes(), () => key);
    places.set(key, key);
    const beside = await placeBeside(feed, file);
    // Members of an archive may differ in nothing but what cannot stand in the name of a file.
    if (beside === undefined || taken.has(beside)) continue;
    taken.add(beside);
    if (await keepBeside(beside, bytes)) places.set(key, beside);
  }
  return [...places.values()];
}

const noHead: FeedHead = { columns: null, text: '' };
const rawSchema = z.string();

/** Where it stands of each rejected row why it was, a line of JSON each: with the rows it would be no file of their format. */
export function reasonsKey(prefix: string): string {
  return `${prefix.replace(/\/$/, '')}.jsonl`;
}

interface SortedRows {
  readonly files: readonly { readonly file: string; readonly path: string }[];
  readonly reasons: string | undefined;
}

/** Sorts the rows into one file for each they come from, and their reasons into another. */
async function sorted({ folder, rejects }: RejectedRows): Promise<SortedRows> {
  const lines = new Map<string, LineFile>();
  const reasons = new LineFile(join(folder, 'reasons.jsonl'));
  for await (const { file, row, code, reason, raw } of rejects) {
    await reasons.add(jsonLine({ file, row, code, reason }));
    const known = lines.get(file) ?? new LineFile(join(folder, `rejected-${lines.size}.jsonl`));
    lines.set(file, known);
    await known.add(jsonLine(raw));
  }
  const files: { file: string; path: string }[] = [];
  for (const [file, ofFile] of lines) {
    const path = await ofFile.end();
    if (path !== undefined) files.push({ file, path });
  }
  return { files, reasons: await reasons.end() };
}

async function* rawsOf(path: string): AsyncGenerator<string> {
  yield* readJsonLines(rawSchema, createReadStream(path));
}

/** Not `.rejected.tsv`: a glob of the source would take it for a file of its own. */
async function placeBeside(feed: Feed, file: string): Promise<string | undefined> {
  const outer = await outerFile(feed, file);
  const beside = outer === undefined ? undefined : feed.beside(outer);
  if (outer === undefined || beside === undefined) return undefined;
  const member = outer === file ? [] : [safeName(file.slice(outer.length + 1))];
  return [beside, ...member, 'rejected'].join('.');
}

/**
 * The file of the source that rows come from: of `a!/feed.zip!inner!1.csv`, the longest part that is one. The names of
 * folders, files and members may all have the mark that stands between an archive and its member.
 */
async function outerFile(feed: Feed, file: string): Promise<string | undefined> {
  for (let end = file.length; end > 0; end = file.lastIndexOf('!', end - 1)) {
    const outer = file.slice(0, end);
    const path = feed.beside(outer);
    if (path !== undefined && (await isFile(path))) return outer;
  }
  // It was taken away meanwhile. What has the mark may be a member of anything: the store has it.
  return file.includes('!') ? undefined : file;
}

async function isFile(path: string): Promise<boolean> {
  return lstat(path).then(
    (stats) => !stats.isDirectory(),
    () => false,
  );
}

/**
 * Others may put things into that folder, symbolic links among them, and another import may do the same just now: the
 * file gets a name that nobody knows, is made anew, and takes the place of whatever stands at the path.
 * @returns false: into a folder that only we may read from. The store has the rows all the same.
 */
async function keepBeside(path: string, bytes: () => Readable): Promise<boolean> {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      for await (const chunk of bytes()) await handle.appendFile(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    return true;
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
    return false;
  }
}

function safeName(name: string): string {
  return name.replace(/[^A-Za-z0-9._-]+/g, '_').slice(-80);
}
