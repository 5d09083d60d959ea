import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { z } from 'zod';
import { quoted } from '../../temporal/queries.js';
import { failureOf } from '../report-error.js';
import { patienceMs } from './needs-person.js';
import { troubleOfRun } from './trouble-of-run.js';
import type { Run } from './types.js';

/** Whose runs: an `ingestMailbox` or a `watchMailbox` of a mailbox, or an `importFeed` of a feed. */
export interface Runner {
  readonly workflowType: 'ingestMailbox' | 'watchMailbox' | 'importFeed';
  readonly attribute: 'LurewatchMailbox' | 'LurewatchFeed';
  readonly name: string;
}

export interface LastRuns {
  /** One that goes on, else the newest that ended. */
  readonly last: Run | undefined;
  /** The newest that ended. */
  readonly ended: Run | undefined;
  /** Where that one failed: when the last one ended well. */
  readonly doneAt: Date | undefined;
  /** Where that one failed: when an earlier one did, so long ago that somebody should know, and none went well since. */
  readonly failingSince?: Date | undefined;
  /** Of an import that ended well. */
  readonly rejectedRows: number | undefined;
  readonly rejectedFiles: readonly string[];
}

/** A dry run is no run, and a few of them may be the newest. */
const mostLooked = 5;

const resultSchema = z.object({
  preview: z.unknown().optional(),
  rejected: z.number().optional(),
  rejectedFiles: z.array(z.string()).optional(),
});

/** The newest runs: those that go on come first in Temporal's list, then by the time they ended. */
export async function lastRuns(client: Client, taskQueue: string, runner: Runner): Promise<LastRuns> {
  const ours = `WorkflowType = '${runner.workflowType}' AND ${runner.attribute} = ${quoted(runner.name)} AND TaskQueue = ${quoted(taskQueue)}`;
  let running: Run | undefined;
  for await (const workflow of newest(client, `${ours} AND ExecutionStatus != 'ContinuedAsNew'`)) {
    if (workflow.status.name === 'RUNNING' || workflow.status.name === 'PAUSED') {
      if (workflow.searchAttributes.LurewatchStatus?.[0] !== 'dry-run') running ??= await withTrouble(client, workflow);
      continue;
    }
    const { run, result } = await endOf(client, workflow);
    if (result.preview !== undefined) continue;
    const doneAt = run.state === 'done' ? undefined : await lastDone(client, ours);
    const failingSince = run.state === 'done' ? undefined : await longFailing(client, ours, doneAt);
    const { rejected: rejectedRows, rejectedFiles = [] } = result;
    return { last: running ?? run, ended: run, doneAt, failingSince, rejectedRows, rejectedFiles };
  }
  return { last: running, ended: undefined, doneAt: undefined, rejectedRows: undefined, rejectedFiles: [] };
}

async function* newest(client: Client, query: string): AsyncGenerator<WorkflowExecutionInfo> {
  let looked = 0;
  for await (const workflow of client.workflow.list({ query, pageSize: mostLooked })) {
    yield workflow;
    looked += 1;
    if (looked === mostLooked) return;
  }
}

async function endOf(
  client: Client,
  workflow: WorkflowExecutionInfo,
): Promise<{ readonly run: Run; readonly result: z.output<typeof resultSchema> }> {
  const run = runOf(workflow);
  if (run.state !== 'done' && run.state !== 'failed') return { run, result: {} };
  try {
    const handle = client.workflow.getHandle(run.workflowId, run.runId, { followRuns: false });
    const parsed = resultSchema.safeParse(await handle.result());
    return { run, result: parsed.success ? parsed.data : {} };
  } catch (error) {
    // Its history may have gone before its line in the list.
    return run.state === 'done' ? { run, result: {} } : { run: { ...run, ...failureOf(error) }, result: {} };
  }
}

/** What a run meets and tries again, or its batches do, is known long before it ends. */
async function withTrouble(client: Client, workflow: WorkflowExecutionInfo): Promise<Run> {
  const run = runOf(workflow);
  return { ...run, ...(await troubleOfRun(client, run)) };
}

async function lastDone(client: Client, ours: string): Promise<Date | undefined> {
  for await (const { closeTime } of client.workflow.list({
    query: `${ours} AND ExecutionStatus = 'Completed'`,
    pageSize: 1,
  })) {
    return closeTime;
  }
  return undefined;
}

/** Not reckoned from what went well last: that is forgotten after the namespace's retention, and may be long ago anyway. */
async function longFailing(client: Client, ours: string, doneAt: Date | undefined): Promise<Date | undefined> {
  const before = new Date(Date.now() - patienceMs).toISOString();
  const since = doneAt === undefined ? '' : ` AND CloseTime > '${doneAt.toISOString()}'`;
  const failed = `${ours} AND ExecutionStatus IN ('Failed', 'TimedOut') AND CloseTime < '${before}'${since}`;
  for await (const { closeTime } of client.workflow.list({ query: failed, pageSize: 1 })) return closeTime;
  return undefined;
}

function runOf({ workflowId, runId, startTime, closeTime, status }: WorkflowExecutionInfo): Run {
  return { workflowId, runId, state: stateOf(status.name), startedAt: startTime, endedAt: closeTime };
}

function stateOf(name: WorkflowExecutionInfo['status']['name']): Run['state'] {
  switch (name) {
    case 'COMPLETED':
      return 'done';
    case 'CANCELLED':
      return 'cancelled';
    case 'TERMINATED':
      return 'terminated';
    case 'FAILED':
    case 'TIMED_OUT':
      return 'failed';
    default:
      return 'running';
  }
}
