import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folders of this machine: copies of files and large mails, rows on their way to events. */

/** Names the host, since several may share the temporary directory, and their process ids say nothing to each other. */
const prefix = `lurewatch-feed-${hostname().replace(/[^A-Za-z0-9]+/g, '_')}-`;
const named = /^(\d+)-[A-Za-z0-9]{6}$/;

/** An empty folder, which the caller removes; where its process is killed first, `clearWorkFolders` does. */
export async function makeWorkFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
}

/**
 * Removes the folders that killed processes of this host and user left behind. Never fails: they only take up space.
 * @returns how many
 */
export async function clearWorkFolders(within = tmpdir()): Promise<number> {
  const names = await readdir(within).catch(() => []);
  let cleared = 0;
  for (const name of names) {
    const pid = name.startsWith(prefix) ? named.exec(name.slice(prefix.length))?.[1] : undefined;
    if (pid === undefined || !(await isLeft(join(within, name), Number(pid)))) continue;
    cleared += await rm(join(within, name), { recursive: true, force: true }).then(
      () => 1,
      () => 0,
    );
  }
  return cleared;
}

async function isLeft(path: string, pid: number): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats?.isDirectory() !== true || stats.uid !== process.getuid?.()) return false;
  if (pid !== process.pid) return !isAlive(pid);
  // A restarted container has the same host name and the same process id.
  return stats.mtimeMs < Date.now() - process.uptime() * 1000;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Of another user, and alive.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
