import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Mailbox } from '../../src/activities/dependencies.js';
import { planOf } from '../../src/activities/mailbox-plan.js';
import { configSchema } from '../../src/config/schema.js';

const imap = { host: 'h', username: 'u', password: { env: 'P' } };
const maildir = { kind: 'directory', path: 'Maildir' };

function batchesAtATime(settings: Readonly<Record<string, unknown>>): number {
  const config = configSchema.parse({ mailboxes: { soc: settings } });
  const mailbox = { name: 'soc', config: config.mailboxes.soc, sinks: [], source: undefined } as unknown as Mailbox;
  return planOf(mailbox, config).parallelBatches;
}

it('a poll has four batches for each connection under way, or as many as the mailbox says', () => {
  assert.equal(batchesAtATime(imap), 8);
  assert.equal(batchesAtATime({ ...imap, connections: 1 }), 4);
  assert.equal(batchesAtATime({ ...imap, connections: 3, batches: 2 }), 2);
  assert.equal(batchesAtATime(maildir), 8);
  assert.equal(batchesAtATime({ ...maildir, batches: 1 }), 1);
  assert.throws(() => batchesAtATime({ ...imap, batches: 0 }), /batches/);
});
