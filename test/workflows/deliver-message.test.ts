import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { type WorkflowHandle, WorkflowUpdateFailedError } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { sinkQueue } from '../../src/queues/queue-names.js';
import { bundlePath } from '../../src/workflows/bundle-path.js';
import type { Decision, DeliverMessageInput, DeliverMessageResult, DeliveryState } from '../../src/workflows/types.js';
import { quietSinks } from '../support/mock-workers.js';
import { startTestServer, type TestServer } from '../support/temporal.js';

let server: TestServer;
before(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  server = await startTestServer();
});
after(() => server.stop());

const input: DeliverMessageInput = {
  mailbox: 'soc',
  folder: 'INBOX',
  uidValidity: '1',
  uid: '7',
  alertId: 'a'.repeat(26),
  marks: true,
  sinks: [{ sink: 'cases', rejected: 'the subject is too odd' }],
  predecessors: [],
  from: 'a@example.com',
  subject: 'Hello',
};

/** Runs deliverMessage with activities of the test's own. */
async function delivering(
  activities: Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>,
  work: (handle: WorkflowHandle) => Promise<void>,
  changed: Partial<DeliverMessageInput> = {},
): Promise<void> {
  const connection = await NativeConnection.connect({ address: server.address });
  try {
    const taskQueue = randomUUID();
    const options = { connection, activities, shutdownForceTime: '1s' } as const;
    const workflowBundle = { codePath: bundlePath };
    const worker = await Worker.create({ ...options, taskQueue, workflowBundle, sinks: quietSinks });
    const sink = await Worker.create({ ...options, taskQueue: sinkQueue(taskQueue, 'cases') });
    const runUntil = (during: () => Promise<void>) => worker.runUntil(() => sink.runUntil(during));
    await runUntil(async () => {
      const workflowId = `deliver-${taskQueue}`;
      await work(
        await server.client.workflow.start('deliverMessage', {
          taskQueue,
          workflowId,
          args: [{ ...input, ...changed }],
        }),
      );
    });
  } finally {
    await connection.close();
  }
}

const decide = (handle: WorkflowHandle, name: 'retry' | 'discard', who: string) =>
  handle.executeUpdate<DeliveryState, [Decision]>(name, { args: [{ who, why: 'because' }] });

describe('deliverMessage', () => {
  it('takes no second decision while the first is being carried out', async () => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const discards: unknown[] = [];
    const activities = {
      discardAlert: async (request: unknown) => {
        discards.push(request);
        await released;
      },
      markSeen: async () => ({ marked: 1, vanished: 0 }),
    };
    await delivering(activities, async (handle) => {
      const { sinks: answered } = await decide(handle, 'discard', 'ada');
      assert.deepEqual(answered, [{ sink: 'cases', state: 'discarding', detail: 'by ada: because' }]);
      await assert.rejects(decide(handle, 'retry', 'bob'), (error) => {
        assert.ok(error instanceof WorkflowUpdateFailedError);
        assert.match(error.cause?.message ?? '', /nothing .* is held: cases is discarding/);
        return true;
      });
      release();
      const result = { alertId: input.alertId, marked: true };
      const sinks = [{ sink: 'cases', end: 'discarded', reference: 'discarded by ada: because' }];
      assert.deepEqual(await handle.result(), { ...result, sinks });
      assert.equal(discards.length, 1);
    });
  });

  it('has the ledger asked whether the mail has reached others when the sink that was given up is gone', async () => {
    const marks: unknown[] = [];
    const activities = {
      discardAlert: async () => ({ gone: true }),
      markSeen: async (request: unknown) => {
        marks.push(request);
        return { marked: 0, vanished: 0, unreached: 1 };
      },
    };
    await delivering(activities, async (handle) => {
      await decide(handle, 'discard', 'ada');
      const { sinks, marked } = (await handle.result()) as DeliverMessageResult;
      assert.equal(marked, false);
      assert.match(
        sinks[0]?.reference ?? '',
        /^discarded by ada: because \(cases is not configured any more: the next/,
      );
      assert.deepEqual(marks, [{ mailbox: 'soc', folder: 'INBOX', uidValidity: '1', uids: ['7'], sinkGone: true }]);
    });
  });

  it('of a mail that a report carries leaves the report unread while another of its mails is on its way', async () => {
    const marks: unknown[] = [];
    const activities = {
      deliverAlert: async () => ({ kind: 'reached', reference: 'case 1' }),
      markSeen: async (request: unknown) => {
        marks.push(request);
        return { marked: 0, vanished: 0, waits: true };
      },
    };
    const report = 'b'.repeat(26);
    await delivering(
      activities,
      async (handle) => {
        const { marked } = (await handle.result()) as DeliverMessageResult;
        assert.equal(marked, false);
        assert.deepEqual(marks, [{ mailbox: 'soc', folder: 'INBOX', uidValidity: '1', uids: ['7'], report }]);
      },
      { report, sinks: [{ sink: 'cases' }] },
    );
  });
});
