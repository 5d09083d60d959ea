import { randomUUID } from 'node:crypto';
import { readFile, readlink, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { fileCode } from './file-code.js';

export interface LockTimes {
  /** A lock that nobody has touched for so long was left by a crash. */
  readonly staleMs: number;
  /** So long we wait for another holder. */
  readonly waitMs: number;
}

export interface HeldLock {
  /** Throws where the lock was taken from us, as after a long standstill of this process. */
  assertHeld(): Promise<void>;
}

const holderSchema = z.object({ token: z.string(), pid: z.number(), place: z.string(), at: z.string() });

/**
 * Runs `work` as the only one in the folder, among all processes that share it. The lock is a file made with O_EXCL
 * that names its holder; the holder touches it as it works. It is taken over at once where its process is gone from
 * this machine, and otherwise once it stood untouched for `staleMs` as seen by us, whatever the clocks say.
 * @throws LW_MISP_UNAVAILABLE where another keeps it for longer than `waitMs`; the reason of `signal` as it is
 */
export async function withFolderLock<T>(
  folder: string,
  times: LockTimes,
  signal: AbortSignal,
  work: (lock: HeldLock) => Promise<T>,
): Promise<T> {
  const path = join(folder, '.lurewatch.lock');
  const token = randomUUID();
  await acquire(path, token, times, signal);
  const touch = setInterval(() => void touchOwn(path, token), times.staleMs / 4);
  const isOurs = async (): Promise<boolean> => (await readOptional(path))?.includes(token) === true;
  const assertHeld = async (): Promise<void> => {
    if (await isOurs()) return;
    throw new LurewatchError('LW_MISP_AMBIGUOUS', `the lock ${path} was taken over while this process stood still`, {
      where: 'misp.path',
    });
  };
  try {
    return await work({ assertHeld });
  } finally {
    clearInterval(touch);
    if (await isOurs()) await rm(path, { force: true });
  }
}

async function acquire(path: string, token: string, times: LockTimes, signal: AbortSignal): Promise<void> {
  const place = await thisPlace();
  const holder = JSON.stringify({ token, pid: process.pid, place, at: new Date().toISOString() });
  const started = performance.now();
  let seen = '';
  let seenSince = started;
  for (;;) {
    try {
      await writeFile(path, holder, { flag: 'wx' });
      return;
    } catch (error) {
      if (fileCode(error) !== 'EEXIST') throw error;
    }
    const content = await readOptional(path);
    const state = `${content} ${await touchedAt(path)}`;
    const now = performance.now();
    if (state !== seen) {
      seen = state;
      seenSince = now;
    }
    if (content !== undefined && (isGone(content, place) || now - seenSince > times.staleMs)) {
      await takeAway(path, content);
      continue;
    }
    signal.throwIfAborted();
    if (now - started > times.waitMs) {
      const what = `the lock ${path} is held by another process (${content ?? 'gone again'})`;
      throw new LurewatchError('LW_MISP_UNAVAILABLE', what, { where: 'misp.path' });
    }
    await pause(10 + Math.random() * 20);
  }
}

/**
 * Removes a stale lock. Renaming gives it to one taker only; who finds that he took another, live lock puts it back,
 * and its holder, should someone have been faster still, learns of it in `assertHeld`.
 */
async function takeAway(path: string, stale: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (fileCode(error) === 'ENOENT') return;
    throw error;
  }
  const taken = await readOptional(aside);
  if (taken !== undefined && taken !== stale) {
    await writeFile(path, taken, { flag: 'wx' }).catch((error: unknown) => {
      if (fileCode(error) !== 'EEXIST') throw error;
    });
  }
  await rm(aside, { force: true });
}

/** True where the holder ran on this very machine and is certainly no more. */
function isGone(content: string, place: string): boolean {
  const holder = readHolder(content);
  if (holder === undefined || holder.place !== place) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return fileCode(error) === 'ESRCH';
  }
}

/** Where a process id has a meaning: containers share host names, and ids, with others. */
async function thisPlace(): Promise<string> {
  const processes = await readlink('/proc/self/ns/pid').catch(() => '');
  const boot = await readOptional('/proc/sys/kernel/random/boot_id').catch(() => undefined);
  return [hostname(), boot?.trim() ?? '', processes].join(' ');
}

function readHolder(content: string): z.output<typeof holderSchema> | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(content)).data;
  } catch {
    // A crash between creating and writing it; its age decides.
    return undefined;
  }
}

async function touchOwn(path: string, token: string): Promise<void> {
  const now = new Date();
  if ((await readOptional(path).catch(() => undefined))?.includes(token) === true) {
    await utimes(path, now, now).catch(() => undefined);
  }
}

async function touchedAt(path: string): Promise<number | undefined> {
  return await stat(path).then(
    (found) => found.mtimeMs,
    () => undefined,
  );
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (fileCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
