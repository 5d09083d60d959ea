import assert from 'node:assert/strict';
import { readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { test } from 'node:test';
import { updateIndexes } from '../../src/misp/feed/indexes.js';
import { mispDocument } from '../support/misp-documents.js';
import { feedFolder, feedSink, readManifest } from '../support/misp-feed.js';
import { signal } from '../support/misp-revisions.js';

const held = { assertHeld: async () => undefined };
const none: ReadonlySet<string> = new Set();

/** Indexes of so many events, as they stand in a folder. */
async function writeIndexes(folder: string, count: number, between: string): Promise<void> {
  const uuids = Array.from(
    { length: count },
    (_, index) => `${String(index).padStart(8, '0')}-0000-4000-8000-000000000000`,
  );
  const tags = Array.from({ length: 6 }, (_, index) => ({ colour: '#ffffff', name: `tag:${index}="value"` }));
  const entries = uuids.map(
    (uuid) => `"${uuid}":${JSON.stringify({ info: `event ${uuid}`, Tag: tags, timestamp: 1 })}`,
  );
  await writeFile(join(folder, 'manifest.json'), `{${entries.join(between)}}\n`);
  await writeFile(join(folder, 'hashes.csv'), uuids.map((uuid) => `${'0'.repeat(32)},${uuid}\n`).join(''));
}

test('the indexes of many events hold up nobody for long', async (context) => {
  const folder = await feedFolder(context);
  await writeIndexes(folder, 60_000, ',\n');
  const before = await readFile(join(folder, 'manifest.json'), 'utf8');
  await feedSink(folder).send([], signal);
  assert.equal(await readFile(join(folder, 'manifest.json'), 'utf8'), before);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const started = performance.now();
  await feedSink(folder).send([mispDocument()], signal);
  const tookMs = performance.now() - started;
  delay.disable();
  // A part of the whole, since the machine may be slow: in one go it was all of it.
  assert.ok(delay.max / 1e6 < tookMs / 3, `held up for ${delay.max / 1e6} of ${tookMs} ms`);
  const text = await readFile(join(folder, 'manifest.json'), 'utf8');
  assert.ok(text.startsWith(before.slice(0, -2)), 'entries of other events changed');
  assert.equal(Object.keys(await readManifest(folder)).length, 60_001);
});

test('a manifest on one line, of an earlier version or another writer, keeps its entries', async (context) => {
  const folder = await feedFolder(context);
  await writeIndexes(folder, 3, ',');
  const before = await readManifest(folder);
  await updateIndexes(folder, none, held);
  assert.deepEqual(await readManifest(folder), before);
  assert.equal((await readFile(join(folder, 'manifest.json'), 'utf8')).split('\n').length, 4);
});

test('indexes that say everything already are not written', async (context) => {
  const folder = await feedFolder(context);
  await feedSink(folder).send([mispDocument()], signal);
  const old = new Date(2020, 0, 1);
  for (const name of ['manifest.json', 'hashes.csv']) await utimes(join(folder, name), old, old);
  await updateIndexes(folder, none, held);
  for (const name of ['manifest.json', 'hashes.csv']) assert.deepEqual((await stat(join(folder, name))).mtime, old);
});

test('a manifest that is damaged is made anew from the files', async (context) => {
  const folder = await feedFolder(context);
  await feedSink(folder).send([mispDocument()], signal);
  const whole = await readManifest(folder);
  await writeFile(join(folder, 'manifest.json'), '{"00000000-0000-4000-8000-000000000000":{"info":\n');
  await updateIndexes(folder, none, held);
  assert.deepEqual(await readManifest(folder), whole);
});
