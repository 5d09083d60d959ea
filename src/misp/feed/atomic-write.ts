import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inParallel } from '../../sinks/in-parallel.js';

const temporaryPrefix = '.lurewatch-tmp-';

/** Files written at the same time: their flushes to disk then share the wait. */
const filesAtOnce = 16;

/** A name for what is being written, known as such after a crash. */
export function temporaryPath(folder: string): string {
  return join(folder, temporaryPrefix + randomUUID());
}

export function isTemporary(name: string): boolean {
  return name.startsWith(temporaryPrefix);
}

/**
 * Replaces files (name → text) so that a reader, or a crash, meets of each either the old or the new one, whole.
 * `beforeRename` may still throw, and every file is then as it was.
 */
export async function writeAtomically(
  folder: string,
  files: ReadonlyMap<string, string>,
  beforeRename: () => Promise<void>,
): Promise<void> {
  const temporaries = new Map([...files.keys()].map((name) => [name, temporaryPath(folder)]));
  try {
    await inParallel([...files], filesAtOnce, async ([name, text]) => {
      const file = await open(temporaries.get(name) ?? '', 'wx', 0o644);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
    });
    await beforeRename();
    await inParallel([...temporaries], filesAtOnce, ([name, temporary]) => rename(temporary, join(folder, name)));
  } catch (error) {
    await Promise.all([...temporaries.values()].map((temporary) => rm(temporary, { force: true })));
    throw error;
  }
}

/** Makes renames in the folder last through a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows has no such thing for folders; its file system journals renames.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
