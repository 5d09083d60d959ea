import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { LockTimes } from '../../src/misp/feed/folder-lock.js';
import { MispFeedSink } from '../../src/misp/feed-sink.js';

export const organisation = { name: 'Example SOC', uuid: '11111111-2222-4333-8444-555555555555' } as const;

export async function feedFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lurewatch-feed-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export function feedSink(folder: string, lock?: LockTimes): MispFeedSink {
  return new MispFeedSink({ folder, organisation, ...(lock === undefined ? {} : { lock }) });
}

/** Every file of a feed, by name. */
export async function readFeed(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(folder)).sort();
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
  );
}

export async function readManifest(folder: string): Promise<Readonly<Record<string, unknown>>> {
  return z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')));
}

/** Starts test/support/misp-feed-writer.ts; it is killed with the test. */
export function startFeedWriter(context: TestContext, ...args: readonly string[]): ChildProcess {
  const script = fileURLToPath(new URL('./misp-feed-writer.js', import.meta.url));
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  context.after(() => void child.kill('SIGKILL'));
  return child;
}

/** Runs test/support/misp-feed-updater.ts with a heap of that size. @returns its exit code; null where a signal ended it */
export async function runFeedUpdater(
  folder: string,
  heapMb: number,
  command: 'update' | 'die' = 'update',
): Promise<number | null> {
  const script = fileURLToPath(new URL('./misp-feed-updater.js', import.meta.url));
  const child = spawn(process.execPath, [`--max-old-space-size=${heapMb}`, script, command, folder], {
    stdio: ['ignore', 'inherit', 'ignore'],
  });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  const [code] = z.tuple([z.number().nullable(), z.unknown()]).parse(await once(child, 'exit'));
  process.removeListener('exit', end);
  return code;
}
