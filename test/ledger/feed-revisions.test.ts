import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { FeedRevisions, isSound, type Revision } from '../../src/ledger/feed-revisions.js';
import { FileStore } from '../../src/store/file-store.js';
import { inFolder } from '../support/folder.js';

const uuids = ['0aaaaaaa-0000-4000-8000-000000000000', '0bbbbbbb-0000-4000-8000-000000000000'] as const;

function revision(uuid: string, number: number): Revision {
  const content = { attributes: [], objects: [], tags: [] };
  return { version: 1, feed: 'plain', uuid, number, contentHash: `hash ${number}`, content, rows: 1, atMs: number };
}

async function withRevisions(work: (revisions: FeedRevisions) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => work(new FeedRevisions(await FileStore.open(folder))));
}

describe('the revisions of events', () => {
  it('are found by their highest number, each event for itself, however many there are', () =>
    withRevisions(async (revisions) => {
      for (let count = 0; count <= 17; count += 1) {
        if (count > 0) assert.deepEqual(await revisions.create([revision(uuids[0], count)]), [true]);
        const [first, second] = await revisions.latest('plain', uuids);
        assert.equal(first?.number, count === 0 ? undefined : count);
        assert.equal(second, undefined);
      }
    }));

  it('of one number exist once: the second to make it learns so', () =>
    withRevisions(async (revisions) => {
      const [mine, theirs] = [revision(uuids[0], 1), { ...revision(uuids[0], 1), contentHash: 'other' }];
      assert.deepEqual(await revisions.create([mine]), [true]);
      assert.deepEqual(await revisions.create([theirs]), [false]);
      const [latest] = await revisions.latest('plain', [uuids[0]]);
      assert.equal(isSound(latest) ? latest.contentHash : latest, 'hash 1');
    }));

  it('are found behind and before damaged ones, and a damaged one is told by its number', () =>
    inFolder(async (folder) => {
      const revisions = new FeedRevisions(await FileStore.open(folder));
      const damage = async (number: number) => {
        const file = join(folder, 'ledger/feeds/plain/events/0', `${uuids[0]}.${number}.json`);
        await rm(file);
        await writeFile(file, 'damaged');
      };
      for (const uuid of uuids) for (const number of [1, 2, 3]) await revisions.create([revision(uuid, number)]);
      for (const number of [1, 2]) await damage(number);
      assert.deepEqual(
        (await revisions.latest('plain', uuids)).map((found) => [found?.number, isSound(found)]),
        uuids.map(() => [3, true]),
      );
      await damage(3);
      const [latest, other] = await revisions.latest('plain', uuids);
      assert.ok(latest !== undefined && !isSound(latest) && isSound(other));
      assert.deepEqual([latest.uuid, latest.number, latest.damage.code], [uuids[0], 3, 'LW_STORE_CORRUPT']);
      assert.deepEqual(await revisions.create([revision(uuids[0], 3)]), [false]);
    }));

  it('belong to their feed', () =>
    withRevisions(async (revisions) => {
      await revisions.create([revision(uuids[0], 1)]);
      assert.deepEqual(await revisions.latest('other', [uuids[0]]), [undefined]);
    }));

  it('are listed by the first digit of their event, each event once', () =>
    withRevisions(async (revisions) => {
      await revisions.create([revision(uuids[1], 1), revision(uuids[0], 1), revision(uuids[0], 2)]);
      assert.deepEqual(await revisions.uuidsBeginningWith('plain', '0'), [...uuids]);
      assert.deepEqual(await revisions.uuidsBeginningWith('plain', '1'), []);
    }));
});
