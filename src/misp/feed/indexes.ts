import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { inParallel } from '../../sinks/in-parallel.js';
import { removeTemporaries, writeAtomically } from './atomic-write.js';
import type { HeldLock } from './folder-lock.js';
import { type FeedEvent, feedFileSchema, hashLines, manifestEntry } from './format.js';
import { parseJson } from './parse-json.js';
import { readOptional } from './read-optional.js';

const eventFileName = /^([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\.json$/;
const filesAtOnce = 16;

/**
 * hashes.csv and manifest.json: the entries of changed events made anew, those of unlisted ones added. The event files
 * are the truth. The manifest is written last, since it is what subscribers act on.
 */
export async function updateIndexes(folder: string, changed: ReadonlySet<string>, lock: HeldLock): Promise<void> {
  const names = await readdir(folder);
  await removeTemporaries(folder, names);
  const manifest = await readManifest(folder);
  const hashes = await readHashes(folder);
  const stale = names
    .flatMap((name) => eventFileName.exec(name)?.[1] ?? [])
    .filter((uuid) => changed.has(uuid) || !manifest.has(uuid) || !hashes.has(uuid))
    .sort();
  const events = new Map<string, FeedEvent | undefined>();
  await inParallel(stale, filesAtOnce, async (uuid) => {
    events.set(uuid, await readEvent(folder, uuid));
  });
  for (const uuid of stale) {
    const event = events.get(uuid);
    if (event === undefined) continue;
    manifest.set(uuid, manifestEntry(event));
    hashes.set(uuid, hashLines(event));
  }
  const lines = [...hashes.values()].flat().map((line) => `${line}\n`);
  await replaceIndex(folder, 'hashes.csv', lines.join(''), lock);
  await replaceIndex(folder, 'manifest.json', `${JSON.stringify(Object.fromEntries(manifest))}\n`, lock);
}

async function replaceIndex(folder: string, name: string, text: string, lock: HeldLock): Promise<void> {
  if ((await readOptional(join(folder, name))) === text) return;
  await writeAtomically(folder, new Map([[name, text]]), lock.assertHeld);
}

async function readManifest(folder: string): Promise<Map<string, unknown>> {
  const text = await readOptional(join(folder, 'manifest.json'));
  const parsed = z.record(z.string(), z.unknown()).safeParse(parseJson(text ?? '{}'));
  return new Map(parsed.success ? Object.entries(parsed.data) : []);
}

async function readHashes(folder: string): Promise<Map<string, readonly string[]>> {
  const text = (await readOptional(join(folder, 'hashes.csv'))) ?? '';
  const hashes = new Map<string, string[]>();
  for (const line of text.split('\n')) {
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
