import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { z } from 'zod';
import { actionsOf } from './actions.js';

export interface Stage {
  /** Activity type, in the order in which a message meets them; its own stages below it, indented. Or `workflow tasks`. */
  readonly name: string;
  readonly calls: number;
  /** From started to completed, summed over all calls: batches run side by side, so the sum is more than the clock. */
  readonly seconds: number;
  /** From scheduled to started: waiting for a worker. */
  readonly waitedSeconds: number;
}

export interface PollHistory {
  readonly stages: readonly Stage[];
  readonly workflows: number;
  readonly events: number;
  readonly bytes: number;
  /** Of the longest one. */
  readonly mostEvents: number;
  /** What Temporal Cloud would bill for, but for heartbeats, which leave no event: see `actionsOf`. */
  readonly actions: number;
}

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;
type HistoryEvent = NonNullable<History['events']>[number];
type Timestamp = HistoryEvent['eventTime'];
type Payload = Parameters<typeof defaultPayloadConverter.fromPayload>[0];

/** Reads what a poll and its batches left in Temporal: every run of the poll, and every child. */
export async function readPollHistory(client: Client, workflowId: string, firstRunId: string): Promise<PollHistory> {
  const open = [{ workflowId, runId: firstRunId }];
  const stages = new Map<string, { calls: number; seconds: number; waitedSeconds: number }>();
  let workflows = 0;
  let events = 0;
  let bytes = 0;
  let mostEvents = 0;
  let actions = 0;
  for (let run = open.shift(); run !== undefined; run = open.shift()) {
    const handle = client.workflow.getHandle(run.workflowId, run.runId);
    const { raw } = await handle.describe();
    workflows += 1;
    events += Number(raw.workflowExecutionInfo?.historyLength ?? 0);
    bytes += Number(raw.workflowExecutionInfo?.historySizeBytes ?? 0);
    const history = (await handle.fetchHistory()).events ?? [];
    mostEvents = Math.max(mostEvents, history.length);
    actions += actionsOf(history);
    addStages(history, stages);
    for (const event of history) {
      const child = event.childWorkflowExecutionStartedEventAttributes?.workflowExecution;
      if (child?.workflowId && child.runId) open.push({ workflowId: child.workflowId, runId: child.runId });
      const next = event.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
      if (next) open.push({ workflowId: run.workflowId, runId: next });
    }
  }
  return {
    stages: [...stages].map(([name, sums]) => ({ name, ...sums })),
    workflows,
    events,
    bytes,
    mostEvents,
    actions,
  };
}

function addStages(
  history: readonly HistoryEvent[],
  stages: Map<string, { calls: number; seconds: number; waitedSeconds: number }>,
): void {
  const byId = new Map(history.map((event) => [String(event.eventId), event]));
  for (const event of history) {
    const decided = event.workflowTaskCompletedEventAttributes;
    const completed = event.activityTaskCompletedEventAttributes ?? decided;
    if (!completed) continue;
    const scheduled = byId.get(String(completed.scheduledEventId));
    const started = byId.get(String(completed.startedEventId));
    const activity = scheduled?.activityTaskScheduledEventAttributes?.activityType?.name ?? 'unknown';
    const name = decided ? 'workflow tasks' : activity;
    const sums = stages.get(name) ?? { calls: 0, seconds: 0, waitedSeconds: 0 };
    sums.calls += 1;
    sums.seconds += secondsOf(event.eventTime) - secondsOf(started?.eventTime);
    sums.waitedSeconds += secondsOf(started?.eventTime) - secondsOf(scheduled?.eventTime);
    stages.set(name, sums);
    for (const [part, ms] of Object.entries(
      partsOf(event.activityTaskCompletedEventAttributes?.result?.payloads?.[0]),
    )) {
      const partSums = stages.get(`  ${part}`) ?? { calls: 0, seconds: 0, waitedSeconds: 0 };
      partSums.calls += 1;
      partSums.seconds += ms / 1000;
      stages.set(`  ${part}`, partSums);
    }
  }
}

const withPartsSchema = z.object({ tookMs: z.record(z.string(), z.number()) });

/** What an activity says of how long its stages took. */
function partsOf(payload: Payload | null | undefined): Readonly<Record<string, number>> {
  const result = payload ? withPartsSchema.safeParse(defaultPayloadConverter.fromPayload(payload)) : undefined;
  return result?.data?.tookMs ?? {};
}

function secondsOf(time: Timestamp): number {
  return Number(time?.seconds ?? 0) + Number(time?.nanos ?? 0) / 1e9;
}
