import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { bundlePath } from '../../src/workflows/bundle-path.js';
import type { IngestBatchInput, PreparedBatch } from '../../src/workflows/types.js';
import { assertReplays, freshBatch, type MockActivities, MockWorkers } from '../support/mock-workers.js';
import { startTestServer, type TestServer } from '../support/temporal.js';

const [routed = '', unrouted = ''] = [...'ab'].map((letter) => letter.repeat(26));

let server: TestServer;
before(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  server = await startTestServer();
});
after(() => server?.stop());

/** The second alert is of a worker that knows of no routes. */
function prepared(): PreparedBatch {
  const { rows, ...batch } = freshBatch([routed, unrouted]);
  return { ...batch, rows: rows.map((row) => (row.alertId === routed ? { ...row, sinks: ['hook'] } : row)) };
}

/** What is sent of a batch of two, sink by sink. */
async function sentOf(plan: Pick<IngestBatchInput['plan'], 'unrouted'>) {
  const sent: (readonly [sink: string, alertIds: readonly string[]])[] = [];
  const activities: MockActivities = {
    prepareAlerts: async () => prepared(),
    postAlerts: async ({ sink, alertIds }: { readonly sink: string; readonly alertIds: readonly string[] }) => {
      sent.push([sink, alertIds]);
      return { fates: alertIds.map((alertId) => ({ alertId, kind: 'reached', reference: 'case', earlier: false })) };
    },
    markSeen: async () => ({ marked: 2, vanished: 0 }),
  };
  await MockWorkers.during({ address: server.address, codePath: bundlePath }, activities, async (workers) => {
    await Promise.all([workers.base(), workers.sink('cases'), workers.sink('hook')]);
    const usual = { parallelBatches: 1, patienceMs: 60_000, maxInDelivery: 1_000, marks: true, misp: false };
    const place = { mailbox: 'soc', folder: 'INBOX', uidValidity: '1', uids: ['1', '2'] };
    const input: IngestBatchInput = {
      ...place,
      plan: { ...usual, targets: ['cases', 'hook'], ...plan },
      refusing: [],
    };
    const options = { taskQueue: workers.taskQueue, workflowId: `batch-${workers.taskQueue}`, args: [input] };
    const handle = await server.client.workflow.start('ingestBatch', options);
    await handle.result();
    await assertReplays(handle, bundlePath);
  });
  return Object.fromEntries(sent);
}

describe('a batch of a mailbox with routes', () => {
  it('goes where the routes of its alerts lead, and to the targets of the mailbox what has none', async () => {
    assert.deepEqual(await sentOf({ unrouted: ['cases'] }), { cases: [unrouted], hook: [routed] });
  });
});
