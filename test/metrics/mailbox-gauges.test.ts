import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configSchema } from '../../src/config/schema.js';
import { MailboxGauges } from '../../src/metrics/mailbox-gauges.js';
import { createMetrics } from '../../src/metrics/metrics.js';
import { parseMetrics } from '../support/scrape.js';

const minuteMs = 60_000;
const startMs = Date.parse('2026-03-02T10:00:00Z');

/** A mailbox that is polled every two minutes, and a clock. */
function watched() {
  const clock = { nowMs: startMs };
  const metrics = createMetrics();
  const config = configSchema.parse({ mailboxes: { soc: { kind: 'directory', path: './mail', every: '2m' } } });
  const gauges = new MailboxGauges(metrics, config, () => clock.nowMs);
  const told = async (name: string) => {
    gauges.refresh();
    return parseMetrics(await metrics.registry.metrics()).of(`lurewatch_${name}{mailbox="soc"}`);
  };
  const receivedAgo = (ms: number) => new Date(clock.nowMs - ms).toISOString();
  return { clock, gauges, told, receivedAgo };
}

describe('what is told of a mailbox', () => {
  it('is, before its first listing, only when the worker started and how often it is polled', async () => {
    const { told } = watched();
    assert.equal(await told('last_poll_timestamp_seconds'), startMs / 1000);
    assert.equal(await told('poll_interval_seconds'), 120);
    assert.equal(await told('oldest_unread_seconds'), undefined);
    assert.equal(await told('unread_mails'), undefined);
  });

  it('has the mail that waits grow older while nobody polls', async () => {
    const { clock, gauges, told, receivedAgo } = watched();
    gauges.listed('soc', { unread: 7, openDeliveries: 2, oldest: receivedAgo(30_000) });
    assert.deepEqual(
      [await told('oldest_unread_seconds'), await told('unread_mails'), await told('in_delivery_mails')],
      [30, 7, 2],
    );
    clock.nowMs += minuteMs;
    assert.equal(await told('oldest_unread_seconds'), 90);
    assert.equal(await told('last_poll_timestamp_seconds'), startMs / 1000);
  });

  it('is 0 where no mail waits, where the poll brought all along, and where the clock of the server is ahead', async () => {
    const { gauges, told, receivedAgo } = watched();
    gauges.listed('soc', { unread: 0, openDeliveries: 0 });
    assert.equal(await told('oldest_unread_seconds'), 0);
    gauges.listed('soc', { unread: 1, openDeliveries: 0, oldest: receivedAgo(-minuteMs) });
    assert.equal(await told('oldest_unread_seconds'), 0);
    gauges.listed('soc', { unread: 1, openDeliveries: 0, oldest: receivedAgo(minuteMs) });
    assert.equal(await told('oldest_unread_seconds'), 60);
    gauges.cleared('soc');
    assert.equal(await told('oldest_unread_seconds'), 0);
  });

  it('is left to other workers three intervals after the last listing, but for when that was', async () => {
    const { clock, gauges, told, receivedAgo } = watched();
    gauges.listed('soc', { unread: 7, openDeliveries: 2, oldest: receivedAgo(30_000) });
    clock.nowMs += 6 * minuteMs;
    assert.equal(await told('oldest_unread_seconds'), 390);
    clock.nowMs += 1;
    for (const name of ['oldest_unread_seconds', 'unread_mails', 'in_delivery_mails']) {
      assert.equal(await told(name), undefined, name);
    }
    assert.equal(await told('last_poll_timestamp_seconds'), startMs / 1000);
    gauges.listed('soc', { unread: 0, openDeliveries: 0 });
    assert.equal(await told('oldest_unread_seconds'), 0);
  });
});
