import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const random = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What a token is written to before it takes the place of `target`; @param id a random UUID */
export function temporaryName(target: string, id: string): string {
  return `${target}.${id}.tmp`;
}

/**
 * Ends what a process was killed at while it replaced a token file: the newest token that was written to its end may be the
 * only one that is still good, and takes its place; whatever else such processes left is removed. Call it under the lock.
 *
 * A file that was written since, by a hand or an editor, counts.
 */
export async function endUnfinishedWrites(target: string): Promise<void> {
  const folder = dirname(target);
  // Who may not list the folder may still use the file.
  const names = await readdir(folder).catch((): readonly string[] => []);
  const left = names.filter((name) => isTemporary(name, basename(target))).map((name) => join(folder, name));
  if (left.length === 0) return;
  const tokens = await Promise.all(left.map(async (path) => ({ path, ...(await wholeToken(path)) })));
  const newest = tokens
    .filter(({ writtenAtMs }) => writtenAtMs !== undefined)
    .toSorted((one, other) => (other.writtenAtMs ?? 0) - (one.writtenAtMs ?? 0))[0];
  const targetAtMs = await stat(target).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  if (newest?.writtenAtMs !== undefined && newest.writtenAtMs >= targetAtMs) await rename(newest.path, target);
  for (const { path } of tokens) await rm(path, { force: true });
}

function isTemporary(name: string, of: string): boolean {
  return name.startsWith(`${of}.`) && name.endsWith('.tmp') && random.test(name.slice(of.length + 1, -'.tmp'.length));
}

/** The line feed is written last. */
async function wholeToken(path: string): Promise<{ readonly writtenAtMs?: number }> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    return text.trim() !== '' && text.endsWith('\n') ? { writtenAtMs: mtimeMs } : {};
  } catch {
    return {};
  }
}
