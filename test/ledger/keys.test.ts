import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { describe, it } from 'node:test';
import { keys } from '../../src/ledger/keys.js';
import { alertIdOf } from '../../src/mail/identity.js';

describe('the keys of records', () => {
  const hashes = Array.from({ length: 1000 }, () => randomBytes(32).toString('hex'));
  const alertIds = hashes.map(alertIdOf);
  const kinds = {
    evidence: hashes.map(keys.evidence),
    extractions: hashes.map((hash) => keys.extraction('1', hash)),
    'alert documents': alertIds.map(keys.alert),
    'holders of names': hashes.map((hash) => keys.holderOfName(`${hash}@mail.example`)),
    claims: alertIds.map((alertId) => keys.claim('cases', alertId, 1)),
    outcomes: alertIds.map((alertId) => keys.outcome('cases', alertId)),
  };
  for (const [kind, all] of Object.entries(kinds)) {
    it(`put ${kind} into two folders of their own, evenly`, () => {
      const count = new Map<string, number>();
      for (const key of all) count.set(dirname(key), (count.get(dirname(key)) ?? 0) + 1);
      assert.equal(count.size, 2);
      for (const [folder, records] of count) assert.ok(records > 400, `${records} in ${folder}`);
      const others = Object.entries(kinds).flatMap(([other, theirs]) => (other === kind ? [] : theirs));
      assert.ok(!others.some((key) => count.has(dirname(key))));
    });
  }

  it('put the end of a claim beside the claim', () => {
    const alertId = alertIds[0] ?? '';
    assert.equal(dirname(keys.claimEnd('cases', alertId, 1)), dirname(keys.claim('cases', alertId, 1)));
  });
});
