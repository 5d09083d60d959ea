import { randomUUID } from 'node:crypto';
import { open, readFile, realpath, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isRecord } from '../../config/is-record.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { endUnfinishedWrites, temporaryName } from './unfinished-writes.js';

/** A lock that is older was left behind: what is done under it ends sooner (three requests, of at most 40 s each). */
const staleMs = 180_000;

/** A file that holds a refresh token and nothing else, for every process of this machine that uses it. */
export interface TokenFile {
  readonly path: string;
  /** Undefined where it is not there. */
  read(): Promise<string | undefined>;
  /** Replaces it as a whole: whoever reads it gets the old token or the new one. */
  write(token: string): Promise<void>;
  /**
   * Keeps other processes from refreshing at the same time: a provider that rotates refresh tokens takes one that is
   * used twice for stolen, and revokes them all (RFC 9700 §4.14.2). It also shows, before a token is used up, that the
   * next one can be written. What a killed process had begun to write is ended first.
   */
  locked<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result>;
}

/** @param where of errors: `mailbox soc` */
export function openTokenFile(path: string, where: string): TokenFile {
  /** Where it really is: a symbolic link would be replaced, and what it names stay as it was. */
  const place = () => realpath(path).catch(() => path);

  async function read(): Promise<string | undefined> {
    try {
      const token = (await readFile(path, 'utf8')).trim();
      return token === '' ? undefined : token;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw unusable('cannot be read', path, where, error);
    }
  }

  async function write(token: string): Promise<void> {
    const target = await place();
    const temporary = temporaryName(target, randomUUID());
    try {
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(`${token}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, target);
      await syncFolder(dirname(target));
    } catch (error) {
      await rm(temporary, { force: true });
      throw unusable('cannot be written', path, where, error);
    }
  }

  /** Gives what the lock holds while it is ours. */
  async function take(lock: string, signal: AbortSignal | undefined): Promise<string> {
    const mark = `${process.pid} ${randomUUID()}\n`;
    for (;;) {
      signal?.throwIfAborted();
      try {
        if (await created(lock, mark)) return mark;
        if (await isStale(lock)) await takeAway(lock);
      } catch (error) {
        throw unusable('cannot be written', path, where, error);
      }
      await pause(50);
    }
  }

  return {
    path,
    read,
    write,
    async locked(work, signal) {
      const target = await place();
      const lock = `${target}.lock`;
      const mark = await take(lock, signal);
      try {
        await endUnfinishedWrites(target).catch((error: unknown) => {
          throw unusable('cannot be written', path, where, error);
        });
        return await work();
      } finally {
        // It is another's by now where this process stood still for too long.
        if ((await readFile(lock, 'utf8').catch(() => '')) === mark) await unlink(lock).catch(() => undefined);
      }
    },
  };
}

/** Whether the lock was free. */
async function created(lock: string, mark: string): Promise<boolean> {
  try {
    const file = await open(lock, 'wx', 0o600);
    try {
      await file.writeFile(mark);
    } catch (error) {
      await unlink(lock).catch(() => undefined);
      throw error;
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** One from the future too: the clock was set back since. */
async function isStale(lock: string): Promise<boolean> {
  try {
    return Math.abs(Date.now() - (await stat(lock)).mtimeMs) > staleMs;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** One at a time: of several that find it stale, a slow one would remove the lock that a quick one has made since. */
async function takeAway(lock: string): Promise<void> {
  const guard = `${lock}.stale`;
  if (await created(guard, '')) {
    try {
      if (await isStale(lock)) await rm(lock, { force: true });
    } finally {
      await rm(guard, { force: true });
    }
  } else if (await isStale(guard)) {
    await rm(guard, { force: true });
  }
}

/** So that the new name survives a loss of power. Not every file system can. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().catch(() => undefined);
  await folder.close();
}

function unusable(what: string, path: string, where: string, cause: unknown): LurewatchError {
  return new LurewatchError('LW_CONFIG_INVALID', `the token file ${path} ${what} (${codeOf(cause)})`, {
    where,
    mend: 'Let the user that Lurewatch runs as read and write it and its folder (`oauth.tokenFile`).',
    cause,
  });
}

function codeOf(error: unknown): string {
  return isRecord(error) && typeof error.code === 'string' ? error.code : 'unknown';
}
