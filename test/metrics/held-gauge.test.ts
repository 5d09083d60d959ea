import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HeldGauge } from '../../src/metrics/held-gauge.js';
import { createMetrics } from '../../src/metrics/metrics.js';
import { parseMetrics } from '../support/scrape.js';

const held = 'lurewatch_held_alerts{mailbox="soc"}';

/** @param counts what Temporal answers, one after the other */
function gauge(...counts: readonly (number | Error)[]) {
  const metrics = createMetrics();
  const asked = { times: 0 };
  const heldGauge = new HeldGauge(metrics, async () => {
    const answer = counts[asked.times++];
    if (typeof answer !== 'number') throw answer;
    return new Map([['soc', answer]]);
  });
  return { gauge: heldGauge, asked, told: async () => parseMetrics(await metrics.registry.metrics()).of(held) };
}

describe('the gauge of held alerts', () => {
  it('has what Temporal counts, and asks it once for many scrapes', async () => {
    const { gauge: heldGauge, asked, told } = gauge(3, 5);
    await Promise.all([heldGauge.refresh(), heldGauge.refresh()]);
    await heldGauge.refresh();
    assert.equal(await told(), 3);
    assert.equal(asked.times, 1);
  });

  it('is not told while Temporal does not answer: 0 would be a lie', async () => {
    const { gauge: heldGauge, told } = gauge(new Error('away'));
    await heldGauge.refresh();
    assert.equal(await told(), undefined);
  });

  it('is told no more once Temporal hangs, which is asked one question at a time', async (context) => {
    context.mock.timers.enable({ apis: ['Date'] });
    const metrics = createMetrics();
    let asked = 0;
    const counting = async () => (asked++ === 0 ? new Map([['soc', 3]]) : new Promise<never>(() => undefined));
    const heldGauge = new HeldGauge(metrics, counting, 10);
    const told = async () => parseMetrics(await metrics.registry.metrics()).of(held);
    await heldGauge.refresh();
    assert.equal(await told(), 3);
    for (let times = 0; times < 3; times++) {
      context.mock.timers.tick(31_000);
      await heldGauge.refresh();
      assert.equal(await told(), undefined);
    }
    assert.equal(asked, 2);
  });
});
