import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { inParallel } from '../../sinks/in-parallel.js';
import { removeTemporaries, writeAtomically } from './atomic-write.js';
import type { HeldLock } from './folder-lock.js';
import { type FeedEvent, feedFileSchema, hashLines, manifestEntry } from './format.js';
import { inPieces, inTurns, linesOf } from './in-turns.js';
import { parseJson } from './parse-json.js';
import { readOptional } from './read-optional.js';

const eventFileName = /^([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\.json$/;
const filesAtOnce = 16;

/** What the indexes say of an event: its entry in the manifest, as JSON, and its lines of the hashes. */
interface Indexed {
  readonly entry: string;
  readonly lines: readonly string[];
}

/**
 * hashes.csv and manifest.json: the entries of changed events made anew, those of unlisted ones added. The event files
 * are the truth. The manifest is written last, since it is what subscribers act on. Of hundreds of thousands of events
 * none may hold up the event loop: entries are read, made and written one by one.
 */
export async function updateIndexes(folder: string, changed: ReadonlySet<string>, lock: HeldLock): Promise<void> {
  const names = await readdir(folder);
  await removeTemporaries(folder, names);
  const manifest = await readManifest(folder);
  const hashes = await readHashes(folder);
  const stale = await staleOf(names, (uuid) => changed.has(uuid) || !manifest.has(uuid) || !hashes.has(uuid));
  const made = new Map<string, Indexed>();
  await inParallel(stale, filesAtOnce, async (uuid) => {
    const event = await readEvent(folder, uuid);
    if (event === undefined) return;
    made.set(uuid, { entry: JSON.stringify(manifestEntry(event)), lines: hashLines(event) });
  });
  for await (const uuid of inTurns(stale)) {
    const indexed = made.get(uuid);
    if (indexed === undefined) continue;
    manifest.set(uuid, indexed.entry);
    hashes.set(uuid, indexed.lines);
  }
  await replaceIndex(folder, 'hashes.csv', () => hashesText(hashes), lock);
  await replaceIndex(folder, 'manifest.json', () => manifestText(manifest), lock);
}

/** In order, whatever order the folder has. By their beginnings first: sorting all at once would take its second. */
async function staleOf(names: readonly string[], isStale: (uuid: string) => boolean): Promise<readonly string[]> {
  const byBeginning = new Map<string, string[]>();
  for await (const name of inTurns(names)) {
    const uuid = eventFileName.exec(name)?.[1];
    if (uuid === undefined || !isStale(uuid)) continue;
    const beginning = uuid.slice(0, 2);
    const group = byBeginning.get(beginning);
    if (group === undefined) byBeginning.set(beginning, [uuid]);
    else group.push(uuid);
  }
  const stale: string[] = [];
  for (const beginning of [...byBeginning.keys()].sort()) {
    for await (const uuid of inTurns((byBeginning.get(beginning) ?? []).sort())) stale.push(uuid);
  }
  return stale;
}

function* hashesText(hashes: ReadonlyMap<string, readonly string[]>): Generator<string> {
  for (const lines of hashes.values()) for (const line of lines) yield `${line}\n`;
}

/** One JSON object, an event a line, so that it can be read line by line. */
function* manifestText(manifest: ReadonlyMap<string, string>): Generator<string> {
  let before = '{';
  for (const [uuid, entry] of manifest) {
    yield `${before}${JSON.stringify(uuid)}:${entry}`;
    before = ',\n';
  }
  yield manifest.size === 0 ? '{}\n' : '}\n';
}

async function replaceIndex(folder: string, name: string, text: () => Iterable<string>, lock: HeldLock): Promise<void> {
  const there = await readOptional(join(folder, name));
  if (there !== undefined && (await isText(there, text()))) return;
  await writeAtomically(folder, new Map([[name, inPieces(text())]]), lock.assertHeld);
}

async function isText(there: string, parts: Iterable<string>): Promise<boolean> {
  let length = 0;
  for await (const part of inTurns(parts)) {
    if (!there.startsWith(part, length)) return false;
    length += part.length;
  }
  return length === there.length;
}

const manifestSchema = z.record(z.string(), z.unknown());

/** UUID → its entry as JSON. What does not stand line by line, of another writer, is read as a whole. */
async function readManifest(folder: string): Promise<Map<string, string>> {
  const text = (await readOptional(join(folder, 'manifest.json'))) ?? '';
  const entries = new Map<string, string>();
  for await (const line of inTurns(linesOf(text))) {
    if (line === '') continue;
    const parsed = manifestSchema.safeParse(parseJson(`{${line.replace(/^\{/, '').replace(/[,}]$/, '')}}`));
    const [entry, ...others] = parsed.success ? Object.entries(parsed.data) : [];
    if (entry === undefined || others.length > 0) return wholeManifest(text);
    entries.set(entry[0], JSON.stringify(entry[1]));
  }
  return entries;
}

function wholeManifest(text: string): Map<string, string> {
  const parsed = manifestSchema.safeParse(parseJson(text));
  if (!parsed.success) return new Map();
  return new Map(Object.entries(parsed.data).map(([uuid, entry]) => [uuid, JSON.stringify(entry)]));
}

async function readHashes(folder: string): Promise<Map<string, readonly string[]>> {
  const text = (await readOptional(join(folder, 'hashes.csv'))) ?? '';
  const hashes = new Map<string, string[]>();
  for await (const line of inTurns(linesOf(text))) {
    const uuid = line.split(',')[1]?.trim();
    if (uuid === undefined) continue;
    const lines = hashes.get(uuid);
    if (lines === undefined) hashes.set(uuid, [line]);
    else lines.push(line);
  }
  return hashes;
}

/** Undefined where the file is no event: not ours, and none to list. */
async function readEvent(folder: string, uuid: string): Promise<FeedEvent | undefined> {
  const text = await readOptional(join(folder, `${uuid}.json`));
  return feedFileSchema.safeParse(parseJson(text ?? '')).data?.Event;
}
