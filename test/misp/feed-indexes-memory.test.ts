import assert from 'node:assert/strict';
import { createReadStream, createWriteStream, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'node:test';
import { feedFile } from '../../src/misp/feed/format.js';
import { inFolder } from '../support/folder.js';
import { organisation, runFeedUpdater } from '../support/misp-feed.js';
import { feedEvent } from '../support/misp-revisions.js';

/** Less than either index, and enough for Node with our modules and a few events. */
const heapMb = 48;
const events = 5_000;
const foreignEvents = 15_000;
const longInfo = 'x'.repeat(12_000);

describe('updating the indexes of many events', () => {
  it('needs no memory for those that are new', () =>
    inFolder(async (folder) => {
      const numbers = Array.from({ length: events }, (_, number) => number);
      for (const number of numbers) writeEvent(folder, number);
      assert.equal(await runFeedUpdater(folder, heapMb), 0);
      assert.equal(await countLines(join(folder, 'manifest.json')), events);
      assert.equal(await countLines(join(folder, 'hashes.csv')), events * 2);
      // All of them changed: each is replaced in its place.
      const uuids = numbers.map((number) => feedEvent({ key: String(number) }).uuid);
      await writeFile(join(folder, '.lurewatch-changed'), uuids.map((uuid) => `\n${uuid}`).join(''));
      assert.equal(await runFeedUpdater(folder, heapMb), 0);
      assert.equal(await countLines(join(folder, 'manifest.json')), events);
      assert.equal(await countLines(join(folder, 'hashes.csv')), events * 2);
    }));

  it('needs no memory for those of another writer, however the manifest is laid out', () =>
    inFolder(async (folder) => {
      for (const [name, between, indent] of [
        ['one line', ',', 0],
        ['pretty', ',\n    ', 4],
      ] as const) {
        const feed = join(folder, name);
        await mkdir(feed);
        await pipeline(Readable.from(foreignManifest(between, indent)), createWriteStream(join(feed, 'manifest.json')));
        writeEvent(feed, 1);
        assert.equal(await runFeedUpdater(feed, heapMb), 0);
        assert.equal(await countLines(join(feed, 'manifest.json')), foreignEvents + 1, name);
      }
    }));
});

function writeEvent(folder: string, number: number): void {
  const event = feedEvent({ key: String(number), info: longInfo });
  writeFileSync(join(folder, `${event.uuid}.json`), feedFile(event, 0, organisation));
}

function* foreignManifest(between: string, indent: number): Generator<string> {
  const tags = Array.from({ length: 3 }, (_, number) => ({ colour: '#ffffff', name: `theirs:${number}="value"` }));
  const entry = JSON.stringify({ info: longInfo.slice(0, 2500), Tag: tags, timestamp: 1 }, null, indent);
  for (let number = 0; number < foreignEvents; number += 1) {
    const uuid = `${String(number).padStart(8, '0')}-0000-4000-8000-000000000000`;
    yield `${number === 0 ? '{' : between}"${uuid}":${entry}`;
  }
  yield '}';
}

async function countLines(path: string): Promise<number> {
  let lines = 0;
  for await (const _line of createInterface({ input: createReadStream(path) })) lines += 1;
  return lines;
}
