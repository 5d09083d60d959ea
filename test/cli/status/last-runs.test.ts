import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Client } from '@temporalio/client';
import { lastRuns } from '../../../src/cli/status/last-runs.js';
import { needsPerson } from '../../../src/cli/status/needs-person.js';

const hour = 3_600_000;
const now = Date.now();
const soc = { workflowType: 'ingestMailbox', attribute: 'LurewatchMailbox', name: 'soc' } as const;

/** Whose last run failed, an hour ago; and that has these answers to what is asked besides. */
function clientWith(done: Date | undefined, failedLongAgo: Date | undefined, asked: string[]): Client {
  const run = (name: string, closeTime: Date) => ({
    workflowId: 'w',
    runId: 'r',
    status: { name },
    startTime: closeTime,
    closeTime,
    searchAttributes: {},
  });
  const answer = (query: string) => {
    if (query.includes("'Completed'")) return done === undefined ? [] : [run('COMPLETED', done)];
    if (!query.includes("'TimedOut'")) return [run('FAILED', new Date(now - hour))];
    asked.push(query);
    return failedLongAgo === undefined ? [] : [run('FAILED', failedLongAgo)];
  };
  const list = async function* ({ query }: { query: string }) {
    yield* answer(query);
  };
  const getHandle = () => ({ result: () => Promise.reject(new Error('away')) });
  return { workflow: { list, getHandle } } as unknown as Client;
}

it('finds an outage whose last good run the namespace has forgotten', async () => {
  const asked: string[] = [];
  const long = new Date(now - 70 * hour);
  const { failingSince, doneAt } = await lastRuns(clientWith(undefined, long, asked), 'lurewatch', soc);
  assert.deepEqual([failingSince, doneAt], [long, undefined]);
  const [, before = ''] = /CloseTime < '([^']+)'/.exec(asked[0] ?? '') ?? [];
  assert.ok(Math.abs(Date.parse(before) - (now - 20 * hour)) < 60_000, asked[0]);
  assert.doesNotMatch(asked[0] ?? '', /CloseTime >/);
});

it('reckons an outage only from what failed since the last good run', async () => {
  const asked: string[] = [];
  const done = new Date(now - 25 * hour);
  const { failingSince } = await lastRuns(clientWith(done, undefined, asked), 'lurewatch', soc);
  assert.equal(failingSince, undefined);
  assert.match(asked[0] ?? '', new RegExp(`CloseTime > '${done.toISOString()}'$`));
});

/** Whose poll goes on, with this task of its workflow, and batches that Temporal describes so. */
async function goingOn(pendingWorkflowTask: object | undefined, batches: readonly object[] = []) {
  const run = {
    workflowId: 'w',
    runId: 'r',
    status: { name: 'RUNNING' },
    startTime: new Date(now),
    searchAttributes: {},
  };
  const list = async function* () {
    yield run;
  };
  const pendingChildren = batches.map((_, index) => ({ workflowId: `${index}`, runId: 'r' }));
  const getHandle = (id: string) => ({
    describe: async () => ({ raw: id === 'w' ? { pendingWorkflowTask, pendingChildren } : batches[Number(id)] }),
  });
  const options = { loadedDataConverter: { payloadCodecs: [] } };
  const { last } = await lastRuns({ workflow: { list, getHandle }, options } as unknown as Client, 'lurewatch', soc);
  return last;
}

it('tells of a poll whose workflow cannot go on, though none of its activities fails', async () => {
  const scheduled = (agoMs: number) => ({ originalScheduledTime: { seconds: Math.floor((now - agoMs) / 1000) } });
  for (const task of [undefined, { attempt: 1, ...scheduled(1000) }, { attempt: 2, ...scheduled(60_000) }]) {
    assert.equal((await goingOn(task))?.message, undefined);
  }
  const failing = await goingOn({ attempt: 9, ...scheduled(1000) });
  assert.equal(failing?.code, 'LW_WORKFLOW_STUCK');
  assert.match(failing?.message ?? '', /has failed 8 times.*\[LW_WORKFLOW_STUCK\]/);
  assert.match((await goingOn({ attempt: 1, ...scheduled(hour) }))?.message ?? '', /no worker.*for (60|61) minutes/);
  assert.equal(needsPerson(failing?.code), true);
});

it('tells of a poll one of whose batches cannot go on, or tries in vain', async () => {
  const tried = (type: string) => ({
    pendingActivities: [{ lastFailure: { message: `no [${type}]`, applicationFailureInfo: { type } } }],
  });
  const stuck = { pendingWorkflowTask: { attempt: 9 } };
  assert.equal((await goingOn(undefined, [{}, tried('LW_SINK_BUSY')]))?.message, undefined);
  assert.equal((await goingOn(undefined, [tried('LW_TARGET_UNAVAILABLE')]))?.message, 'no [LW_TARGET_UNAVAILABLE]');
  const both = await goingOn(undefined, [{}, tried('LW_TARGET_UNAVAILABLE'), stuck]);
  assert.equal(both?.code, 'LW_WORKFLOW_STUCK', 'what needs a person comes first');
});
