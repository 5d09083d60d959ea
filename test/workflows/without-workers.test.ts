import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ApplicationFailure, CompleteAsyncError, Context } from '@temporalio/activity';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { HandOverInput } from '../../src/activities/hand-over.js';
import type { BatchResult, Decision, DeliverMessageResult, DeliveryState } from '../../src/workflows/types.js';
import {
  assertReplays,
  buildHurriedWorkflows,
  freshBatch,
  type MockActivities,
  MockWorkers,
} from '../support/mock-workers.js';
import { eventually, startTestServer, type TestServer } from '../support/temporal.js';

const alertIds = ['a', 'b'].map((letter) => letter.repeat(26));
const plan = { parallelBatches: 1, marks: true, patienceMs: 1_000, maxInDelivery: 1_000, misp: false } as const;

let server: TestServer;
let hurried: { readonly codePath: string; remove(): Promise<void> };
before(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  [server, hurried] = await Promise.all([startTestServer(), buildHurriedWorkflows()]);
});
after(async () => {
  await server?.stop();
  await hurried?.remove();
});

function during(activities: MockActivities, work: (workers: MockWorkers) => Promise<void>): Promise<void> {
  return MockWorkers.during({ address: server.address, codePath: hurried.codePath }, activities, work);
}

/** What a batch of two messages needs beside its sinks, and what it did. */
function batchSteps() {
  const handedOver: HandOverInput['messages'][number][] = [];
  const sent: string[] = [];
  const prepared = freshBatch(alertIds);
  const fatesAs = (kind: 'open' | 'reached', ids: readonly string[]) =>
    ids.map((alertId) => ({ alertId, kind, reference: 'case', earlier: false }));
  const activities = {
    prepareAlerts: async () => prepared,
    readFates: async (input: { alertIds: readonly string[] }) => fatesAs('open', input.alertIds),
    postAlerts: async (input: { sink: string; alertIds: readonly string[] }) => {
      sent.push(input.sink);
      return { fates: fatesAs('reached', input.alertIds) };
    },
    handOver: async ({ messages }: HandOverInput) => {
      handedOver.push(...messages);
      return { started: messages.length };
    },
    markSeen: async ({ uids }: { uids: readonly string[] }) => ({ marked: uids.length, vanished: 0 }),
  };
  return { activities, handedOver, sent };
}

function startBatch({ taskQueue }: MockWorkers, targets: readonly string[], limited?: true) {
  const place = { mailbox: 'soc', folder: 'INBOX', uidValidity: '1', uids: ['1', '2'] };
  const input = { ...place, plan: { ...plan, targets, limited }, refusing: [] };
  return server.client.workflow.start('ingestBatch', { taskQueue, workflowId: `batch-${taskQueue}`, args: [input] });
}

function startMessage({ taskQueue }: MockWorkers) {
  const where = { mailbox: 'soc', folder: 'INBOX', uidValidity: '1', uid: '7', marks: true };
  const what = { alertId: alertIds[0], from: 'a@example.com', subject: 'Hello', predecessors: [] };
  const input = { ...where, ...what, sinks: [{ sink: 'cases' }] };
  return server.client.workflow.start('deliverMessage', { taskQueue, workflowId: `one-${taskQueue}`, args: [input] });
}

/** The one sink of the message. */
async function sinkOf(handle: WorkflowHandle) {
  const [sink] = (await handle.query<DeliveryState>('state')).sinks;
  return sink ?? { state: 'delivering', detail: '' };
}

function waiting(handle: WorkflowHandle, withinMs = 30_000) {
  const look = async () => ((await sinkOf(handle)).state === 'waiting' ? sinkOf(handle) : undefined);
  return eventually(look, 'it waits and can be decided', withinMs);
}

/** How often the batch waited for a worker in vain. */
async function timeouts(handle: WorkflowHandle): Promise<number> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).filter((event) => event.activityTaskTimedOutEventAttributes != null).length;
}

describe('a batch', () => {
  it('hands over what a sink without a worker has not got, after two waits; the other sink has it all', () => {
    const { activities, handedOver, sent } = batchSteps();
    return during(activities, async (workers) => {
      await workers.base();
      await workers.sink('cases');
      const handle = await startBatch(workers, ['cases', 'gone']);
      const { inDelivery, failure } = (await handle.result()) as BatchResult;
      assert.deepEqual({ inDelivery, failure }, { inDelivery: 2, failure: undefined });
      assert.deepEqual(sent, ['cases']);
      assert.deepEqual(
        handedOver.flatMap(({ sinks }) => sinks),
        [{ sink: 'gone' }, { sink: 'gone' }],
      );
      assert.equal(await timeouts(handle), 2);
      await assertReplays(handle, hurried.codePath);
    });
  });

  it('goes on where it was when all workers were away for longer than it waits', () => {
    const { activities, handedOver, sent } = batchSteps();
    return during(activities, async (workers) => {
      await workers.base();
      const handle = await startBatch(workers, ['cases']);
      const scheduled = async () => (await handle.describe()).raw.pendingActivities?.[0]?.activityType?.name;
      await eventually(async () => (await scheduled()) === 'postAlerts' || undefined, 'it is at its sink');
      await workers.stopAll();
      await eventually(async () => (await timeouts(handle)) === 1 || undefined, 'nobody came in time');
      await workers.sink('cases');
      await workers.base();
      assert.equal(((await handle.result()) as BatchResult).delivered, 2);
      assert.deepEqual([sent, handedOver], [['cases'], []]);
      await assertReplays(handle, hurried.codePath);
    });
  });
});

describe('a batch of a mailbox with a limit', () => {
  it('that nobody reads in time fails and says what to look at', () => {
    const { activities, sent } = batchSteps();
    return during(activities, async (workers) => {
      await workers.base();
      const failed = (error: unknown) => {
        assert.ok(error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure);
        assert.equal(error.cause.type, 'LW_BATCH_FAILED');
        assert.match(error.cause.message, /no worker began to read.*messagesPerSecond.*stay unread/);
        return true;
      };
      await assert.rejects((await startBatch(workers, ['cases'], true)).result(), failed);
      assert.deepEqual(sent, []);
    });
  });
});

describe('a message of its own whose sink has no worker', () => {
  const discarded = {
    readFates: async () => [{ alertId: alertIds[0], kind: 'open' }],
    discardAlert: async () => undefined,
    markSeen: async () => ({ marked: 1, vanished: 0 }),
  };
  const decide = (handle: WorkflowHandle, verdict: 'retry' | 'discard') =>
    handle.executeUpdate<DeliveryState, [Decision]>(verdict, { args: [{ who: 'ada', why: 'the target is gone' }] });

  it('waits after an hour, is soon there again for a person to decide, and can be discarded', () =>
    during({ ...discarded }, async (workers) => {
      await workers.base();
      const handle = await startMessage(workers);
      assert.match((await waiting(handle)).detail, /no worker took it/);
      await decide(handle, 'retry');
      assert.equal((await sinkOf(handle)).state, 'delivering');
      await waiting(handle, 4_000);
      await decide(handle, 'discard');
      const { sinks } = (await handle.result()) as DeliverMessageResult;
      assert.equal(sinks[0]?.end, 'discarded');
    }));

  it('is held where the sink is gone from the configuration, so that lists show it and it can be discarded', () => {
    const readFates = async () => {
      throw ApplicationFailure.nonRetryable('there is no target "cases"', 'LW_UNKNOWN_TARGET');
    };
    return during({ ...discarded, readFates }, async (workers) => {
      await workers.base();
      const handle = await startMessage(workers);
      const held = async () => ((await sinkOf(handle)).state === 'held' ? sinkOf(handle) : undefined);
      assert.match((await eventually(held, 'it is held')).detail, /there is no target/);
      await decide(handle, 'discard');
      await handle.result();
      await assertReplays(handle, hurried.codePath);
    });
  });

  it('has arrived where the ledger says so, though its worker went before it could', () => {
    const readFates = async () => [{ alertId: alertIds[0], kind: 'reached', reference: 'case 1', earlier: true }];
    return during({ ...discarded, readFates }, async (workers) => {
      await workers.base();
      const { sinks } = (await (await startMessage(workers)).result()) as DeliverMessageResult;
      assert.deepEqual(sinks, [{ sink: 'cases', end: 'delivered', reference: 'case 1' }]);
    });
  });

  it('waits too when the worker went between two attempts; a new one carries it on', () => {
    let attempts = 0;
    const deliverAlert = async () => {
      attempts += 1;
      if (attempts > 1) return { kind: 'reached', reference: 'case 1' };
      throw ApplicationFailure.create({ message: 'it is down', nextRetryDelay: '2s' });
    };
    return during({ ...discarded, deliverAlert }, async (workers) => {
      await workers.base();
      const stop = await workers.sink('cases');
      const handle = await startMessage(workers);
      await eventually(async () => attempts === 1 || undefined, 'it was tried');
      await stop();
      await waiting(handle);
      await workers.sink('cases');
      const { sinks } = (await handle.result()) as DeliverMessageResult;
      assert.deepEqual(sinks, [{ sink: 'cases', end: 'delivered', reference: 'case 1' }]);
      assert.equal(attempts, 2);
    });
  });
});

it('who listens and is told to end while no worker is there ends, instead of continuing as new', async () => {
  let token: Uint8Array | undefined;
  const watchMailbox = async () => {
    token = Context.current().info.taskToken;
    throw new CompleteAsyncError();
  };
  await during({ watchMailbox }, async (workers) => {
    const { taskQueue } = workers;
    const options = { taskQueue, workflowId: `watch-${taskQueue}`, args: [{ mailbox: 'soc' }] };
    const stopWorker = await workers.base();
    const handle = await server.client.workflow.start('watchMailbox', options);
    const listening = await eventually(async () => token, 'one listens');
    await stopWorker();
    await server.client.activity.complete(listening, { end: 'stopped', seen: {} });
    await handle.cancel();
    await workers.base();
    await assert.rejects(
      handle.result(),
      (error) => error instanceof WorkflowFailedError && error.cause instanceof CancelledFailure,
    );
    await assertReplays(handle, hurried.codePath);
  });
});
