import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { z } from 'zod';
import { mispSinkName } from '../../activities/dependencies.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { alertIdPattern } from '../../ledger/message-ids.js';
import { inParallel } from '../../sinks/in-parallel.js';
import type { TemporalClient } from '../../temporal/connect.js';
import { openDeliveriesQuery } from '../../temporal/queries.js';
import type { DeliveryState, HeldMemo } from '../../workflows/types.js';
import { countWorkers } from '../with-temporal.js';
import type { HeldFilter } from './held-filter.js';
import type { Carrier, HeldMessage, HoldingSink } from './held-message.js';

export interface HeldList {
  /** The longest waiting first. */
  readonly messages: readonly HeldMessage[];
  /** True: there are more than one command reads. */
  readonly cut: boolean;
}

export interface HeldQuestion {
  readonly taskQueue: string;
  /** Undefined: of all mailboxes. */
  readonly mailbox?: string | undefined;
  /** True: a worker is there to be asked about what has no memo. */
  readonly workersAnswer: boolean;
  /** Read no more than so many, the newest. */
  readonly most?: number;
}

/** A list of more than this tells a person nothing, and would fill the memory. */
const mostRead = 20_000;
const pageSize = 1000;
/** At the same time. */
const questions = 8;
const answerWithinMs = 10_000;

const memoSchema: z.ZodType<HeldMemo> = z.object({
  from: z.string(),
  subject: z.string(),
  sinks: z.array(z.object({ sink: z.string(), reason: z.string(), sinceMs: z.number() })),
});

/**
 * All held messages of our workers. Why stands in the memos, so a list of thousands is a few pages. Only of those that
 * an earlier version holds each is asked, where there is a worker to answer. Temporal's list may lag behind by a moment.
 */
export async function listHeld(
  client: Client,
  { taskQueue, mailbox, workersAnswer, most = mostRead }: HeldQuestion,
): Promise<HeldList> {
  const query = `${openDeliveriesQuery(taskQueue, mailbox)} AND LurewatchStatus = 'held'`;
  const found: WorkflowExecutionInfo[] = [];
  let cut = false;
  for await (const workflow of client.workflow.list({ query, pageSize: Math.min(most, pageSize) })) {
    if (found.length === most) {
      cut = true;
      break;
    }
    found.push(workflow);
  }
  const messages: HeldMessage[] = [];
  await inParallel(found, questions, async (workflow) => {
    messages.push(await heldMessage(client, workflow, workersAnswer));
  });
  return { messages: messages.sort((a, b) => a.since.getTime() - b.since.getTime()), cut };
}

/** The same, as a command asks it. */
export async function heldNow(temporal: TemporalClient, taskQueue: string, { mailbox }: HeldFilter) {
  const workersAnswer = (await countWorkers(temporal, taskQueue)) > 0;
  return listHeld(temporal.client, { taskQueue, mailbox, workersAnswer });
}

/**
 * The open workflows that carry these alerts; the same alert may be held for several mailboxes.
 * @throws LW_ALERT_UNKNOWN for one that none carries, in that mailbox where one is named
 */
export async function carriersOf(
  client: Client,
  taskQueue: string,
  alertIds: readonly string[],
  mailbox: string | undefined,
): Promise<readonly Carrier[]> {
  const found: Carrier[] = [];
  await inParallel([...new Set(alertIds)], questions, async (text) => {
    const alertId = text.trim().toLowerCase();
    const carriers = [];
    if (alertIdPattern.test(alertId)) {
      const query = `${openDeliveriesQuery(taskQueue, mailbox)} AND LurewatchAlertIds = '${alertId}'`;
      for await (const workflow of client.workflow.list({ query })) carriers.push(subjectOf(workflow));
    }
    if (carriers.length === 0) {
      const where = mailbox === undefined ? '' : ` in mailbox ${mailbox}`;
      throw new LurewatchError(
        'LW_ALERT_UNKNOWN',
        `no message with the alert id "${text}" is in delivery or held${where}`,
        {
          mend: '`lurewatch held list` shows what is held, `lurewatch find` what became of an alert.',
        },
      );
    }
    found.push(...carriers);
  });
  return found;
}

async function heldMessage(
  client: Client,
  workflow: WorkflowExecutionInfo,
  workersAnswer: boolean,
): Promise<HeldMessage> {
  const subject = subjectOf(workflow);
  const memo = memoSchema.safeParse(workflow.memo?.held);
  if (memo.success) {
    const sinks = memo.data.sinks.map(({ sink, reason, sinceMs }) => holding(sink, reason, new Date(sinceMs)));
    const since = new Date(Math.min(...sinks.map((one) => one.since.getTime())));
    const { from, subject: title } = memo.data;
    return { ...subject, since: sinks.length === 0 ? workflow.startTime : since, from, subject: title, sinks };
  }
  const since = workflow.startTime;
  const state = workersAnswer ? await stateOf(client, workflow.workflowId) : undefined;
  if (state === undefined) return { ...subject, since, from: '', subject: '', sinks: undefined };
  const held = state.sinks.filter((sink) => sink.state === 'held');
  const sinks = held.map(({ sink, detail }) => holding(sink, detail, since));
  return { ...subject, since, from: state.from, subject: state.subject, sinks };
}

/** A rejection is told in the sink's own words; what else holds a message ends with its code. */
function holding(sink: string, reason: string, since: Date): HoldingSink {
  const rejected = sink === mispSinkName ? 'LW_MISP_REJECTED' : 'LW_TARGET_REJECTED';
  const [, code = rejected] = /\[(LW_[A-Z_]+)\]\s*$/.exec(reason) ?? [];
  return { sink, code, reason, since };
}

async function stateOf(client: Client, workflowId: string): Promise<DeliveryState | undefined> {
  try {
    return await client.withDeadline(Date.now() + answerWithinMs, () =>
      client.workflow.getHandle(workflowId).query<DeliveryState>('state'),
    );
  } catch {
    return undefined;
  }
}

function subjectOf({ workflowId, searchAttributes }: WorkflowExecutionInfo): Carrier {
  const first = (name: string) => String(searchAttributes[name]?.[0] ?? '');
  return { workflowId, alertId: first('LurewatchAlertIds'), mailbox: first('LurewatchMailbox') };
}
