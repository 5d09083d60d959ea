import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChangedEvent } from '../../src/feeds/changed-events.js';
import { ChunkedEvents } from '../../src/feeds/chunked-events.js';
import { Spool } from '../../src/feeds/spool.js';
import { FileStore } from '../../src/store/file-store.js';
import { inFolder } from '../support/folder.js';

function changed(number: number, infoChars: number): ChangedEvent {
  const uuid = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
  const event = {
    ...{ uuid, info: 'x'.repeat(infoChars), date: '2026-03-01', published: false, Attribute: [], Tag: [] },
    ...{ distribution: '0', threat_level_id: '4', analysis: '0' },
  };
  const rest = { key: uuid, rows: [], rejectedRows: 0, warnings: [], last: undefined, lastNumber: 0, keeps: false };
  return { event, contentHash: uuid, ...rest };
}

/** How many events each chunk has, of so many events for so many writers. */
async function sizes(events: number, writers: number, infoChars = 10): Promise<readonly number[]> {
  return inFolder(async (folder) => {
    const spool = new Spool(await FileStore.open(folder), 'plain', 'import');
    const chunked = new ChunkedEvents(spool, writers);
    await chunked.add(Array.from({ length: events }, (_, index) => changed(index, infoChars)));
    await chunked.end();
    const chunks = await Promise.all(Array.from({ length: chunked.chunks }, (_, chunk) => spool.chunk(chunk)));
    const uuids = chunks.flat().map(({ event }) => event.uuid);
    assert.deepEqual(
      uuids,
      Array.from({ length: events }, (_, index) => changed(index, 1).event.uuid),
    );
    return chunks.map((chunk) => chunk.length);
  });
}

describe('events put aside in chunks', () => {
  it('are a hundred each, and each writer gets its part of what is left', async () => {
    assert.deepEqual(await sizes(210, 2), [100, 100, 5, 5]);
    assert.deepEqual(await sizes(100, 2), [50, 50]);
    assert.deepEqual(await sizes(7, 3), [3, 3, 1]);
    assert.deepEqual(await sizes(1, 3), [1]);
    assert.deepEqual(await sizes(0, 3), []);
  });

  it('are fewer where events are large', async () => {
    assert.deepEqual(await sizes(7, 1, 200_000), [3, 3, 1]);
  });
});
