import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { bundlePath } from '../../src/workflows/bundle-path.js';
import type { UnreadPage } from '../../src/workflows/types.js';
import { quietSinks } from '../support/mock-workers.js';
import { eventually, startTestServer, type TestServer } from '../support/temporal.js';

let server: TestServer;
before(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  server = await startTestServer();
});
after(() => server?.stop());

const plan = { targets: [], misp: false, marks: true, parallelBatches: 1, patienceMs: 60_000, maxInDelivery: 1_000 };
const nothing: UnreadPage = { unread: 0, folders: [], inDelivery: 0, held: 0, openDeliveries: 0, plan };

describe('the Temporal server as we configure it', () => {
  it('gives out the steps of a small mailbox before those of a flooded one that came long before', async () => {
    const taskQueue = randomUUID();
    const connection = await NativeConnection.connect({ address: server.address });
    const workers: { readonly worker: Worker; readonly run: Promise<void> }[] = [];
    const start = async (options: Omit<Parameters<typeof Worker.create>[0], 'taskQueue'>) => {
      const worker = await Worker.create({ ...options, connection, taskQueue });
      workers.push({ worker, run: worker.run() });
    };
    try {
      await start({ workflowBundle: { codePath: bundlePath }, sinks: quietSinks });
      const poll = async (mailbox: string, number: number) => {
        const workflowId = `${taskQueue}-${mailbox}-${number}`;
        const handle = await server.client.workflow.start('ingestMailbox', {
          taskQueue,
          workflowId,
          args: [{ mailbox }],
        });
        await eventually(async () => {
          const { raw } = await handle.describe();
          return (raw.pendingActivities ?? []).length > 0 || undefined;
        }, `${workflowId} waits for somebody who lists its mails`);
        return handle;
      };
      const polls = await Promise.all(Array.from({ length: 60 }, (_, index) => poll('flood', index)));
      polls.push(await poll('small', 1));

      const listed: string[] = [];
      const listUnread = async ({ mailbox }: { readonly mailbox: string }) => {
        listed.push(mailbox);
        return nothing;
      };
      await start({ activities: { listUnread }, maxConcurrentActivityTaskExecutions: 1 });
      await Promise.all(polls.map((handle) => handle.result()));
      assert.equal(listed.length, 61);
      assert.ok(listed.indexOf('small') < 30, `the small one was number ${listed.indexOf('small') + 1} of 61`);
    } finally {
      for (const { worker } of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await Promise.all(workers.map(({ run }) => run));
      await connection.close();
    }
  });
});
