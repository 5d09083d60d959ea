import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { type WorkflowHandle, WorkflowUpdateFailedError } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { bundlePath } from '../../src/workflows/bundle-path.js';
import type { Decision, DeliverMessageInput, DeliveryState } from '../../src/workflows/types.js';
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
): Promise<void> {
  const connection = await NativeConnection.connect({ address: server.address });
  try {
    const taskQueue = randomUUID();
    const worker = await Worker.create({ connection, taskQueue, workflowBundle: { codePath: bundlePath }, activities });
    await worker.runUntil(async () => {
      const workflowId = `deliver-${taskQueue}`;
      await work(await server.client.workflow.start('deliverMessage', { taskQueue, workflowId, args: [input] }));
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
      await decide(handle, 'discard', 'ada');
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
});
