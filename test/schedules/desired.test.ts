import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configSchema } from '../../src/config/schema.js';
import { desiredSchedules } from '../../src/schedules/desired.js';

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
      everyMs: 300_000,
      catchupWindowMs: 300_000,
      mailbox: 'soc',
    });
    assert.deepEqual(
      schedules.map(({ id, everyMs }) => [id, everyMs]),
      [
        ['lurewatch-mailbox-soc', 300_000],
        ['lurewatch-mailbox-reports', 60_000],
      ],
    );
  });
});
