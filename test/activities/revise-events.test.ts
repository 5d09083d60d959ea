import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { reviseEvents, type WantedEvent } from '../../src/activities/revise-events.js';
import { revisionId } from '../../src/ledger/feed-revisions.js';
import { type Ledger, openLedger } from '../../src/ledger/ledger.js';
import type { MispEvent } from '../../src/misp/types.js';
import { FileStore } from '../../src/store/file-store.js';
import { inFolder } from '../support/folder.js';

const uuid = '0aaaaaaa-0000-4000-8000-000000000000';

function wanted(contentHash: string, lastNumber: number, some: Partial<WantedEvent> = {}): WantedEvent {
  const event: MispEvent = {
    uuid,
    info: contentHash,
    date: '2026-03-01',
    threat_level_id: '4',
    analysis: '0',
    distribution: '0',
    published: false,
    Tag: [{ name: contentHash }],
    Attribute: [],
  };
  return { event, contentHash, lastNumber, keeps: false, rows: { length: 1 }, ...some };
}

async function withLedger(work: (ledger: Ledger) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => work(openLedger(await FileStore.open(folder))));
}

const numbers = (revised: Awaited<ReturnType<typeof reviseEvents>>) =>
  revised.revisions.map(({ alertId }) => Number(alertId.split('.').at(-1)));

describe('what a feed says of an event', () => {
  it('is a new revision where it is new, and the same one when it is tried again', () =>
    withLedger(async (ledger) => {
      const first = await reviseEvents(ledger, 'plain', [wanted('one', 0)], false);
      assert.deepEqual([numbers(first), first.revisions[0]?.before], [[1], undefined]);
      assert.deepEqual(await reviseEvents(ledger, 'plain', [wanted('one', 0)], false), first);
      const second = await reviseEvents(ledger, 'plain', [wanted('two', 1)], false);
      assert.deepEqual(numbers(second), [2]);
      assert.deepEqual(second.revisions[0]?.before?.tried?.tags, ['one']);
    }));

  it('is not written over what another import has said since the feed was read', () =>
    withLedger(async (ledger) => {
      await reviseEvents(ledger, 'plain', [wanted('newer', 0)], false);
      const late = await reviseEvents(ledger, 'plain', [wanted('older', 0)], false);
      assert.deepEqual([late.revisions, [...late.superseded]], [[], [uuid]]);
      assert.equal((await ledger.revisions.latest('plain', [uuid]))[0]?.contentHash, 'newer');
    }));

  it('has another id than something else that once had its number', () => {
    const lost = { feed: 'plain', uuid, number: 1, contentHash: 'one' };
    assert.notEqual(revisionId(lost), revisionId({ ...lost, contentHash: 'two' }));
    assert.notEqual(revisionId(lost), revisionId({ ...lost, feed: 'other' }));
  });

  it('keeps what it does not name where rows may be missing', () =>
    withLedger(async (ledger) => {
      await reviseEvents(ledger, 'plain', [wanted('one', 0, { rows: { length: 2 } })], false);
      const kept = await reviseEvents(ledger, 'plain', [wanted('two', 1, { keeps: true })], false);
      assert.deepEqual(kept.revisions[0]?.before?.tried?.tags, []);
      const [latest] = await ledger.revisions.latest('plain', [uuid]);
      assert.deepEqual([latest?.content.tags, latest?.rows], [['two', 'one'], 3]);
    }));
});
