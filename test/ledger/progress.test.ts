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
      upTo: async (since) => (await progress.latest('soc', inbox, { since }))?.upTo,
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
      await note(120, '2026-02-28T14:30:00Z');
      assert.equal(await upTo('2026-02-28T14:30:00Z'), 120);
      assert.equal(await upTo('2026-02-28T14:29:59Z'), undefined);
      assert.equal(await upTo('2026-02-28'), undefined);
      assert.equal(await upTo('2026-03-01'), 120);
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

  it('under `daysBack` serves wherever at most as many days are wanted, and leaves one record', async () => {
    await inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      const { progress } = openLedger(store);
      for (const [upTo, atMs] of [
        [10, 1_000],
        [20, 2_000],
        [30, 3_000],
      ] as const)
        await progress.record('soc', inbox, { version: 1, upTo, except: [], atMs, daysBack: 7 });
      assert.equal((await store.list('ledger/progress/')).length, 1, 'days that pass leave nothing behind');
      const upTo = async (window: { since?: string; daysBack?: number }) =>
        (await progress.latest('soc', inbox, window))?.upTo;
      assert.equal(await upTo({ since: '2026-03-01', daysBack: 7 }), 30);
      assert.equal(await upTo({ since: '2026-06-01', daysBack: 3 }), 30);
      assert.equal(await upTo({ since: '2026-03-01', daysBack: 30 }), undefined, 'it says nothing of earlier mail');
      assert.equal(await upTo({ since: '2026-03-01' }), undefined);
      assert.equal(await upTo({}), undefined);
      await progress.record('soc', inbox, { version: 1, upTo: 5, except: [], atMs: 4_000 });
      assert.equal(await upTo({ since: '2026-03-01', daysBack: 30 }), 5, 'what is known of all mail serves any days');
    });
  });
});
