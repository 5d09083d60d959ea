import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Client } from '@temporalio/client';
import { configSchema } from '../../src/config/schema.js';
import { type AppliedSchedule, applySchedules } from '../../src/schedules/apply.js';
import { desiredSchedules } from '../../src/schedules/desired.js';
import {
  backfillSchedule,
  deleteSchedule,
  listSchedules,
  pauseSchedule,
  resumeSchedule,
  triggerSchedule,
} from '../../src/schedules/operate.js';
import { eventually, startTestServer, type TestServer } from '../support/temporal.js';

let test: TestServer;
let client: Client;
before(async () => {
  test = await startTestServer();
  client = test.client;
});
after(() => test.stop());

type Mailboxes = Readonly<Record<string, string>>;

/** Applies a configuration with these mailboxes, each with its interval. */
function apply(
  mailboxes: Mailboxes,
  { prune = false, taskQueue = 'lurewatch' } = {},
): Promise<readonly AppliedSchedule[]> {
  const entries = Object.entries(mailboxes).map(([name, every]) => [
    name,
    { kind: 'directory', path: './mail', every },
  ]);
  const config = configSchema.parse({ taskQueue, mailboxes: Object.fromEntries(entries) });
  return applySchedules(client, desiredSchedules(config), { prune, taskQueue });
}

const describeSchedule = (mailbox: string) => client.schedule.getHandle(`lurewatch-mailbox-${mailbox}`).describe();

/** Temporal's list lags: waits until it shows exactly these. */
function listed(...ids: readonly string[]) {
  return eventually(async () => {
    const found = await listSchedules(client);
    return found.map(({ id }) => id).join() === ids.join() ? found : undefined;
  }, `the list shows ${ids.join()}`);
}

async function runningPolls(mailbox: string): Promise<readonly string[]> {
  const { info } = await describeSchedule(mailbox);
  return info.runningActions.map(({ workflow }) => workflow.workflowId);
}

describe('applying schedules', () => {
  it('creates them so that a poll is never doubled and only one missed interval is made up for', async () => {
    const applied = await apply({ soc: '5m' });
    assert.deepEqual(applied, [{ id: 'lurewatch-mailbox-soc', change: 'created', differences: [], paused: false }]);
    const found = await describeSchedule('soc');
    assert.deepEqual(
      found.spec.intervals?.map(({ every }) => every),
      [300_000],
    );
    assert.deepEqual(found.policies, { overlap: 'SKIP', catchupWindow: 300_000, pauseOnFailure: false });
    assert.equal(found.action.workflowType, 'ingestMailbox');
    assert.equal(found.action.workflowId, 'ingest-soc');
    assert.equal(found.action.taskQueue, 'lurewatch');
    assert.equal(found.action.staticSummary, 'Poll of mailbox soc');
    assert.deepEqual(found.action.args, [{ mailbox: 'soc' }]);
  });

  it('changes nothing the second time, also below the smallest window that Temporal keeps', async () => {
    await apply({ soc: '5m', quick: '2s' });
    const again = await apply({ soc: '5m', quick: '2s' });
    assert.deepEqual(
      again.map(({ change }) => change),
      ['unchanged', 'unchanged'],
    );
    await deleteSchedule(client, 'quick');
  });

  it('updates what differs and says what, but keeps an operator’s pause and its note', async () => {
    await apply({ soc: '5m' });
    await pauseSchedule(client, 'soc', 'mail server moves');
    const [applied] = await apply({ soc: '90s' }, { taskQueue: 'other' });
    assert.deepEqual(applied, {
      id: 'lurewatch-mailbox-soc',
      change: 'updated',
      differences: ['times: 5m → 90s', 'task queue: lurewatch → other', 'catch-up window: 5m → 90s'],
      paused: true,
    });
    const { state, spec } = await describeSchedule('soc');
    assert.deepEqual([state.paused, state.note], [true, 'mail server moves']);
    assert.equal(spec.intervals?.[0]?.every, 90_000);
    await resumeSchedule(client, 'soc', 'moved');
    assert.equal((await describeSchedule('soc')).state.paused, false);
  });

  it('mends what somebody changed by hand', async () => {
    await apply({ soc: '5m' });
    await client.schedule.getHandle('lurewatch-mailbox-soc').update((found) => ({
      ...found,
      spec: { calendars: [{ hour: 3 }] },
      policies: { ...found.policies, overlap: 'ALLOW_ALL' },
    }));
    const [applied] = await apply({ soc: '5m' });
    assert.deepEqual(applied?.differences, ['times: 03:00 (UTC) → 5m', 'overlap: ALLOW_ALL → SKIP']);
    assert.deepEqual((await apply({ soc: '5m' }))[0]?.change, 'unchanged');
  });

  it('leaves a schedule alone that has our name but is not ours', async () => {
    await client.schedule.create({
      scheduleId: 'lurewatch-mailbox-foreign',
      spec: { intervals: [{ every: '1h' }] },
      action: { type: 'startWorkflow', workflowType: 'theirs', taskQueue: 'theirs' },
    });
    const [applied] = await apply({ foreign: '5m' }, { prune: true });
    assert.equal(applied?.change, 'foreign');
    assert.equal((await describeSchedule('foreign')).action.workflowType, 'theirs');
    await client.schedule.getHandle('lurewatch-mailbox-foreign').delete();
  });

  it('removes what the configuration no longer has only when asked, and only its own', async () => {
    await apply({ soc: '5m', gone: '5m' });
    await apply({ elsewhere: '5m' }, { taskQueue: 'another-installation' });
    const all = ['lurewatch-mailbox-elsewhere', 'lurewatch-mailbox-gone', 'lurewatch-mailbox-soc'];
    await listed(...all);
    assert.deepEqual(
      (await apply({ soc: '5m' })).map(({ id }) => id),
      ['lurewatch-mailbox-soc'],
    );
    await listed(...all);
    const pruned = await apply({ soc: '5m' }, { prune: true });
    assert.deepEqual(
      pruned.map(({ id, change }) => [id, change]),
      [
        ['lurewatch-mailbox-soc', 'unchanged'],
        ['lurewatch-mailbox-gone', 'removed'],
      ],
    );
    await listed('lurewatch-mailbox-elsewhere', 'lurewatch-mailbox-soc');
    await deleteSchedule(client, 'elsewhere');
  });
});

describe('operating schedules', () => {
  it('polls now, and not beside a poll that is running', async () => {
    await apply({ soc: '1d' });
    await triggerSchedule(client, 'soc');
    const running = await eventually(async () => {
      const polls = await runningPolls('soc');
      return polls.length > 0 ? polls : undefined;
    }, 'the triggered poll runs');
    await triggerSchedule(client, 'soc');
    await eventually(async () => {
      const { info } = await describeSchedule('soc');
      return info.numActionsSkippedOverlap === 1 ? true : undefined;
    }, 'the second one is skipped');
    assert.deepEqual(await runningPolls('soc'), running);
    const found = await eventually(async () => {
      for await (const workflow of client.workflow.list({ query: "LurewatchMailbox = 'soc'" })) return workflow;
      return undefined;
    }, 'the poll is found by its mailbox');
    assert.match(found.workflowId, /^ingest-soc/);
    for (const id of running) await client.workflow.getHandle(id).terminate();
  });

  it('makes up for a time that was missed', async () => {
    await apply({ backfilled: '1d' });
    await backfillSchedule(client, 'backfilled', new Date('2026-01-01T12:00:00Z'), new Date('2026-01-02T12:00:00Z'));
    const running = await eventually(async () => {
      const polls = await runningPolls('backfilled');
      return polls.length > 0 ? polls : undefined;
    }, 'the missed poll runs');
    assert.deepEqual(running, ['ingest-backfilled-2026-01-02T00:00:00Z']);
    await assert.rejects(backfillSchedule(client, 'backfilled', new Date(1), new Date(0)), /\[LW_USAGE\]/);
    await deleteSchedule(client, 'backfilled');
  });

  it('names the schedules there are when one is asked for that is not', async () => {
    await apply({ soc: '5m' });
    await listed('lurewatch-mailbox-soc');
    await assert.rejects(
      pauseSchedule(client, 'sok', 'x'),
      /no schedule lurewatch-mailbox-sok or lurewatch-feed-sok; ours are: lurewatch-mailbox-soc\..*\[LW_SCHEDULE_UNKNOWN\]/,
    );
  });
});
