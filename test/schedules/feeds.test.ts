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

type Times = Readonly<Record<string, unknown>>;

/** Applies a configuration with these feeds, each with its times. */
function apply(
  feeds: Readonly<Record<string, Times>>,
  { prune = false, mailboxes = {} }: { prune?: boolean; mailboxes?: Readonly<Record<string, unknown>> } = {},
): Promise<readonly AppliedSchedule[]> {
  const entries = Object.entries(feeds).map(([name, times]) => [
    name,
    { preset: 'ransomwatch', source: './leaks.tsv', ...times },
  ]);
  const config = configSchema.parse({ mailboxes, feeds: Object.fromEntries(entries) });
  return applySchedules(client, desiredSchedules(config), { prune, taskQueue: config.taskQueue });
}

const handleOf = (feed: string) => client.schedule.getHandle(`lurewatch-feed-${feed}`);

/** As the list shows it once it has caught up. */
function listed(feed: string, isShown: (times: string) => boolean = () => true) {
  return eventually(async () => {
    const found = (await listSchedules(client)).find(({ id }) => id === `lurewatch-feed-${feed}`);
    return found !== undefined && isShown(found.times) ? found : undefined;
  }, `the list shows ${feed}`);
}

async function running(feed: string): Promise<readonly string[]> {
  const { info } = await handleOf(feed).describe();
  return info.runningActions.map(({ workflow }) => workflow.workflowId);
}

async function started(feed: string): Promise<readonly string[]> {
  return eventually(async () => {
    const found = await running(feed);
    return found.length > 0 ? found : undefined;
  }, `an import of ${feed} runs`);
}

/** The hour and minute, in a time zone, of the runs to come. */
async function nextRuns(feed: string, timeZone: string): Promise<readonly string[]> {
  const { info } = await handleOf(feed).describe();
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit' });
  return info.nextActionTimes.map((time) => clock.format(time).replace(',', ''));
}

describe('the schedule of a feed', () => {
  const cases: readonly (readonly [string, Times, string, string, readonly string[]])[] = [
    ['interval', { every: '90m' }, '90m', 'UTC', []],
    ['day', { at: '06:00', timezone: 'Asia/Tokyo' }, '06:00 (Asia/Tokyo)', 'Asia/Tokyo', ['06:00']],
    ['twice', { at: ['18:30', '06:00'] }, '06:00, 18:30 (UTC)', 'UTC', ['06:00', '18:30']],
    [
      'workdays',
      { at: '07:15', on: ['friday', 'monday'], timezone: 'Europe/Berlin' },
      '07:15 on monday, friday (Europe/Berlin)',
      'Europe/Berlin',
      ['Fri 07:15', 'Mon 07:15'],
    ],
    [
      'month',
      { cron: '30 5 1 * *', timezone: 'America/New_York' },
      'cron 30 5 1 * * (America/New_York)',
      'America/New_York',
      ['05:30'],
    ],
    ['office', { cron: '*/15 8-18 * * mon-fri' }, 'cron */15 8-18 * * mon-fri (UTC)', 'UTC', []],
  ];
  for (const [feed, times, words, zone, runs] of cases) {
    it(`at ${words} runs then, is listed so, and is unchanged the second time`, async () => {
      const [created] = await apply({ [feed]: times });
      assert.deepEqual(created, { id: `lurewatch-feed-${feed}`, change: 'created', differences: [], paused: false });
      const [again] = await apply({ [feed]: times });
      assert.deepEqual([again?.change, again?.differences], ['unchanged', []]);
      const { subject, times: shown, nextRun, paused } = await listed(feed);
      assert.deepEqual([subject, shown, paused], [`feed ${feed}`, words, false]);
      assert.ok(nextRun !== undefined && nextRun > new Date());
      const next = await nextRuns(feed, zone);
      for (const time of runs)
        assert.ok(
          next.some((one) => one.endsWith(time)),
          `${time}: ${next.join()}`,
        );
    });
  }

  it('starts the import once at a time, makes up for half a day, and says whose it is', async () => {
    await apply({ leaks: { at: '06:00' } });
    const { action, policies } = await handleOf('leaks').describe();
    assert.deepEqual(policies, { overlap: 'SKIP', catchupWindow: 43_200_000, pauseOnFailure: false });
    assert.equal(action.workflowType, 'importFeed');
    assert.deepEqual(action.args, [{ feed: 'leaks' }]);
    assert.equal(action.staticSummary, 'Import of feed leaks');
    assert.equal((await apply({ hourly: { every: '1h' } }))[0]?.change, 'created');
    assert.equal((await handleOf('hourly').describe()).policies.catchupWindow, 3_600_000);
  });

  it('is changed with the configuration, and the change is told in words', async () => {
    await apply({ moved: { every: '1h' } });
    const change = async (times: Times) => (await apply({ moved: times }))[0]?.differences;
    assert.deepEqual(await change({ at: '06:00', timezone: 'Asia/Tokyo' }), [
      'times: 1h → 06:00 (Asia/Tokyo)',
      'catch-up window: 1h → 12h',
    ]);
    assert.deepEqual(await change({ at: '06:00', timezone: 'UTC' }), ['times: 06:00 (Asia/Tokyo) → 06:00 (UTC)']);
    assert.deepEqual(await change({ at: '06:00', on: ['sunday'] }), ['times: 06:00 (UTC) → 06:00 on sunday (UTC)']);
    assert.deepEqual(await change({ cron: '0 6 * * 0' }), ['times: 06:00 on sunday (UTC) → cron 0 6 * * 0 (UTC)']);
    assert.deepEqual(await change({ cron: '0 7 * * 0' }), ['times: cron 0 6 * * 0 (UTC) → cron 0 7 * * 0 (UTC)']);
  });

  it('is mended where somebody changed it by hand, also behind the words of its cron expression', async () => {
    const times = { cron: '0 6 1 * *' };
    await apply({ mended: times });
    await handleOf('mended').update((found) => ({
      ...found,
      spec: { ...found.spec, calendars: [{ hour: 3, comment: '0 6 1 * *' }] },
    }));
    assert.deepEqual((await apply({ mended: times }))[0]?.differences, [
      'times: times of its own → cron 0 6 1 * * (UTC)',
    ]);
    await handleOf('mended').update((found) => ({ ...found, spec: { ...found.spec, jitter: '1m' } }));
    assert.equal((await apply({ mended: times }))[0]?.change, 'updated');
    assert.equal((await apply({ mended: times }))[0]?.change, 'unchanged');
    assert.deepEqual(await nextRuns('mended', 'UTC').then((runs) => runs[0]?.slice(-5)), '06:00');
  });

  it('is none without a time, and one that was goes with --prune only', async () => {
    await apply({ dropped: { every: '1h' } });
    await listed('dropped');
    assert.deepEqual(await apply({ dropped: {} }), []);
    assert.equal((await handleOf('dropped').describe()).action.workflowType, 'importFeed');
    const pruned = await apply({ dropped: {} }, { prune: true });
    assert.ok(pruned.some(({ id, change }) => id === 'lurewatch-feed-dropped' && change === 'removed'));
    await assert.rejects(handleOf('dropped').describe(), /not found/i);
  });
});

describe('operating the schedule of a feed, by the name of the feed', () => {
  it('imports now, and not beside an import that is running; the import is found by its feed', async () => {
    await apply({ triggered: { at: '06:00' } });
    await triggerSchedule(client, 'triggered');
    const [id = ''] = await started('triggered');
    assert.match(id, /^import-triggered-/);
    await triggerSchedule(client, 'triggered');
    await eventually(async () => {
      const { info } = await handleOf('triggered').describe();
      return info.numActionsSkippedOverlap === 1 ? true : undefined;
    }, 'the second one is skipped');
    const found = await eventually(async () => {
      for await (const workflow of client.workflow.list({ query: "LurewatchFeed = 'triggered'" })) return workflow;
      return undefined;
    }, 'the import is found by its feed');
    assert.equal(found.workflowId, id);
    assert.equal(found.type, 'importFeed');
    await client.workflow.getHandle(id).terminate();
  });

  it('pauses with a reason that an apply keeps, and resumes', async () => {
    await apply({ paused: { at: '06:00' } });
    await pauseSchedule(client, 'paused', 'the feed is being moved');
    const [applied] = await apply({ paused: { at: '07:00' } });
    assert.deepEqual([applied?.change, applied?.paused], ['updated', true]);
    const { state } = await handleOf('paused').describe();
    assert.deepEqual([state.paused, state.note], [true, 'the feed is being moved']);
    await resumeSchedule(client, 'paused', 'moved');
    assert.equal((await handleOf('paused').describe()).state.paused, false);
  });

  it('makes up for a time that was missed, in its time zone', async () => {
    await apply({ missed: { at: '06:00', timezone: 'Asia/Tokyo' } });
    await backfillSchedule(client, 'missed', new Date('2026-01-01T12:00:00Z'), new Date('2026-01-02T12:00:00Z'));
    const imports = await started('missed');
    assert.deepEqual(imports, ['import-missed-2026-01-01T21:00:00Z']);
    for (const id of imports) await client.workflow.getHandle(id).terminate();
  });

  it('asks which is meant where a mailbox has the same name', async () => {
    await apply({ both: { at: '06:00' } }, { mailboxes: { both: { kind: 'directory', path: './mail', every: '1d' } } });
    await assert.rejects(
      pauseSchedule(client, 'both', 'x'),
      /"both" is a mailbox and a feed: name lurewatch-mailbox-both or lurewatch-feed-both.*\[LW_USAGE\]/,
    );
    await pauseSchedule(client, 'lurewatch-feed-both', 'x');
    assert.equal((await handleOf('both').describe()).state.paused, true);
    assert.equal((await client.schedule.getHandle('lurewatch-mailbox-both').describe()).state.paused, false);
    await deleteSchedule(client, 'lurewatch-mailbox-both');
    await deleteSchedule(client, 'both');
    await assert.rejects(deleteSchedule(client, 'both'), /LW_SCHEDULE_UNKNOWN/);
  });
});
