import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Client } from '@temporalio/client';
import { configSchema } from '../../src/config/schema.js';
import { applySchedules } from '../../src/schedules/apply.js';
import { desiredSchedules } from '../../src/schedules/desired.js';
import { guardedUpdate } from '../../src/schedules/guarded-update.js';
import { deleteSchedule, pauseSchedule, resumeSchedule, triggerSchedule } from '../../src/schedules/operate.js';
import { createWorkflows } from '../../src/temporal/workflows.js';
import { eventually, startTestServer, type TestServer } from '../support/temporal.js';

let test: TestServer;
let client: Client;
before(async () => {
  test = await startTestServer();
  client = test.client;
});
after(() => test.stop());

const soc = { host: 'h', username: 'u', password: { env: 'P' }, every: '1d' };

async function apply(name: string, push: 'none' | 'idle') {
  const config = configSchema.parse({ mailboxes: { [name]: { ...soc, push } } });
  return applySchedules(client, desiredSchedules(config), { prune: true, taskQueue: 'lurewatch' });
}

const schedule = (id: string) => client.schedule.getHandle(`lurewatch-${id}`);

/** Workflows that the schedule has started and that are open: no worker takes them here. */
function running(id: string, count: number): Promise<readonly string[]> {
  return eventually(async () => {
    const { runningActions } = (await schedule(id).describe()).info;
    return runningActions.length === count ? runningActions.map(({ workflow }) => workflow.workflowId) : undefined;
  }, `${count} runs of ${id}`);
}

const cancelled = (workflowId: string) =>
  eventually(async () => {
    const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
    return events?.some((event) => event.workflowExecutionCancelRequestedEventAttributes) ? true : undefined;
  }, `${workflowId} is told to end`);

/** For those that run when nobody is there to end them. */
const terminate = (workflowId: string) => client.workflow.getHandle(workflowId).terminate();

describe('the schedule of who listens', () => {
  it('starts one as soon as it is made, and never a second one beside it', async () => {
    await apply('once', 'idle');
    const [first = ''] = await running('push-once', 1);
    await schedule('push-once').trigger('SKIP');
    const skipped = async () =>
      (await schedule('push-once').describe()).info.numActionsSkippedOverlap > 0 ? true : undefined;
    await eventually(skipped, 'the second one is skipped');
    assert.deepEqual(await running('push-once', 1), [first]);
    await deleteSchedule(client, 'once');
    await cancelled(first);
  });

  it('is paused, resumed and deleted with its mailbox, and whoever listens is told to end', async () => {
    await apply('soc', 'idle');
    const [first = ''] = await running('push-soc', 1);
    await pauseSchedule(client, 'soc', 'the mail server moves');
    await cancelled(first);
    for (const id of ['mailbox-soc', 'push-soc']) assert.equal((await schedule(id).describe()).state.paused, true);
    await terminate(first);
    await running('push-soc', 0);
    await resumeSchedule(client, 'soc', 'moved');
    const [second = ''] = await running('push-soc', 1);
    assert.equal((await schedule('push-soc').describe()).state.paused, false);
    await deleteSchedule(client, 'soc');
    await cancelled(second);
    for (const id of ['mailbox-soc', 'push-soc']) await assert.rejects(schedule(id).describe(), /not found/i);
  });

  it('is paused and resumed also where others trigger it, though Temporal takes only the last of what comes together', async () => {
    await apply('busy', 'none');
    const mailbox = schedule('mailbox-busy');
    let triggering = true;
    const others = (async () => {
      while (triggering) await mailbox.trigger('SKIP');
    })();
    try {
      for (let round = 0; round < 5; round++) {
        await pauseSchedule(client, 'busy', 'the mail server moves');
        assert.equal((await mailbox.describe()).state.paused, true, `paused in round ${round}`);
        await resumeSchedule(client, 'busy', 'moved');
        assert.equal((await mailbox.describe()).state.paused, false, `resumed in round ${round}`);
      }
    } finally {
      triggering = false;
      await others;
    }
    await assert.rejects(pauseSchedule(client, 'busy', ''), /the reason is empty.*\[LW_USAGE\]/);
    const [poll = ''] = await running('mailbox-busy', 1);
    await terminate(poll);
  });

  it('is pruned, with whoever listens, where the configuration no longer has push', async () => {
    await apply('pruned', 'idle');
    const [listening = ''] = await running('push-pruned', 1);
    const prune = async () => {
      const applied = await apply('pruned', 'none');
      return applied.some(({ id, change }) => id === 'lurewatch-push-pruned' && change === 'removed')
        ? true
        : undefined;
    };
    await eventually(prune, 'it is removed');
    await cancelled(listening);
    assert.equal((await schedule('mailbox-pruned').describe()).state.paused, false);
  });

  it('asks for a poll only where the mailbox is polled', async () => {
    const { askForPoll } = createWorkflows(client, 'lurewatch');
    assert.equal(await askForPoll('nowhere'), 'unscheduled');
    await apply('asked', 'none');
    await pauseSchedule(client, 'asked', 'for a while');
    assert.equal(await askForPoll('asked'), 'paused');
    await resumeSchedule(client, 'asked', 'again');
    assert.equal(await askForPoll('asked'), 'asked');
    const [poll = ''] = await running('mailbox-asked', 1);
    // It may have begun too early to see what came, but nothing waits behind it that a pause would not stop.
    assert.equal(await askForPoll('asked'), 'running');
    await pauseSchedule(client, 'asked', 'for a while');
    await terminate(poll);
    await running('mailbox-asked', 0);
    assert.equal(await askForPoll('asked'), 'paused');
    const { info, raw } = await schedule('mailbox-asked').describe();
    assert.deepEqual([info.numActionsTaken, Number(raw.info?.bufferSize)], [1, 0]);
  });

  it('is started anew on the task queue that the configuration has now, and of a poll it is said that it is left', async () => {
    await apply('moved', 'idle');
    await running('push-moved', 1);
    const listening = async () => (await schedule('push-moved').describe()).info.runningActions[0]?.workflow;
    const before = (await listening())?.firstExecutionRunId;
    await triggerSchedule(client, 'moved');
    const [poll = ''] = await running('mailbox-moved', 1);
    const config = configSchema.parse({ taskQueue: 'other', mailboxes: { moved: { ...soc, push: 'idle' } } });
    const applied = await applySchedules(client, desiredSchedules(config), { prune: false, taskQueue: 'other' });
    const told = applied.map(({ id, change, leftBehind }) => ({ id, change, leftBehind }));
    assert.deepEqual(told, [
      { id: 'lurewatch-mailbox-moved', change: 'updated', leftBehind: [poll] },
      { id: 'lurewatch-push-moved', change: 'updated', leftBehind: undefined },
    ]);
    const anew = await eventually(async () => {
      const run = await listening();
      if (run === undefined || run.firstExecutionRunId === before) return undefined;
      return (await client.workflow.getHandle(run.workflowId).describe()).taskQueue;
    }, 'another one listens');
    assert.equal(anew, 'other');
    await terminate(poll);
    await deleteSchedule(client, 'moved');
  });

  it('stays as an operator wanted it after it was looked at, whatever the configuration changes', async () => {
    const desired = (every: string) => desiredSchedules(configSchema.parse({ mailboxes: { kept: { ...soc, every } } }));
    const times = (every: string) => applySchedules(client, desired(every), { prune: false, taskQueue: 'lurewatch' });
    await times('1d');
    const mailbox = schedule('mailbox-kept');
    const looked = await mailbox.describe();
    await pauseSchedule(client, 'kept', 'for the migration');
    const [changed] = desired('2d');
    assert.ok(changed !== undefined);
    await guardedUpdate(client, changed, looked);
    const { state, spec } = await mailbox.describe();
    assert.deepEqual([state.paused, spec.intervals?.[0]?.every], [true, 86_400_000]);
    const [applied] = await times('2d');
    assert.deepEqual([applied?.change, applied?.paused], ['updated', true]);
    const after = await mailbox.describe();
    assert.deepEqual([after.state.paused, after.spec.intervals?.[0]?.every], [true, 2 * 86_400_000]);
    await deleteSchedule(client, 'kept');
  });
});
