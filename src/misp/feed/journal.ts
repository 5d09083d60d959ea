import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Lines } from '../../feeds/formats/lines.js';
import { fileSize } from './file-size.js';
import { optionalPieces } from './read-optional.js';

const journalName = '.lurewatch-changed';
/** A UUID and its line break. */
const noteBytes = 37;
const uuidLine = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/**
 * Which events have changed, or were about to, since the indexes were written: a UUID a line. Noted before the event's
 * file is touched, so that neither a crash nor a later call leaves an index with what an event said before. Only for
 * the holder of the folder's lock.
 */
export async function noteChanges(folder: string, uuids: readonly string[]): Promise<void> {
  if (uuids.length === 0) return;
  const file = await open(join(folder, journalName), 'a', 0o644);
  try {
    // The line break first: the last line of a writer that crashed may be cut off.
    await file.writeFile(uuids.map((uuid) => `\n${uuid}`).join(''));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The UUIDs that are noted; one that changed again comes again. */
export async function* readChanges(folder: string): AsyncGenerator<string> {
  let uuids: string[] = [];
  const lines = new Lines(noteBytes, {
    line: (line) => {
      if (uuidLine.test(line)) uuids.push(line);
    },
    longLine: () => undefined,
  });
  for await (const piece of optionalPieces(join(folder, journalName))) {
    lines.read(piece);
    yield* uuids;
    uuids = [];
  }
  lines.end();
  yield* uuids;
}

/** How many changes are noted, an event that changed again among them. Each call asks, so they are not read. */
export async function countChanges(folder: string): Promise<number> {
  return Math.floor(((await fileSize(join(folder, journalName))) ?? 0) / noteBytes);
}

export async function forgetChanges(folder: string): Promise<void> {
  await rm(join(folder, journalName), { force: true });
}
