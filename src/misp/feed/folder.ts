import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inParallel } from '../../sinks/in-parallel.js';
import type { MayGoOn } from '../../sinks/sink.js';
import { syncFolder, writeAtomically } from './atomic-write.js';
import { fileSize } from './file-size.js';
import { type HeldLock, type LockTimes, withFolderLock } from './folder-lock.js';
import { updateIndexes } from './indexes.js';
import { countChanges, forgetChanges, noteChanges, readChanges } from './journal.js';
import { readOptional } from './read-optional.js';

/** What became of the file of an event. */
export type FileChange = 'created' | 'updated' | 'unchanged';

/** The text of an event's file, or what makes it of the text that is there. Undefined: the file stays as it is. */
export type FileText = string | ((there: string | undefined) => string | undefined);

const filesAtOnce = 16;
/** Bytes of an event's entry in the manifest, about. */
const entryBytes = 400;
/** The indexes wait until so large a part of their events has changed: writing them anew costs what all events cost. */
const worthwhilePart = 1 / 4;

/**
 * Puts events (UUID → text of its file) into a feed's folder, and brings manifest and hashes up to date once.
 *
 * The event files are the truth: manifest and hashes are completed from whatever files they lack and made anew for
 * those that the journal names, so a crash at any step, or a manifest that was lost, is mended by the next call.
 * Nothing is written that is there already.
 */
export async function addToFeed(
  folder: string,
  files: ReadonlyMap<string, FileText>,
  times: LockTimes,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, FileChange>> {
  return await locked(folder, times, signal, async (lock) => {
    const changes = await writeEvents(folder, files, lock);
    await settle(folder, lock);
    return changes;
  });
}

/**
 * The same for one call of many: manifest and hashes follow once it is worthwhile, or with `settleFeed`.
 * @param mayGoOn asked once the folder is ours: the wait for it may have been long
 */
export async function appendToFeed(
  folder: string,
  files: ReadonlyMap<string, FileText>,
  times: LockTimes,
  signal: AbortSignal,
  mayGoOn?: MayGoOn,
): Promise<ReadonlyMap<string, FileChange>> {
  return await locked(folder, times, signal, async (lock) => {
    await mayGoOn?.();
    const changes = await writeEvents(folder, files, lock);
    const waiting = await countChanges(folder);
    const listed = ((await fileSize(join(folder, 'manifest.json'))) ?? 0) / entryBytes;
    if (waiting > 0 && waiting >= listed * worthwhilePart) await settle(folder, lock);
    return changes;
  });
}

/** Brings manifest and hashes up to date. */
export async function settleFeed(folder: string, times: LockTimes, signal: AbortSignal): Promise<void> {
  await locked(folder, times, signal, (lock) => settle(folder, lock));
}

async function locked<T>(
  folder: string,
  times: LockTimes,
  signal: AbortSignal,
  work: (lock: HeldLock) => Promise<T>,
): Promise<T> {
  await mkdir(folder, { recursive: true });
  return await withFolderLock(folder, times, signal, work);
}

async function writeEvents(
  folder: string,
  files: ReadonlyMap<string, FileText>,
  lock: HeldLock,
): Promise<ReadonlyMap<string, FileChange>> {
  const changes = new Map<string, FileChange>();
  const texts = new Map<string, string>();
  await inParallel([...files], filesAtOnce, async ([uuid, wanted]) => {
    const there = await readOptional(join(folder, `${uuid}.json`));
    const text = typeof wanted === 'string' ? wanted : wanted(there);
    if (text === undefined) return;
    changes.set(uuid, there === undefined ? 'created' : there === text ? 'unchanged' : 'updated');
    if (there !== text) texts.set(uuid, text);
  });
  if (texts.size === 0) return changes;
  await lock.assertHeld();
  await noteChanges(folder, [...texts.keys()]);
  await syncFolder(folder);
  const named = new Map([...texts].map(([uuid, text]) => [`${uuid}.json`, text]));
  await writeAtomically(folder, named, lock.assertHeld);
  await syncFolder(folder);
  return changes;
}

async function settle(folder: string, lock: HeldLock): Promise<void> {
  await updateIndexes(folder, readChanges(folder), lock);
  await syncFolder(folder);
  await lock.assertHeld();
  await forgetChanges(folder);
}
