import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { z } from 'zod';
import { jsonOf } from '../../src/text/json-of.js';
import { noTracing } from '../../src/tracing/no-tracing.js';
import { bundlePath } from '../../src/workflows/bundle-path.js';
import { type RecordedHistory, readHistories } from './histories.js';

const mostBytes = 384 * 1024;
const recorded = await readHistories();

async function errorOfReplay(run: RecordedHistory): Promise<Error | undefined> {
  return (await replayed(run)).error;
}

/** How a replay ended, and the sinks that activities were for, in their order. */
async function replayed({ workflowId, history }: RecordedHistory) {
  const sinks: string[] = [];
  const listening: PayloadCodec = {
    encode: async (payloads) => {
      sinks.push(...payloads.flatMap(sinkIn));
      return payloads;
    },
    decode: async (payloads) => payloads,
  };
  const { sinks: traces } = noTracing;
  const dataConverter = { payloadCodecs: [listening] };
  const options = { workflowBundle: { codePath: bundlePath }, sinks: traces, dataConverter };
  for await (const { error } of Worker.runReplayHistories(options, [{ workflowId, history }])) return { error, sinks };
  throw new Error('nothing was replayed');
}

/** Of the input of an activity that talks to one sink. */
function sinkIn({ data }: Payload): readonly string[] {
  const found = inputSchema.safeParse(jsonOf(Buffer.from(data ?? []).toString('utf8')));
  return found.success ? [found.data.sink] : [];
}

const inputSchema = z.object({ mailbox: z.string(), sink: z.string() });

/** As the history has them. */
function sinksAskedFor({ history }: RecordedHistory): readonly string[] {
  const inputs = (history.events ?? []).map((event) => event.activityTaskScheduledEventAttributes?.input?.payloads);
  return inputs.flatMap((payloads) => (payloads ?? []).flatMap(sinkIn));
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

function activityTypes(workflowType: string): ReadonlySet<string> {
  return new Set(recorded.filter((run) => run.workflowType === workflowType).flatMap(activitiesOf));
}

/** Types of its activities, in the order in which it asked for them. */
function activitiesOf({ history }: RecordedHistory): readonly string[] {
  const names = (history.events ?? []).map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name);
  return names.flatMap((name) => name ?? []);
}

describe('histories recorded with earlier code', () => {
  before(() => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
  });

  for (const run of recorded) {
    it(`replay: ${run.name}`, async () => {
      const { error, sinks } = await replayed(run);
      assert.equal(error, undefined);
      // A replay compares no inputs: where two sinks change places, each would get what became of the other.
      assert.deepEqual(sinks, sinksAskedFor(run));
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
    assert.deepEqual(
      endings('watchMailbox'),
      new Set(['workflowExecutionCompleted', 'workflowExecutionContinuedAsNew']),
    );
    assert.ok(activityTypes('ingestMailbox').has('recordProgress'), 'no progress is noted');
    const batches = recorded.filter(({ workflowType }) => workflowType === 'ingestBatch').map(activitiesOf);
    const most = (name: string) => Math.max(...batches.map((types) => types.filter((type) => type === name).length));
    assert.ok(most('postAlerts') >= 3, 'no routes to several targets');
    assert.ok(most('markSeen') >= 2, 'nothing is skipped beside what is delivered');
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
