import type { Client } from '@temporalio/client';
import { failureWords } from '../../temporal/failure-words.js';
import { openDeliveriesQuery } from '../../temporal/queries.js';
import type { DeliveryState } from '../../workflows/types.js';
import type { HeldMessage } from '../held/held-message.js';
import { listHeld } from '../held/list-held.js';
import { codeIn, isUsual } from './needs-person.js';
import { stuckTask } from './stuck-task.js';

/** Messages that left their batch: counts, and of a few of them what stands in the way. */
export interface Deliveries {
  readonly inDelivery: number;
  readonly held: number;
  readonly heldExamples: readonly HeldMessage[];
  readonly troubles: readonly Trouble[];
}

export interface Trouble {
  readonly code: string | undefined;
  readonly message: string;
  /** Undefined: not known. */
  readonly nextAttempt: Date | undefined;
}

export const noDeliveries: Deliveries = { inDelivery: 0, held: 0, heldExamples: [], troubles: [] };

const examples = 3;
const answerWithinMs = 3_000;

/** Counts, never a list: thousands may be held. */
export async function deliveriesOf(
  client: Client,
  taskQueue: string,
  mailbox: string | undefined,
  workersAnswer: boolean,
): Promise<Deliveries> {
  const query = openDeliveriesQuery(taskQueue, mailbox);
  const { count: open } = await client.workflow.count(query);
  if (open === 0) return noDeliveries;
  const { count: held } = await client.workflow.count(`${query} AND LurewatchStatus = 'held'`);
  const heldExamples =
    held === 0 ? [] : (await listHeld(client, { taskQueue, mailbox, workersAnswer, most: examples })).messages;
  // Two questions at two times.
  const inDelivery = Math.max(0, open - held);
  const troubles = inDelivery === 0 ? [] : await troublesOf(client, query, workersAnswer);
  return { inDelivery, held, heldExamples, troubles };
}

async function troublesOf(client: Client, query: string, workersAnswer: boolean): Promise<readonly Trouble[]> {
  const found = new Map<string, Trouble>();
  let looked = 0;
  for await (const { workflowId } of client.workflow.list({
    query: `${query} AND LurewatchStatus = 'delivering'`,
    pageSize: examples,
  })) {
    for (const trouble of await troublesOfOne(client, workflowId, workersAnswer)) {
      if (!isUsual(trouble.code)) found.set(trouble.code ?? trouble.message, trouble);
    }
    looked += 1;
    if (looked === examples) break;
  }
  return [...found.values()];
}

async function troublesOfOne(client: Client, workflowId: string, workersAnswer: boolean): Promise<readonly Trouble[]> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    const { raw } = await handle.describe();
    const tried: Trouble[] = [];
    for (const { lastFailure, nextAttemptScheduleTime: next } of raw.pendingActivities ?? []) {
      if (lastFailure == null) continue;
      const nextAttempt = next == null ? undefined : new Date(Number(next.seconds) * 1000);
      const code = lastFailure.applicationFailureInfo?.type ?? undefined;
      tried.push({ code, message: await failureWords(client, lastFailure), nextAttempt });
    }
    if (tried.length > 0) return tried;
    // Its code does not fit its history: it would answer no question either.
    const stuck = stuckTask(raw.pendingWorkflowTask, Date.now());
    if (stuck !== undefined) return [{ ...stuck, nextAttempt: undefined }];
    if (!workersAnswer) return [];
    // Between attempts, it waits for a pause to end: a sink that refuses everybody, or asked for one.
    const state = await client.withDeadline(Date.now() + answerWithinMs, () => handle.query<DeliveryState>('state'));
    return state.sinks.flatMap(({ state: at, sink, detail }) =>
      at === 'waiting'
        ? [{ code: codeIn(detail), message: detail || `${sink} is waiting`, nextAttempt: undefined }]
        : [],
    );
  } catch {
    // It ended meanwhile, or nobody answers: then others tell.
    return [];
  }
}
