import type { Client } from '@temporalio/client';
import { inParallel } from '../../sinks/in-parallel.js';
import type { Decision, DeliveryState } from '../../workflows/types.js';
import { type Failure, failureOf } from '../report-error.js';
import type { Carrier } from './held-message.js';

export type Verdict = 'retry' | 'discard';

export interface Decided {
  readonly alertId: string;
  readonly mailbox: string;
  readonly state?: DeliveryState;
  /** True: nothing of it was held any more. */
  readonly gone?: true;
  readonly error?: Failure;
}

/** What became of many decisions. */
export interface DecisionCounts {
  readonly decided: number;
  /** Decided by somebody else meanwhile, or by an earlier call whose effect the list did not show yet. */
  readonly gone: number;
  readonly failed: number;
  /** The command was interrupted: not tried, or not answered so far. */
  readonly left: number;
}

/** Each is a write of its workflow, so that many at a time only queue at the server. */
const atATime = 8;

/** Gives a decision to the workflow of one message. What it refuses stands in the answer. */
export async function decide(
  client: Client,
  { alertId, mailbox, workflowId, sinks }: Carrier,
  verdict: Verdict,
  decision: Decision,
): Promise<Decided> {
  try {
    const handle = client.workflow.getHandle(workflowId);
    const args: [Decision] = [{ ...decision, ...(sinks === undefined ? {} : { sinks }) }];
    const state = await handle.executeUpdate<DeliveryState, [Decision]>(verdict, { args });
    return { alertId, mailbox, state };
  } catch (error) {
    // By name: loading Temporal's classes takes longer than most commands.
    const ended = error instanceof Error && error.name === 'WorkflowNotFoundError';
    const failure = failureOf(error);
    return { alertId, mailbox, ...(ended || failure.code === 'LW_NOT_HELD' ? { gone: true } : {}), error: failure };
  }
}

/**
 * Gives the same decision to many, a few at a time. Interrupted, it lets go of those under way; the same call later goes
 * on with what is still held, so nothing is decided twice.
 * @param onDecided called after each
 */
export async function decideAll(
  client: Client,
  carriers: readonly Carrier[],
  verdict: Verdict,
  decision: Decision,
  { signal, onDecided }: { signal: AbortSignal; onDecided: (decided: Decided) => void },
): Promise<readonly Decided[]> {
  const results: Decided[] = [];
  await inParallel(carriers, atATime, async (carrier) => {
    if (signal.aborted) return;
    const decided = await client.withAbortSignal(signal, () => decide(client, carrier, verdict, decision));
    if (signal.aborted && decided.error !== undefined) return;
    results.push(decided);
    onDecided(decided);
  });
  return results;
}

/** @param mustBeHeld true: that one is not held any more is a failure, since it was named */
export function countsOf(results: readonly Decided[], asked: number, mustBeHeld: boolean): DecisionCounts {
  const gone = results.filter((one) => isGone(one, mustBeHeld)).length;
  const decided = results.filter(({ error }) => error === undefined).length;
  return { decided, gone, failed: results.length - gone - decided, left: asked - results.length };
}

export function isGone({ gone }: Decided, mustBeHeld: boolean): boolean {
  return gone === true && !mustBeHeld;
}
