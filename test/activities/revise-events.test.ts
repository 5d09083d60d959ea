import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type RevisedEvents, reviseEvents, type WantedEvent } from '../../src/activities/revise-events.js';
import { isSound, type Revision, revisionId } from '../../src/ledger/feed-revisions.js';
import { type Ledger, openLedger } from '../../src/ledger/ledger.js';
import type { Outcome } from '../../src/ledger/records.js';
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

async function withLedger(work: (ledger: Ledger, folder: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => work(openLedger(await FileStore.open(folder)), folder));
}

async function reach(ledger: Ledger, { revisions: [revised] }: RevisedEvents): Promise<void> {
  const owner = { workflowId: 'import', runId: '1' };
  const outcome: Outcome = { version: 1, kind: 'delivered', reference: '', warnings: [], owner, atMs: 1 };
  await ledger.deliveries.recordOutcomes('misp', [{ alertId: revised?.alertId ?? '', outcome }]);
}

async function damage(folder: string, number: number): Promise<void> {
  const file = join(folder, 'ledger/feeds/plain/events/0', `${uuid}.${number}.json`);
  await rm(file);
  await writeFile(file, 'damaged');
}

async function latest(ledger: Ledger): Promise<Revision> {
  const [found] = await ledger.revisions.latest('plain', [uuid]);
  assert.ok(isSound(found));
  return found;
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
      assert.equal((await latest(ledger)).contentHash, 'newer');
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
      const { content, rows } = await latest(ledger);
      assert.deepEqual([content.tags, rows], [['two', 'one'], 3]);
    }));

  it('takes back the mark of having left and keeps the rest, also when it is tried again', () =>
    withLedger(async (ledger) => {
      await reviseEvents(ledger, 'plain', [wanted('one', 0, { rows: { length: 2 } })], false);
      const first = await latest(ledger);
      const content = { ...first.content, tags: [...first.content.tags, 'Gone'] };
      const left = { number: 2, contentHash: 'gone: Gone', content, before: first.content, gone: true } as const;
      await ledger.revisions.create([{ ...first, ...left }]);
      for (const attempt of [1, 2]) {
        const back = await reviseEvents(ledger, 'plain', [wanted('two', 2, { keeps: true })], false);
        // Of the other tag nothing is said: what is named in it, and not wanted, would be removed.
        assert.deepEqual(back.revisions[0]?.before?.tags, [], `attempt ${attempt}`);
        assert.deepEqual(back.revisions[0]?.before?.tried?.tags, ['Gone']);
      }
      const { number, content: whole, rows, gone } = await latest(ledger);
      assert.deepEqual([number, whole.tags, rows, gone], [3, ['two', 'one'], 3, undefined]);
    }));

  it('is said anew without what it kept, once the feed says just the same as a whole', () =>
    withLedger(async (ledger) => {
      await reviseEvents(ledger, 'plain', [wanted('one', 0)], false);
      await reviseEvents(ledger, 'plain', [wanted('two', 1, { keeps: true })], false);
      assert.deepEqual(numbers(await reviseEvents(ledger, 'plain', [wanted('two', 2, { keeps: true })], false)), [2]);
      assert.deepEqual(numbers(await reviseEvents(ledger, 'plain', [wanted('two', 2)], false)), [3]);
      assert.deepEqual(numbers(await reviseEvents(ledger, 'plain', [wanted('two', 2)], false)), [3]);
      assert.deepEqual((await latest(ledger)).content.tags, ['two']);
    }));

  it('is said once more where the record of it is damaged, and what that may have kept is taken out', () =>
    withLedger(async (ledger, folder) => {
      await reach(ledger, await reviseEvents(ledger, 'plain', [wanted('one', 0)], false));
      await reach(ledger, await reviseEvents(ledger, 'plain', [wanted('two', 1, { keeps: true })], false));
      await damage(folder, 2);
      const again = await reviseEvents(ledger, 'plain', [wanted('two', 2)], false);
      assert.deepEqual([numbers(again), [...again.damaged]], [[3], []]);
      const { before } = await latest(ledger);
      assert.deepEqual([before?.tags, before?.tried?.tags], [['two'], ['one']]);
      assert.deepEqual(numbers(await reviseEvents(ledger, 'plain', [wanted('two', 2)], false)), [3]);
    }));

  it('is not said over a damaged record that said something else, or did not reach MISP', () =>
    withLedger(async (ledger, folder) => {
      const said = await reviseEvents(ledger, 'plain', [wanted('one', 0)], false);
      await damage(folder, 1);
      for (const hash of ['one', 'two']) {
        const { revisions, damaged } = await reviseEvents(ledger, 'plain', [wanted(hash, 1)], false);
        assert.deepEqual([revisions, damaged.get(uuid)?.code], [[], 'LW_STORE_CORRUPT']);
      }
      await reach(ledger, said);
      assert.equal((await reviseEvents(ledger, 'plain', [wanted('two', 1)], false)).damaged.size, 1);
    }));

  it('waits for a full reading where the record is damaged and rows may be missing', () =>
    withLedger(async (ledger, folder) => {
      await reach(ledger, await reviseEvents(ledger, 'plain', [wanted('one', 0)], false));
      await damage(folder, 1);
      const { revisions, superseded } = await reviseEvents(ledger, 'plain', [wanted('one', 1, { keeps: true })], false);
      assert.deepEqual([revisions, [...superseded]], [[], [uuid]]);
    }));
});
