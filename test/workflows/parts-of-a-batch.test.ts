import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { bundlePath } from '../../src/workflows/bundle-path.js';
import type { BatchResult, SinkReport } from '../../src/workflows/types.js';
import { assertReplays, freshBatch, type MockActivities, MockWorkers } from '../support/mock-workers.js';
import { startTestServer, type TestServer } from '../support/temporal.js';

const alertIds = [...'abcdef'].map((letter) => letter.repeat(26));

let server: TestServer;
before(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  server = await startTestServer();
});
after(() => server?.stop());

/** A batch of six alerts, for a sink that gets them one by one and refuses some for a reason that looks like its own. */
async function batch(refuses: (alertId: string) => boolean): Promise<BatchResult & { readonly calls: number }> {
  let calls = 0;
  const prepared = freshBatch(alertIds);
  const activities: MockActivities = {
    prepareAlerts: async () => prepared,
    postAlerts: async (input: { alertIds: readonly string[] }): Promise<SinkReport> => {
      calls += 1;
      const [alertId = ''] = input.alertIds;
      if (!refuses(alertId)) return { fates: [{ alertId, kind: 'reached', reference: 'case', earlier: false }] };
      const trouble = { code: 'LW_TARGET_AUTH', message: 'it said 403', retryable: false, refusesAll: true };
      return { fates: [{ alertId, kind: 'open' }], trouble };
    },
    markSeen: async ({ uids }: { uids: readonly string[] }) => ({ marked: uids.length, vanished: 0 }),
  };
  let result: BatchResult | undefined;
  await MockWorkers.during({ address: server.address, codePath: bundlePath }, activities, async (workers) => {
    await Promise.all([workers.base(), workers.sink('cases')]);
    const limits = { parallelBatches: 1, patienceMs: 60_000, maxInDelivery: 1_000, alertsPerActivity: { cases: 1 } };
    const plan = { ...limits, targets: ['cases'], misp: false, marks: true };
    const place = { mailbox: 'soc', folder: 'INBOX', uidValidity: '1', uids: prepared.messages.map(({ uid }) => uid) };
    const { taskQueue } = workers;
    const options = { taskQueue, workflowId: `batch-${taskQueue}`, args: [{ ...place, plan, refusing: [] }] };
    const handle = await server.client.workflow.start('ingestBatch', options);
    result = (await handle.result()) as BatchResult;
    await assertReplays(handle, bundlePath);
  });
  assert.ok(result !== undefined);
  return { ...result, calls };
}

describe('a batch for a sink with a limit', () => {
  it('goes on behind a part that is refused: the others of it, and of later batches, are not in its way', async () => {
    const { delivered, remaining, refusing, failure } = await batch((alertId) => alertId === alertIds[0]);
    assert.deepEqual({ delivered, remaining, refusing }, { delivered: 5, remaining: 1, refusing: [] });
    assert.equal(failure?.code, 'LW_TARGET_AUTH');
  });

  it('ends after two parts where the sink refuses all, and says so', async () => {
    const { delivered, remaining, refusing, calls } = await batch(() => true);
    assert.deepEqual({ delivered, remaining, calls }, { delivered: 0, remaining: 6, calls: 2 });
    assert.deepEqual(refusing, ['cases']);
  });

  it('does not begin with the same part each time', async () => {
    let delivered = 0;
    for (let poll = 1; poll <= 12 && delivered === 0; poll += 1) {
      delivered = (await batch((alertId) => alertIds.indexOf(alertId) < 2)).delivered;
    }
    assert.ok(delivered > 0, 'what stands behind the refused parts is reached');
  });
});

describe('a batch whose alerts have routes', () => {
  it('brings to each sink what goes there, also to one that the plan does not know yet, and asks no other', async () => {
    const sent = new Map<string, readonly string[]>();
    const prepared = freshBatch(alertIds);
    const routed = prepared.rows.map((row, index) => ({ ...row, sinks: index === 0 ? ['cases', 'hook'] : ['cases'] }));
    const activities: MockActivities = {
      prepareAlerts: async () => ({ ...prepared, rows: routed }),
      postAlerts: async (input: { sink: string; alertIds: readonly string[] }): Promise<SinkReport> => {
        sent.set(input.sink, input.alertIds);
        const fateOf = (alertId: string) => ({ alertId, kind: 'reached', reference: 'case', earlier: false }) as const;
        return { fates: input.alertIds.map(fateOf) };
      },
      markSeen: async ({ uids }: { uids: readonly string[] }) => ({ marked: uids.length, vanished: 0 }),
    };
    await MockWorkers.during({ address: server.address, codePath: bundlePath }, activities, async (workers) => {
      // Nobody works for `north`.
      await Promise.all([workers.base(), workers.sink('cases'), workers.sink('hook')]);
      const limits = { parallelBatches: 1, patienceMs: 60_000, maxInDelivery: 1_000 };
      const plan = { ...limits, targets: ['cases', 'north'], misp: false, marks: true };
      const uids = prepared.messages.map(({ uid }) => uid);
      const args = [{ mailbox: 'soc', folder: 'INBOX', uidValidity: '1', uids, plan, refusing: [] }];
      const { taskQueue } = workers;
      const handle = await server.client.workflow.start('ingestBatch', { taskQueue, workflowId: taskQueue, args });
      const { delivered, inDelivery } = (await handle.result()) as BatchResult;
      assert.deepEqual({ delivered, inDelivery }, { delivered: 6, inDelivery: 0 });
      await assertReplays(handle, bundlePath);
    });
    assert.deepEqual(Object.fromEntries(sent), { cases: alertIds, hook: alertIds.slice(0, 1) });
  });
});
