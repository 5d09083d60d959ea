import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readOptional } from './read-optional.js';

const journalName = '.lurewatch-changed';
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

export async function readChanges(folder: string): Promise<ReadonlySet<string>> {
  const text = (await readOptional(join(folder, journalName))) ?? '';
  return new Set(text.split('\n').filter((line) => uuidLine.test(line)));
}

export async function forgetChanges(folder: string): Promise<void> {
  await rm(join(folder, journalName), { force: true });
}
