import assert from 'node:assert/strict';
import { once } from 'node:events';
import { access, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { addToFeed } from '../../src/misp/feed/folder.js';
import { withFolderLock } from '../../src/misp/feed/folder-lock.js';
import { mispDocument } from '../support/misp-documents.js';
import { feedFolder, feedSink, readFeed, readManifest, startFeedWriter } from '../support/misp-feed.js';
import { failsWith, sendOne } from '../support/misp-sink.js';

const { signal } = new AbortController();
const patient = { staleMs: 60_000, waitMs: 20_000 };

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

test('two processes that write one feed at the same time lose nothing', async (context) => {
  const folder = await feedFolder(context);
  const writers = [
    startFeedWriter(context, 'write', folder, '0', '40'),
    startFeedWriter(context, 'write', folder, '20', '40'),
  ];
  const ends = await Promise.all(writers.map((writer) => once(writer, 'exit')));
  assert.deepEqual(
    ends.map(([code]) => code),
    [0, 0],
  );
  const files = await readFeed(folder);
  const events = [...files.keys()].filter((name) => /^[0-9a-f-]{36}\.json$/.test(name));
  assert.equal(events.length, 60);
  assert.deepEqual(Object.keys(await readManifest(folder)).sort(), events.map((name) => name.slice(0, -5)).sort());
  const lines = (files.get('hashes.csv') ?? '').trimEnd().split('\n');
  assert.equal(lines.length, 60 * 5);
  assert.equal(new Set(lines).size, lines.length);
  assert.deepEqual(
    [...files.keys()].filter((name) => name.startsWith('.')),
    [],
  );
});

test('a writer that is killed in the midst of its work leaves a feed that the next one completes', async (context) => {
  const folder = await feedFolder(context);
  for (let kill = 1; kill <= 3; kill += 1) {
    const killed = startFeedWriter(context, 'write', folder, '0', '60');
    const atLeast = kill * 10;
    const seen = async (): Promise<number> => Object.keys(await readManifest(folder).catch(() => ({}))).length;
    while ((await seen()) < atLeast) await new Promise((resolve) => setImmediate(resolve));
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    // What subscribers read is whole at any moment.
    const files = await readFeed(folder);
    for (const uuid of Object.keys(await readManifest(folder))) assert.ok(files.has(`${uuid}.json`), uuid);
  }
  const [code] = await once(startFeedWriter(context, 'write', folder, '0', '60'), 'exit');
  assert.equal(code, 0);
  const files = await readFeed(folder);
  assert.equal(Object.keys(await readManifest(folder)).length, 60);
  assert.equal((files.get('hashes.csv') ?? '').trimEnd().split('\n').length, 60 * 5);
  assert.deepEqual(
    [...files.keys()].filter((name) => name.startsWith('.')),
    [],
  );
});

test('work under the lock runs one after the other', async (context) => {
  const folder = await feedFolder(context);
  let inside = 0;
  let most = 0;
  const enter = () =>
    withFolderLock(folder, patient, signal, async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    });
  await Promise.all(Array.from({ length: 8 }, enter));
  assert.equal(most, 1);
});

test('the lock of a process that was killed is taken over at once', async (context) => {
  const folder = await feedFolder(context);
  const holder = startFeedWriter(context, 'hold', folder);
  assert.ok(holder.stdout !== null);
  await once(holder.stdout, 'data');
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  assert.equal(await exists(join(folder, '.lurewatch.lock')), true);
  assert.equal(
    (await sendOne(feedSink(folder, { staleMs: 600_000, waitMs: 5_000 }), mispDocument())).status,
    'delivered',
  );
  assert.equal(await exists(join(folder, '.lurewatch.lock')), false);
});

test('the lock of a living process is waited for, and then said to be held', async (context) => {
  const folder = await feedFolder(context);
  const holder = startFeedWriter(context, 'hold', folder);
  assert.ok(holder.stdout !== null);
  await once(holder.stdout, 'data');
  const sink = feedSink(folder, { staleMs: 600_000, waitMs: 100 });
  const error = await failsWith(sendOne(sink, mispDocument()), 'LW_MISP_UNAVAILABLE');
  assert.match(error.message, new RegExp(`"pid":${holder.pid}`));
});

for (const [what, content] of [
  ['of another machine', JSON.stringify({ token: 't', pid: 1, place: 'elsewhere', at: '2026-01-01T00:00:00Z' })],
  ['that a crash left empty', ''],
] as const) {
  test(`a lock ${what} is taken over once it stood untouched long enough`, async (context) => {
    const folder = await feedFolder(context);
    await writeFile(join(folder, '.lurewatch.lock'), content);
    await failsWith(sendOne(feedSink(folder, { staleMs: 60_000, waitMs: 50 }), mispDocument()), 'LW_MISP_UNAVAILABLE');
    const result = await sendOne(feedSink(folder, { staleMs: 100, waitMs: 5_000 }), mispDocument());
    assert.equal(result.status, 'delivered');
  });
}

test('a holder that works for long keeps its lock, since it touches it', async (context) => {
  const folder = await feedFolder(context);
  const times = { staleMs: 200, waitMs: 20_000 };
  const order: string[] = [];
  const path = join(folder, '.lurewatch.lock');
  const first = withFolderLock(folder, times, signal, async () => {
    const started = (await stat(path)).mtimeMs;
    // Longer than staleMs, as the file itself shows.
    while ((await stat(path)).mtimeMs < started + 3 * times.staleMs)
      await new Promise((resolve) => setTimeout(resolve, 10));
    order.push('first');
  });
  while (!(await exists(path))) await new Promise((resolve) => setImmediate(resolve));
  await Promise.all([first, withFolderLock(folder, times, signal, async () => void order.push('second'))]);
  assert.deepEqual(order, ['first', 'second']);
});

test('a process whose lock was taken over while it stood still replaces no file', async (context) => {
  const folder = await feedFolder(context);
  await mkdir(folder, { recursive: true });
  const path = join(folder, '.lurewatch.lock');
  const taken = JSON.stringify({ token: 'another', pid: 1, place: 'elsewhere', at: '' });
  await failsWith(
    withFolderLock(folder, patient, signal, async (lock) => {
      await lock.assertHeld();
      await writeFile(path, taken);
      await lock.assertHeld();
    }),
    'LW_MISP_AMBIGUOUS',
  );
  assert.equal(await readFile(path, 'utf8'), taken, "the other one's lock must stay");
});

test('the lock is given back when the work fails', async (context) => {
  const folder = await feedFolder(context);
  const failure = new Error('disk full');
  await assert.rejects(
    withFolderLock(folder, patient, signal, () => Promise.reject(failure)),
    failure,
  );
  assert.equal(await exists(join(folder, '.lurewatch.lock')), false);
});

test('a cancelled send does not go on waiting for the lock', async (context) => {
  const folder = await feedFolder(context);
  await writeFile(join(folder, '.lurewatch.lock'), '');
  const reason = new Error('the activity was cancelled');
  await assert.rejects(addToFeed(folder, new Map(), patient, AbortSignal.abort(reason)), reason);
});
