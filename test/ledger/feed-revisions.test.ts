import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FeedRevisions, type Revision } from '../../src/ledger/feed-revisions.js';
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
      assert.equal((await revisions.latest('plain', [uuids[0]]))[0]?.contentHash, 'hash 1');
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
