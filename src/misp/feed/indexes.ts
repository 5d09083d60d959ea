import { opendir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inParallel } from '../../sinks/in-parallel.js';
import { isTemporary } from './atomic-write.js';
import type { HeldLock } from './folder-lock.js';
import { MadeEntries } from './made-entries.js';
import { hashesLines, type Listed, manifestEntries } from './read-indexes.js';
import { replaceFile } from './replace-file.js';
import { sortInTurns } from './sort-in-turns.js';
import { UuidMarks } from './uuid-marks.js';

const eventFileName = /^([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\.json$/;
const namesAtOnce = 1024;
const filesAtOnce = 16;

/** Where an event is met. */
const inFolder = 1;
const inManifest = 2;
const inHashes = 4;
const hasChanged = 8;

/**
 * hashes.csv and manifest.json: the entries of changed events made anew, those of unlisted ones added behind. The event
 * files are the truth. The manifest is written last, since it is what subscribers act on. Of a million events none may
 * hold up the event loop or stay in memory: both are read, and written beside, piece by piece, and what is kept of all
 * events is their UUIDs.
 * @param changed UUIDs, in any order
 */
export async function updateIndexes(
  folder: string,
  changed: Iterable<string> | AsyncIterable<string>,
  lock: HeldLock,
): Promise<void> {
  const uuids = new UuidMarks();
  for await (const uuid of changed) uuids.mark(uuid, hasChanged);
  await markFiles(folder, uuids);
  for await (const listed of manifestEntries(folder)) for (const { uuid } of listed) uuids.mark(uuid, inManifest);
  for await (const listed of hashesLines(folder)) for (const { uuid } of listed) uuids.mark(uuid, inHashes);
  const made = await MadeEntries.make(folder, uuids, await staleOf(uuids));
  try {
    const lines = revised(hashesLines(folder), uuids, made, (number) => made.lines(number));
    await replaceFile(folder, 'hashes.csv', hashesText(lines), lock.assertHeld);
    const entries = revised(manifestEntries(folder), uuids, made, (number) => made.entry(number));
    await replaceFile(folder, 'manifest.json', manifestText(entries), lock.assertHeld);
  } finally {
    await made.close();
  }
}

/** Of the folder's files those of events. What a crash left between writing and renaming is removed. */
async function markFiles(folder: string, uuids: UuidMarks): Promise<void> {
  const left: string[] = [];
  for await (const { name } of await opendir(folder, { bufferSize: namesAtOnce })) {
    const uuid = eventFileName.exec(name)?.[1];
    if (uuid !== undefined) uuids.mark(uuid, inFolder);
    else if (isTemporary(name)) left.push(name);
  }
  await inParallel(left, filesAtOnce, (name) => rm(join(folder, name), { force: true }));
}

/** The events to be listed anew, by their numbers; in order, whatever order the folder has. */
async function staleOf(uuids: UuidMarks): Promise<Uint32Array> {
  const stale = new Uint32Array(uuids.size);
  let count = 0;
  for (let number = 0; number < uuids.size; number += 1) {
    const marks = uuids.marksAt(number);
    if ((marks & inFolder) === 0 || marks === (inFolder | inManifest | inHashes)) continue;
    stale[count] = number;
    count += 1;
  }
  return await sortInTurns(stale.subarray(0, count), (left, right) => uuids.compare(left, right));
}

/** What is listed, with what was made in place of it where it first stands; behind it what was not listed yet. */
async function* revised(
  listed: AsyncIterable<readonly Listed[]>,
  uuids: UuidMarks,
  made: MadeEntries,
  textOf: (number: number) => Promise<string>,
): AsyncGenerator<readonly string[]> {
  const isTaken = new Uint8Array(uuids.size);
  for await (const some of listed) {
    let kept: string[] = [];
    for (const { uuid, text } of some) {
      const number = uuids.numberOf(uuid);
      if (number === undefined || !made.has(number)) kept.push(text);
      else if (isTaken[number] === 0) {
        isTaken[number] = 1;
        yield kept;
        kept = [];
        yield [await textOf(number)];
      }
    }
    yield kept;
  }
  for (const number of made.numbers) {
    if (made.has(number) && isTaken[number] === 0) yield [await textOf(number)];
  }
}

async function* hashesText(lines: AsyncIterable<readonly string[]>): AsyncGenerator<string> {
  for await (const some of lines) yield some.join('');
}

/** One JSON object, an event a line. */
async function* manifestText(entries: AsyncIterable<readonly string[]>): AsyncGenerator<string> {
  let before = '{';
  for await (const some of entries) {
    if (some.length === 0) continue;
    yield before + some.join(',\n');
    before = ',\n';
  }
  yield before === '{' ? '{}\n' : '}\n';
}
