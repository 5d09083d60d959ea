import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openLedger } from '../../src/ledger/ledger.js';
import { FileStore } from '../../src/store/file-store.js';
import { inFolder } from '../support/folder.js';

const inbox = { folder: 'INBOX', uidValidity: '1-0123abcd' };

/** How far a folder is known to be dealt with, where the mailbox looks at all mail since this day. */
async function withProgress(
  work: (ledger: {
    note: (upTo: number, since?: string) => Promise<void>;
    upTo: (since?: string) => Promise<number | undefined>;
    count: () => Promise<number>;
  }) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const store = await FileStore.open(folder);
    const { progress } = openLedger(store);
    let atMs = 1_000;
    await work({
      note: (upTo, since) => {
        atMs += 1;
        const under = since === undefined ? {} : { since };
        return progress.record('soc', inbox, { version: 1, upTo, except: [], atMs, ...under });
      },
      upTo: async (since) => (await progress.latest('soc', inbox, since))?.upTo,
      count: async () => (await store.list('ledger/progress/')).length,
    });
  });
}

describe('how far a folder has been dealt with', () => {
  it('is what the furthest record says, and the others go', () =>
    withProgress(async ({ note, upTo, count }) => {
      await note(10);
      await note(20);
      assert.equal(await upTo(), 20);
      assert.equal(await count(), 1);
    }));

  it('is not known from a record made under a later `since`', () =>
    withProgress(async ({ note, upTo }) => {
      await note(100, '2026-03-01');
      assert.equal(await upTo('2026-03-01'), 100);
      assert.equal(await upTo('2026-04-01'), 100);
      assert.equal(await upTo('2026-02-28'), undefined);
      assert.equal(await upTo(), undefined);
    }));

  it('is found under an earlier `since` though the mark of a later one is further', () =>
    withProgress(async ({ note, upTo }) => {
      await note(100, '2026-03-01');
      await note(40, '2026-01-01');
      assert.equal(await upTo('2026-01-01'), 40);
      assert.equal(await upTo('2026-03-01'), 100);
      assert.equal(await upTo(), undefined);
    }));

  it('stays known for all mail while it goes on under a later `since`', () =>
    withProgress(async ({ note, upTo, count }) => {
      await note(50);
      await note(60, '2026-03-01');
      await note(70, '2026-03-01');
      assert.deepEqual([await upTo(), await upTo('2026-03-01')], [50, 70]);
      await note(80);
      assert.equal(await upTo('2026-03-01'), 80);
      assert.equal(await count(), 1);
    }));
});
