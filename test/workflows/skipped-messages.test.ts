import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { MarkSeenInput } from '../../src/activities/mark-seen.js';
import { bundlePath } from '../../src/workflows/bundle-path.js';
import type { BatchResult, PreparedBatch } from '../../src/workflows/types.js';
import { assertReplays, freshBatch, type MockActivities, MockWorkers } from '../support/mock-workers.js';
import { startTestServer, type TestServer } from '../support/temporal.js';

const alertIds = [...'abc'].map((letter) => letter.repeat(26));

let server: TestServer;
before(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  server = await startTestServer();
});
after(() => server?.stop());

function prepared(third: 'fresh' | 'reached'): PreparedBatch {
  const { messages, rows, ...batch } = freshBatch(alertIds);
  return {
    ...batch,
    messages: messages.map((message) => {
      if (message.uid === '1') return message;
      return { ...message, state: message.uid === '2' ? 'skipped' : third };
    }),
    rows: rows.filter(({ alertId }) => alertId === alertIds[0] || (alertId === alertIds[2] && third === 'fresh')),
    skipped: [{ alertId: alertIds[1] ?? '', from: 'b@example.com', subject: 'News', why: 'subject matches ^News' }],
  };
}

/** A batch of three mails, of which the second is skipped. */
async function batch(
  plan: { readonly marks: boolean; readonly leavesSkipped?: true; readonly after?: 'move' },
  third: 'fresh' | 'reached' = 'fresh',
) {
  const marked: MarkSeenInput[] = [];
  const sent: (readonly string[])[] = [];
  const activities: MockActivities = {
    prepareAlerts: async () => prepared(third),
    postAlerts: async (input: { readonly alertIds: readonly string[] }) => {
      sent.push(input.alertIds);
      const fates = input.alertIds.map((alertId) => ({ alertId, kind: 'reached', reference: 'case', earlier: false }));
      return { fates };
    },
    markSeen: async (input: MarkSeenInput) => {
      marked.push(input);
      return { marked: input.uids.length, vanished: 0 };
    },
  };
  let result: BatchResult | undefined;
  let details = '';
  await MockWorkers.during({ address: server.address, codePath: bundlePath }, activities, async (workers) => {
    await Promise.all([workers.base(), workers.sink('cases')]);
    const limits = { parallelBatches: 1, patienceMs: 60_000, maxInDelivery: 1_000 };
    const place = { mailbox: 'soc', folder: 'INBOX', uidValidity: '1', uids: ['1', '2', '3'] };
    const { taskQueue } = workers;
    const input = { ...place, plan: { ...limits, ...plan, targets: ['cases'], misp: false }, refusing: [] };
    const options = { taskQueue, workflowId: `batch-${taskQueue}`, args: [input] };
    const handle = await server.client.workflow.start('ingestBatch', options);
    result = (await handle.result()) as BatchResult;
    details = await handle.query('__temporal_workflow_metadata').then((data) => JSON.stringify(data));
    await assertReplays(handle, bundlePath);
  });
  assert.ok(result !== undefined);
  return {
    result,
    marked: marked.map(({ uids, skipped, earlier }) => ({ uids, skipped, ...(earlier && { earlier }) })),
    sent,
    details,
  };
}

describe('a batch with a mail that its mailbox skips', () => {
  it('counts it apart, sends nothing of it, marks it as read, and shows the expression', async () => {
    const { result, marked, sent, details } = await batch({ marks: true });
    assert.deepEqual([result.delivered, result.skipped, result.taken, result.remaining], [2, 1, 3, 0]);
    assert.deepEqual(sent, [[alertIds[0], alertIds[2]]]);
    assert.deepEqual(marked, [
      { uids: ['2'], skipped: true },
      { uids: ['1', '3'], skipped: undefined },
    ]);
    assert.match(details, /skipped: subject matches \^News \| b@example.com \| News/);
  });

  it('leaves it unread where the mailbox says so', async () => {
    const { result, marked } = await batch({ marks: true, leavesSkipped: true });
    assert.equal(result.skipped, 1);
    assert.deepEqual(marked, [{ uids: ['1', '3'], skipped: undefined }]);
  });

  it('says of what is to be moved which was delivered before, since that may have been moved, too', async () => {
    const { result, marked } = await batch({ marks: true, after: 'move' }, 'reached');
    assert.deepEqual([result.delivered, result.duplicates], [1, 1]);
    assert.deepEqual(marked, [
      { uids: ['2'], skipped: true },
      { uids: ['1', '3'], skipped: undefined, earlier: ['3'] },
    ]);
  });
});
