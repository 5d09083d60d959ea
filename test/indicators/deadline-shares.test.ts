import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { timeAllowed } from '../../src/indicators/deadline-shares.js';

/** The least deadline for which the floor of the simple reading plays no part. */
const deadlines = fc.double({ min: 10, max: 600, noNaN: true });

describe('the time of a mail', () => {
  it('is enough for all its readings, where each takes as long as it may', () =>
    fc.assert(
      fc.property(deadlines, fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), (deadline, share, heavy) => {
        const full = timeAllowed('full', deadline, 0);
        const body = share * full.seconds;
        // What began too late to be opened ends at once.
        let spent = heavy ? Math.max(body, full.heavySeconds(body)) : full.seconds;
        for (const effort of heavy ? (['light', 'plain', 'simple'] as const) : (['plain', 'simple'] as const)) {
          const { seconds } = timeAllowed(effort, deadline, spent);
          assert.ok(seconds > 0, `${effort}: ${seconds} s`);
          spent += seconds;
        }
        assert.ok(spent <= deadline * 1.000001, `${spent} of ${deadline} s`);
      }),
    ));

  it('leaves after attachments what reading all before them took, and more', () =>
    fc.assert(
      fc.property(deadlines, fc.double({ min: 0, max: 0.3, noNaN: true }), (deadline, share) => {
        const body = share * deadline;
        const spent = timeAllowed('full', deadline, 0).heavySeconds(body);
        assert.ok(timeAllowed('light', deadline, spent).seconds > body);
      }),
    ));

  it('never keeps the beginning of a mail from being read', () => {
    assert.equal(timeAllowed('simple', 0.02, 0.02).seconds, 1);
    assert.equal(timeAllowed('simple', 10, 30).seconds, 1);
  });
});
