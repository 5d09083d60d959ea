import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { removeTemporaries, syncFolder, writeAtomically } from './atomic-write.js';
import { fileCode } from './file-code.js';
import { type HeldLock, type LockTimes, withFolderLock } from './folder-lock.js';
import { type FeedEvent, feedFileSchema, hashLines, manifestEntry } from './format.js';

const eventFileName = /^([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\.json$/;

/**
 * Puts events (UUID → text of its file) into a feed's folder, and brings manifest and hashes up to date once.
 *
 * The event files are the truth: manifest and hashes are completed from whatever files they lack, so a crash at any
 * step, or a manifest that was lost, is mended by the next call. The manifest is written last, since it is what
 * subscribers act on. Nothing is written that is there already.
 */
export async function addToFeed(
  folder: string,
  files: ReadonlyMap<string, string>,
  times: LockTimes,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await withFolderLock(folder, times, signal, async (lock) => {
    await removeTemporaries(folder);
    const changed = new Set<string>();
    for (const [uuid, text] of files) {
      if (await replace(folder, `${uuid}.json`, text, lock)) changed.add(uuid);
    }
    await syncFolder(folder);
    await updateIndexes(folder, changed, lock);
    await syncFolder(folder);
  });
}

/** hashes.csv and manifest.json: the entries of changed events made anew, those of unlisted ones added. */
async function updateIndexes(folder: string, changed: ReadonlySet<string>, lock: HeldLock): Promise<void> {
  const manifest = await readManifest(folder);
  const hashes = await readHashes(folder);
  const present = (await readdir(folder)).flatMap((name) => eventFileName.exec(name)?.[1] ?? []);
  for (const uuid of present.sort()) {
    if (!changed.has(uuid) && manifest.has(uuid) && hashes.has(uuid)) continue;
    const event = await readEvent(folder, uuid);
    if (event === undefined) continue;
    manifest.set(uuid, manifestEntry(event));
    hashes.set(uuid, hashLines(event));
  }
  await replace(
    folder,
    'hashes.csv',
    [...hashes.values()]
      .flat()
      .map((line) => `${line}\n`)
      .join(''),
    lock,
  );
  await replace(folder, 'manifest.json', `${JSON.stringify(Object.fromEntries(manifest))}\n`, lock);
}

async function replace(folder: string, name: string, text: string, lock: HeldLock): Promise<boolean> {
  if ((await readOptional(join(folder, name))) === text) return false;
  await writeAtomically(folder, name, text, lock.assertHeld);
  return true;
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

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (fileCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    return parsed;
  } catch {
    return undefined;
  }
}
