import { Context } from '@temporalio/activity';
import { z } from 'zod';
import { LurewatchError } from '../errors/lurewatch-error.js';
import type { Owner } from '../ledger/records.js';
import type { SinkUses } from '../sinks/sink-use.js';
import { SinkTurns } from '../sinks/turns.js';
import { activityOwner, activitySignal } from './context.js';
import { attempt, busy, troubleOf, tryAgainAfter } from './deliver-to-sink.js';
import { type Dependencies, mispSinkName, sinkNamed } from './dependencies.js';

export interface DeliverAlertInput {
  readonly mailbox: string;
  readonly sink: string;
  readonly alertId: string;
  readonly predecessors: readonly Owner[];
  /** Who decided that it is tried again: kept before anything is sent. */
  readonly decision?: { readonly who: string; readonly why: string; readonly atMs: number };
}

export type DeliverAlertResult =
  | { readonly kind: 'reached'; readonly reference: string }
  | { readonly kind: 'rejected'; readonly reason: string }
  /** Something a person has to mend first, at the sink or in the configuration. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

/** Of the activities that a worker runs at a time (src/worker/create-workers.ts), one sink has no more than these. */
const mostPlacesPerSink = 10;
/** When there is no place the alert comes again after this, at a random moment so that not all come at once. */
const busyMs = { least: 5_000, most: 15_000, mostEver: 60_000 } as const;
/** After a failure; doubled with each more. */
const firstPauseMs = 5_000;
const longestPauseMs = 15 * 60_000;

/** Kept by Temporal from one attempt to the next. */
const progressSchema = z.object({ failures: z.number().int().nonnegative() });

/**
 * Brings one alert to one sink. Passing troubles, and another workflow's claim, make it fail and be tried again with
 * growing pauses; so does a sink whose places in this worker are taken, with pauses of its own.
 */
export function createDeliverAlert(dependencies: Dependencies, uses: SinkUses) {
  // Nobody waits with a place in hand for a sink that takes fewer calls than that.
  const places = (sink: string) => Math.min(mostPlacesPerSink, sinkNamed(dependencies, sink).concurrency);
  const turns = new SinkTurns(places, 0);
  return async function deliverAlert(input: DeliverAlertInput): Promise<DeliverAlertResult> {
    await keepDecision(dependencies, input);
    return turns.within(
      { sink: input.sink, on: input.mailbox },
      activitySignal(),
      () => withGrowingPauses(() => deliverOne(dependencies, uses, input)),
      () => {
        const pause = { least: busyMs.least, most: mostPauseMs(Context.current().info.attempt) };
        throw busy(input.sink, 'as many alerts as it takes at a time are on their way to it from this worker', pause);
      },
    );
  };
}

/** The same record at each attempt. */
async function keepDecision({ ledger }: Dependencies, { sink, alertId, decision }: DeliverAlertInput): Promise<void> {
  if (decision === undefined) return;
  await ledger.deliveries.recordRetry(sink, alertId, {
    version: 1,
    kind: 'retry',
    ...decision,
    owner: activityOwner(),
  });
}

/** A queue of a thousand must not knock a hundred times a second: the later the attempt, the longer the pause. */
function mostPauseMs(attempt: number): number {
  return Math.min(busyMs.most * attempt, busyMs.mostEver);
}

async function deliverOne(
  dependencies: Dependencies,
  uses: SinkUses,
  { sink, alertId, predecessors }: DeliverAlertInput,
): Promise<DeliverAlertResult> {
  const { fates, trouble } = await attempt(dependencies, uses, { sink, alertIds: [alertId], predecessors });
  const fate = fates[0];
  if (fate?.kind === 'reached') return { kind: 'reached', reference: fate.reference };
  if (fate?.kind === 'rejected') return { kind: 'rejected', reason: fate.reason };
  if (trouble?.retryable) throw trouble;
  if (trouble !== undefined) return { kind: 'refused', ...troubleOf(trouble) };
  throw new LurewatchError('LW_CARRIED_ELSEWHERE', `alert ${alertId} is being sent by another workflow`, {
    where: placeOf(sink),
  });
}

/**
 * Temporal's own pauses grow with each attempt, those that found no place as well. So what failed is counted here,
 * and says itself when it comes again.
 */
async function withGrowingPauses<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const before = progressSchema.safeParse(context.info.heartbeatDetails);
  const failures = before.success ? before.data.failures : 0;
  try {
    return await work();
  } catch (error) {
    context.heartbeat({ failures: failures + 1 });
    if (!(error instanceof LurewatchError) || !error.retryable || error.retryAfterMs !== undefined) throw error;
    throw tryAgainAfter(error, Math.min(firstPauseMs * 2 ** failures, longestPauseMs));
  }
}

function placeOf(sink: string): string {
  return sink === mispSinkName ? 'misp' : `target ${sink}`;
}
