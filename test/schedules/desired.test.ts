import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configSchema } from '../../src/config/schema.js';
import { desiredSchedules } from '../../src/schedules/desired.js';
import { feedKey, mailboxKey } from '../../src/temporal/search-attribute-keys.js';

describe('the schedules that a configuration asks for', () => {
  it('are one for each mailbox, and start its poll in its interval on the configured task queue', () => {
    const config = configSchema.parse({
      taskQueue: 'soc-queue',
      mailboxes: {
        soc: { host: 'imap.test', username: 'u', password: { env: 'SOC_PASSWORD' }, every: '5m' },
        reports: { kind: 'directory', path: './mail' },
      },
    });
    const schedules = desiredSchedules(config);
    assert.deepEqual(schedules[0], {
      id: 'lurewatch-mailbox-soc',
      subject: 'mailbox soc',
      workflowType: 'ingestMailbox',
      workflowId: 'ingest-soc',
      taskQueue: 'soc-queue',
      input: { mailbox: 'soc' },
      summary: 'Poll of mailbox soc',
      times: { kind: 'every', everyMs: 300_000 },
      catchupWindowMs: 300_000,
      searchAttribute: { key: mailboxKey, value: 'soc' },
    });
    assert.deepEqual(
      schedules.map(({ id, times }) => [id, times]),
      [
        ['lurewatch-mailbox-soc', { kind: 'every', everyMs: 300_000 }],
        ['lurewatch-mailbox-reports', { kind: 'every', everyMs: 60_000 }],
      ],
    );
  });

  it('are one more for a mailbox with push: whoever listens is started again within a minute', () => {
    const soc = { host: 'imap.test', username: 'u', password: { env: 'SOC_PASSWORD' } };
    const mailboxes = { soc: { ...soc, push: 'idle' }, other: soc };
    const [, , push, ...others] = desiredSchedules(configSchema.parse({ taskQueue: 'soc-queue', mailboxes }));
    assert.deepEqual(push, {
      id: 'lurewatch-push-soc',
      subject: 'push of mailbox soc',
      workflowType: 'watchMailbox',
      workflowId: 'push-soc',
      taskQueue: 'soc-queue',
      input: { mailbox: 'soc' },
      summary: 'Listening to mailbox soc',
      times: { kind: 'every', everyMs: 60_000 },
      catchupWindowMs: 60_000,
      atOnce: true,
      searchAttribute: { key: mailboxKey, value: 'soc' },
    });
    assert.deepEqual(others, []);
  });

  it('are one for each feed with a time, and start its import', () => {
    const preset = { preset: 'ransomwatch', source: './a.tsv' };
    const config = configSchema.parse({
      taskQueue: 'soc-queue',
      feeds: {
        leaks: { ...preset, at: ['18:00', '06:00', '18:00'], on: ['monday'], timezone: 'Asia/Tokyo' },
        hourly: { ...preset, every: '1h' },
        monthly: { ...preset, cron: '0 6 1 * *' },
        manual: preset,
      },
    });
    const [leaks, ...others] = desiredSchedules(config);
    assert.deepEqual(leaks, {
      id: 'lurewatch-feed-leaks',
      subject: 'feed leaks',
      workflowType: 'importFeed',
      workflowId: 'import-leaks',
      taskQueue: 'soc-queue',
      input: { feed: 'leaks' },
      summary: 'Import of feed leaks',
      times: { kind: 'at', at: ['18:00', '06:00'], on: ['monday'], timezone: 'Asia/Tokyo' },
      catchupWindowMs: 12 * 3_600_000,
      searchAttribute: { key: feedKey, value: 'leaks' },
    });
    assert.deepEqual(
      others.map(({ id, times, catchupWindowMs }) => [id, times, catchupWindowMs]),
      [
        ['lurewatch-feed-hourly', { kind: 'every', everyMs: 3_600_000 }, 3_600_000],
        ['lurewatch-feed-monthly', { kind: 'cron', cron: '0 6 1 * *', timezone: 'UTC' }, 12 * 3_600_000],
      ],
    );
  });

  it('are one for old evidence where it is not kept for ever, and none for a bucket, which has a rule of its own', () => {
    const retention = { evidence: '180d' };
    const of = (store: unknown) => desiredSchedules(configSchema.parse({ taskQueue: 'soc-queue', store }));
    assert.deepEqual(of({ kind: 'file', path: './var', retention }), [
      {
        id: 'lurewatch-evidence',
        subject: 'evidence',
        workflowType: 'expireEvidence',
        workflowId: 'expire-evidence',
        taskQueue: 'soc-queue',
        input: {},
        summary: 'Removal of old evidence',
        times: { kind: 'at', at: ['03:00'], timezone: 'UTC' },
        catchupWindowMs: 12 * 3_600_000,
      },
    ]);
    assert.deepEqual(of({ kind: 'file', path: './var' }), []);
    assert.deepEqual(of({ kind: 's3', bucket: 'soc', retention }), []);
  });
});
