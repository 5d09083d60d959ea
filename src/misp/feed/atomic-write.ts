import { randomUUID } from 'node:crypto';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

const temporaryPrefix = '.lurewatch-tmp-';

/**
 * Replaces a file so that a reader, or a crash, meets either the old or the new one, whole.
 * `beforeRename` may still throw, and the file is then as it was.
 */
export async function writeAtomically(
  folder: string,
  name: string,
  text: string,
  beforeRename: () => Promise<void>,
): Promise<void> {
  const temporary = join(folder, temporaryPrefix + randomUUID());
  try {
    const file = await open(temporary, 'wx', 0o644);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await beforeRename();
    await rename(temporary, join(folder, name));
  } catch (error) {
    await rm(temporary, { force: true });
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

/** Removes what a crash left between writing and renaming. Only for the holder of the folder's lock. */
export async function removeTemporaries(folder: string): Promise<void> {
  const names = await readdir(folder);
  const left = names.filter((name) => name.startsWith(temporaryPrefix));
  await Promise.all(left.map((name) => rm(join(folder, name), { force: true })));
}
