import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { bundlePath } from '../../src/workflows/bundle-path.js';
import { type RecordedHistory, readHistories } from './histories.js';

const mostBytes = 384 * 1024;
const recorded = await readHistories();

async function errorOfReplay({ workflowId, history }: RecordedHistory): Promise<Error | undefined> {
  const replay = Worker.runReplayHistories({ workflowBundle: { codePath: bundlePath } }, [{ workflowId, history }]);
  for await (const { error } of replay) return error;
  throw new Error('nothing was replayed');
}

function endings(workflowType: string): ReadonlySet<string> {
  const runs = recorded.filter((run) => run.workflowType === workflowType);
  const last = runs.map(({ history }) =>
    Object.keys(history.events?.at(-1) ?? {}).find((key) => key.startsWith('workflowExecution')),
  );
  return new Set(last.map((name = '') => name.replace('EventAttributes', '')));
}

function eventNames(workflowType: string): ReadonlySet<string> {
  const runs = recorded.filter((run) => run.workflowType === workflowType);
  const events = runs.flatMap(({ history }) => history.events ?? []);
  return new Set(events.flatMap((event) => Object.keys(event).filter((key) => key.endsWith('EventAttributes'))));
}

function activityTypes(workflowType: string): ReadonlySet<string | undefined> {
  const runs = recorded.filter((run) => run.workflowType === workflowType);
  const events = runs.flatMap(({ history }) => history.events ?? []);
  return new Set(events.map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? undefined));
}

describe('histories recorded with earlier code', () => {
  before(() => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
  });

  for (const run of recorded) {
    it(`replay: ${run.name}`, async () => {
      assert.equal(await errorOfReplay(run), undefined);
    });
  }

  it('hold every way a run can go', () => {
    assert.deepEqual(
      endings('ingestMailbox'),
      new Set(['workflowExecutionCompleted', 'workflowExecutionFailed', 'workflowExecutionContinuedAsNew']),
    );
    assert.ok(activityTypes('ingestBatch').has('handOver'), 'no hand-over');
    assert.deepEqual(
      endings('importFeed'),
      new Set([
        'workflowExecutionCompleted',
        'workflowExecutionFailed',
        'workflowExecutionCanceled',
        'workflowExecutionContinuedAsNew',
      ]),
    );
    assert.ok(activityTypes('importFeed').has('markGoneEvents'), 'no event that left its feed');
    for (const name of ['workflowExecutionUpdateAccepted', 'timerFired', 'activityTaskCompleted']) {
      assert.ok(eventNames('deliverMessage').has(`${name}EventAttributes`), `no ${name}`);
    }
  });

  it('are small', () => {
    for (const { name, sizeBytes } of recorded) assert.ok(sizeBytes < mostBytes, `${name}: ${sizeBytes} bytes`);
  });

  it('that do not fit the code are noticed', async () => {
    const [run] = recorded.filter(({ name }) => name.startsWith('delivered-ingestBatch'));
    assert.ok(run);
    const events = (run.history.events ?? []).map((event) => structuredClone(event));
    const scheduled = events.find((event) => event.activityTaskScheduledEventAttributes?.activityType);
    const activityType = scheduled?.activityTaskScheduledEventAttributes?.activityType;
    assert.ok(activityType);
    activityType.name = 'somethingElse';
    const error = await errorOfReplay({ ...run, history: { events } });
    assert.match(error?.message ?? '', /somethingElse/);
  });
});
