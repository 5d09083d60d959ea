import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configSchema } from '../../src/config/schema.js';
import { beginAtZero } from '../../src/metrics/begin-at-zero.js';
import { countEnd } from '../../src/metrics/count-ends.js';
import { createMetrics } from '../../src/metrics/metrics.js';
import type { WorkflowEnd } from '../../src/metrics/workflow-ends.js';
import { parseMetrics } from '../support/scrape.js';

const config = configSchema.parse({
  mailboxes: { soc: { kind: 'directory', path: './mail', targets: ['cases'] } },
  targets: { cases: { kind: 'file', path: './cases' } },
  misp: { kind: 'feed', path: './misp' },
  feeds: { urlhaus: { preset: 'urlhaus', source: './urlhaus.csv', every: '1h' } },
});
const events = { created: 3, updated: 2, unchanged: 1, gone: 0 };

/** What the metrics say after workflows ended so. */
async function after(...ends: readonly WorkflowEnd[]) {
  const metrics = createMetrics();
  const cleared: string[] = [];
  beginAtZero(metrics, config);
  const gauges = { cleared: (mailbox: string) => void cleared.push(mailbox) };
  for (const end of ends) countEnd(config, { metrics, gauges }, end);
  const { values, of } = parseMetrics(await metrics.registry.metrics());
  return { values, of: (series: string) => of(`lurewatch_${series}`), cleared };
}

describe('what ended workflows count', () => {
  it('begins at 0 for what is configured, so that the first one is an increase', async () => {
    const { of } = await after();
    for (const series of [
      'mails_delivered_total{mailbox="soc"}',
      'polls_total{mailbox="soc",outcome="done"}',
      'alerts_rejected_total{sink="cases"}',
      'alerts_delivered_total{sink="misp"}',
      'feed_rows_rejected_total{feed="urlhaus"}',
    ]) {
      assert.equal(of(series), 0, series);
    }
  });

  it('adds up the mails of batches, and of messages that went on by themselves', async () => {
    const batch = {
      kind: 'batch',
      mailbox: 'soc',
      delivered: 40,
      duplicates: 3,
      vanished: 1,
      started: 5,
      held: 2,
    } as const;
    const { of } = await after(
      batch,
      batch,
      { kind: 'message', mailbox: 'soc', discarded: 0 },
      { kind: 'message', mailbox: 'soc', discarded: 1 },
    );
    assert.equal(of('mails_delivered_total{mailbox="soc"}'), 81);
    assert.equal(of('mails_duplicate_total{mailbox="soc"}'), 6);
    assert.equal(of('mails_handed_over_total{mailbox="soc"}'), 10);
    assert.equal(of('mails_held_total{mailbox="soc"}'), 4);
    assert.equal(of('mails_vanished_total{mailbox="soc"}'), 2);
    assert.equal(of('alerts_discarded_total{mailbox="soc"}'), 1);
  });

  it('tells polls by their outcome, and when one has left nothing', async () => {
    const { of, cleared } = await after(
      { kind: 'poll', mailbox: 'soc', outcome: 'LW_MAIL_AUTH' },
      { kind: 'poll', mailbox: 'soc', outcome: 'done', left: 4 },
    );
    assert.equal(of('polls_total{mailbox="soc",outcome="LW_MAIL_AUTH"}'), 1);
    assert.equal(of('polls_total{mailbox="soc",outcome="done"}'), 1);
    assert.deepEqual(cleared, []);
    assert.deepEqual((await after({ kind: 'poll', mailbox: 'soc', outcome: 'done', left: 0 })).cleared, ['soc']);
  });

  it('tells of imports what they read and wrote, and when the last good and the last bad one was', async () => {
    const good = { kind: 'import', feed: 'urlhaus', outcome: 'done', rows: 10, rejected: 4, events } as const;
    const { of } = await after(good);
    assert.equal(of('feed_rows_total{feed="urlhaus"}'), 10);
    assert.equal(of('feed_rows_rejected_total{feed="urlhaus"}'), 4);
    assert.equal(of('feed_events_total{feed="urlhaus",action="created"}'), 3);
    assert.ok((of('last_import_timestamp_seconds{feed="urlhaus"}') ?? 0) > 1e9);
    assert.equal(of('last_failed_import_timestamp_seconds{feed="urlhaus"}'), undefined);

    const bad = await after({ ...good, outcome: 'LW_FEED_UNREACHABLE' });
    assert.ok((bad.of('last_failed_import_timestamp_seconds{feed="urlhaus"}') ?? 0) > 1e9);
    assert.equal(bad.of('last_import_timestamp_seconds{feed="urlhaus"}'), undefined);
  });

  it('makes no series of names that are not configured', async () => {
    const { values } = await after(
      { kind: 'poll', mailbox: 'typed-by-hand', outcome: 'LW_UNKNOWN_MAILBOX' },
      { kind: 'import', feed: 'constructor', outcome: 'LW_UNKNOWN_FEED', rows: 0, rejected: 0, events },
    );
    assert.deepEqual(
      [...values.keys()].filter((series) => /typed-by-hand|constructor/.test(series)),
      [],
    );
  });
});
