import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultPayloadConverter, type PayloadCodec } from '@temporalio/common';
import { importLine, toldBy } from '../../src/cli/import-progress.js';
import type { ImportProgress } from '../../src/workflows/feed-types.js';
import { codecOf, encryptedWith } from '../support/history-config.js';

const writing: ImportProgress = {
  stage: 'writing',
  rows: 1000,
  toWrite: 400,
  done: 100,
  created: 90,
  updated: 10,
  unchanged: 600,
  rejected: 3,
  gone: 0,
  warned: 0,
  writers: 2,
  startedAtMs: 0,
};

describe('the line of an import that is under way', () => {
  it('counts the rows while they are read', () => {
    const reading: ImportProgress = { ...writing, stage: 'reading', rows: 0 };
    const seen = { reading: { rows: 120_000, rejected: 4 }, inHand: 0 };
    assert.equal(importLine(reading, seen, 10_000), 'reading · 120000 rows · 12000 rows/s · 4 rejected');
    assert.equal(importLine(reading, { inHand: 0 }, 10_000), 'reading');
  });

  it('shows a bar, the rate and the time left while events are written', () => {
    const seen = { inHand: 0, begun: { atMs: 90_000, done: 0 } };
    assert.equal(
      importLine(writing, seen, 100_000),
      '█████░░░░░░░░░░░░░░░ 100/400 · 10/s · 30 s left · 90 created · 10 updated · 3 rejected',
    );
  });

  it('does not count what was written before it looked into the rate, nor the time of reading', () => {
    const seen = { inHand: 0, begun: { atMs: 90_000, done: 80 } };
    assert.match(importLine(writing, seen, 100_000), /· 2\.0\/s · 3 min left ·/);
  });

  it('counts what is done of the parts under way, and never more than there is', () => {
    const begun = { atMs: 0, done: 0 };
    assert.match(importLine(writing, { inHand: 100, begun }, 20_000), /^█{10}░{10} 200\/400 · 10\/s · 20 s left/);
    assert.match(importLine(writing, { inHand: 900, begun }, 20_000), /^█{20} 400\/400 · 20\/s · 90 created/);
  });

  it('promises nothing before the first event is written', () => {
    const first = { ...writing, done: 0, created: 0, updated: 0, rejected: 0 };
    assert.equal(importLine(first, { inHand: 0, begun: { atMs: 0, done: 0 } }, 9_000), '░░░░░░░░░░░░░░░░░░░░ 0/400');
  });

  it('says hours where they are left', () => {
    const many = { ...writing, toWrite: 1_000_000 };
    assert.match(importLine(many, { inHand: 0, begun: { atMs: 0, done: 0 } }, 10_000), /· 27\.8 h left ·/);
  });

  it('says when there is nothing to write, and when it is finishing', () => {
    const nothing = { ...writing, toWrite: 0, done: 0, created: 0, updated: 0 };
    assert.equal(importLine(nothing, { inHand: 0 }, 1), 'nothing to write · 3 rejected');
    const finishing: ImportProgress = { ...writing, stage: 'finishing', done: 400 };
    assert.equal(importLine(finishing, { inHand: 0 }, 1), 'finishing · 90 created · 10 updated · 3 rejected');
  });

  it('reads what activities tell in encrypted histories, and goes without what it has no key for', async () => {
    const [ours, others] = await Promise.all([
      codecOf(encryptedWith('one', { one: 'KEY_ONE' })),
      codecOf(encryptedWith('two', { two: 'KEY_TWO' })),
    ]);
    const activities = [
      await telling(ours, { rows: 7, rejected: 1 }),
      await telling(ours, { done: 20, of: 50 }),
      await telling(undefined, { done: 3, of: 50 }),
      { heartbeatDetails: null },
    ];
    const reading = { rows: 7, rejected: 1 };
    const all = [...activities, await telling(others, { done: 9, of: 50 })];
    assert.deepEqual(await toldBy(all, [ours]), { reading, inHand: 23 });
    assert.deepEqual(await toldBy(activities, [others]), { reading: undefined, inHand: 3 });
  });
});

/** An activity whose heartbeat was written with this codec. */
async function telling(codec: PayloadCodec | undefined, details: unknown) {
  const plain = [defaultPayloadConverter.toPayload(details)];
  return { heartbeatDetails: { payloads: (await codec?.encode(plain)) ?? plain } };
}
