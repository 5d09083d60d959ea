import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AlertFate } from '../../src/workflows/deliver-batch.js';
import { fateOfMessage } from '../../src/workflows/message-fate.js';
import type { BatchMessage } from '../../src/workflows/types.js';

const reached: AlertFate = { kind: 'reached', earlier: false, note: 'reached' };
const earlier: AlertFate = { ...reached, earlier: true };
const carried: AlertFate = { kind: 'carried', note: 'carried' };
const blocked: AlertFate = { kind: 'blocked', came: false, sinks: [{ sink: 'away' }], note: 'blocked' };
const held: AlertFate = { kind: 'open', sinks: [{ sink: 'cases', rejected: 'no' }], note: 'rejected' };

/** Of a report whose mails fared so. */
function fateOf(fates: readonly AlertFate[], more: Partial<BatchMessage> = {}) {
  const alertIds = fates.map((_, index) => `mail-${index}`);
  const message: BatchMessage = { uid: '1', alertId: 'report', state: 'fresh', alertIds, ...more };
  const of = (alertId: string) => fates[alertIds.indexOf(alertId)] ?? assert.fail(`nobody asked for ${alertId}`);
  return fateOfMessage(message, { of, failure: undefined, refusing: [] });
}

describe('the fate of a report', () => {
  it('is reached when all its mails have reached all sinks, and before if all had', () => {
    assert.deepEqual(fateOf([reached, earlier]), { kind: 'reached', earlier: false, note: 'reached; reached' });
    assert.deepEqual(fateOf([earlier, earlier]), { kind: 'reached', earlier: true, note: 'reached; reached' });
  });

  it('is carried where other workflows have some of its mails, also those it was not asked for', () => {
    assert.equal(fateOf([reached, carried]).kind, 'carried');
    assert.equal(fateOf([reached], { othersCarried: true }).kind, 'carried');
    assert.equal(fateOf([], { othersCarried: true }).kind, 'carried');
  });

  it('is blocked where a sink refuses everything and nothing else is left to do', () => {
    assert.deepEqual(fateOf([blocked, blocked]), { kind: 'blocked', came: false, note: 'blocked; blocked' });
    const { kind, came } = { came: undefined, ...fateOf([reached, blocked]) };
    assert.deepEqual([kind, came], ['blocked', true]);
  });

  it('is open where one has to wait: with it all that are left go on by themselves', () => {
    const fate = fateOf([reached, held, blocked, carried]);
    assert.deepEqual(fate.kind === 'open' && fate.leaving, [
      { alertId: 'mail-1', sinks: [{ sink: 'cases', rejected: 'no' }] },
      { alertId: 'mail-2', sinks: [{ sink: 'away' }] },
    ]);
  });

  it('is told of the first few of its mails', () => {
    assert.equal(fateOf([reached, held, reached, reached, held]).note, 'reached; rejected; reached; and 2 more');
  });
});
