import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { fileCode } from './file-code.js';
import type { LockTimes } from './folder-lock.js';

export const lockDefaults: LockTimes = { staleMs: 30_000, waitMs: 60_000 };

/** From the end of the wait for the lock until a call has certainly ended. */
export const workMs = 60_000;

/** What only a person can mend. Anything else (a full disk, a network drive away) is worth another try. */
const needsPerson = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR', 'EEXIST', 'ENAMETOOLONG']);

/** Runs `work` on a feed's folder. @throws LW_MISP_UNAVAILABLE, LW_MISP_REFUSES in place of what the file system says */
export async function onFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = fileCode(cause);
    if (cause instanceof LurewatchError || code === '') throw cause;
    const where = 'misp.path';
    const what = `the feed folder ${folder} cannot be written (${code})`;
    if (!needsPerson.has(code)) throw new LurewatchError('LW_MISP_UNAVAILABLE', what, { where, cause });
    const mend = 'Name a folder that the worker may write to.';
    throw new LurewatchError('LW_MISP_REFUSES', what, { where, mend, cause });
  }
}

/** Makes nothing: looks at the folder, or at the one in which it would be made. */
export async function checkFolder(folder: string): Promise<readonly string[]> {
  await onFolder(folder, async () => access(await nearestExisting(folder), constants.W_OK | constants.X_OK));
  return [`${folder}: the feed can be written`];
}

async function nearestExisting(folder: string): Promise<string> {
  try {
    await access(folder);
    return folder;
  } catch (error) {
    if (fileCode(error) !== 'ENOENT' || dirname(folder) === folder) throw error;
    return await nearestExisting(dirname(folder));
  }
}
