import { Context } from '@temporalio/activity';
import type { AlertDocument } from '../alerts/types.js';
import { LurewatchError } from '../errors/lurewatch-error.js';
import type { Owner } from '../ledger/records.js';
import { type DeliveryReport, deliver } from '../sinks/deliver.js';
import type { Fate } from '../sinks/fate.js';
import { type MessageOf, refusesAllAlike } from '../sinks/refuses-all.js';
import type { SinkUses } from '../sinks/sink-use.js';
import { SinkTurns } from '../sinks/turns.js';
import type { SinkReport } from '../workflows/types.js';
import { activityOwner, activitySignal } from './context.js';
import { type Dependencies, mispSinkName, sinkNamed } from './dependencies.js';
import { showProgress } from './progress.js';

export interface DeliverInput {
  readonly mailbox: string;
  readonly sink: string;
  readonly alertIds: readonly string[];
  /** Runs that handed these alerts over and send no more. */
  readonly predecessors?: readonly Owner[];
  /** Counted from when the activity was scheduled: how long to keep trying. */
  readonly patienceMs: number;
  /** True: of a batch that comes in parts. Whether the sink refuses all alike is for who has the answers to all. */
  readonly part?: boolean;
}

/** Of all mailboxes together, in one worker: one sends while the other writes its claims and outcomes. */
const batchesPerSink = 2;
/** Of one mailbox. The lines of several are served in turn. */
const longestLine = 8;
/** A batch that finds the line full comes again after this; the many attempts are bounded by Temporal. */
const busyMs = { least: 2_000, most: 6_000 } as const;
/** Without a wish of the sink's, a retry comes after this. */
const defaultRetryMs = 1_000;
const longestRetryMs = 15_000;

/**
 * Brings a batch of alerts to one sink. While there is patience, a passing trouble makes the activity fail, so that
 * Temporal tries it again and shows why; the ledger knows what was delivered. After that it answers with what became
 * of each alert, so that the workflow can go on with the others.
 */
export function createDeliverToSink(dependencies: Dependencies, uses: SinkUses) {
  const turns = new SinkTurns(() => batchesPerSink, longestLine);
  return async function deliverToSink(input: DeliverInput): Promise<SinkReport> {
    const report = await turns.within(
      { sink: input.sink, on: input.mailbox },
      activitySignal(),
      () => attempt(dependencies, uses, input),
      () => {
        throw busy(input.sink, `${longestLine} other batches of ${input.mailbox} wait for it in this worker`, busyMs);
      },
    );
    const { trouble, fates, messageOf } = report;
    logFates(fates);
    if (trouble === undefined) {
      return (input.part === true ? undefined : refusesAllAlike(input.sink, fates, messageOf)) ?? { fates };
    }
    if (trouble.retryable) {
      const waitMs = trouble.retryAfterMs ?? backoffMs(Context.current().info.attempt);
      if (Date.now() + waitMs < Context.current().info.scheduledTimestampMs + input.patienceMs) {
        throw tryAgainAfter(trouble, waitMs);
      }
    }
    const { retryAfterMs } = trouble;
    return {
      fates,
      trouble: {
        ...troubleOf(trouble),
        refusesAll: !trouble.retryable && noneReached(fates),
        // Whoever carries them on obeys it too.
        ...(retryAfterMs === undefined ? {} : { notBeforeMs: Date.now() + retryAfterMs }),
      },
    };
  };
}

export async function attempt(
  dependencies: Dependencies,
  uses: SinkUses,
  input: Pick<DeliverInput, 'sink' | 'alertIds' | 'predecessors'>,
): Promise<DeliveryReport & { readonly messageOf: MessageOf }> {
  const context = Context.current();
  const sink = sinkNamed(dependencies, input.sink);
  const documents = await dependencies.ledger.alerts.read(input.alertIds);
  const report = await deliver(
    {
      sink,
      use: uses.of(sink),
      deliveries: dependencies.ledger.deliveries,
      owner: activityOwner(),
      activityId: context.info.activityId,
      predecessors: input.predecessors ?? [],
      isOpen: onceEach((owner) => dependencies.workflows.isOpen(owner)),
      signal: activitySignal(),
    },
    documents,
    (done) => showProgress({ done, of: input.alertIds.length }, context),
  );
  return { ...report, messageOf: messagesOf(documents) };
}

/** No place at a sink for now; the pause is random so that not all come again at once. */
export function busy(
  sink: string,
  what: string,
  { least, most }: { readonly least: number; readonly most: number },
): LurewatchError {
  const where = sink === mispSinkName ? 'misp' : `target ${sink}`;
  return new LurewatchError('LW_SINK_BUSY', what, { where, retryAfterMs: least + Math.random() * (most - least) });
}

/** The same error, with a word on when to try again. */
export function tryAgainAfter(error: LurewatchError, waitMs: number): LurewatchError {
  const { code, what, where, mend, cause, details } = error;
  return new LurewatchError(code, what, { where, mend, cause, details, retryAfterMs: waitMs });
}

export function troubleOf(trouble: LurewatchError): { code: string; message: string; retryable: boolean } {
  return { code: trouble.code, message: trouble.message, retryable: trouble.retryable };
}

export function messagesOf(documents: readonly AlertDocument[]): MessageOf {
  const reports = new Map(documents.map(({ alertId, report }) => [alertId, report?.alertId ?? alertId]));
  return (alertId) => reports.get(alertId) ?? alertId;
}

/** One line for each kind of fate, so that an alert id found in a log tells what became of it. */
function logFates(fates: readonly Fate[]): void {
  const { log } = Context.current();
  const ids = (kind: Fate['kind']) => fates.filter((fate) => fate.kind === kind).map(({ alertId }) => alertId);
  const reached = fates.filter((fate) => fate.kind === 'reached' && !fate.earlier).map(({ alertId }) => alertId);
  if (reached.length > 0) log.info('alerts delivered', { alertIds: reached });
  for (const kind of ['rejected', 'carried', 'open'] as const) {
    if (ids(kind).length > 0) log.warn(`alerts ${kind}`, { alertIds: ids(kind) });
  }
}

function noneReached(fates: readonly Fate[]): boolean {
  return !fates.some((fate) => fate.kind === 'reached' && !fate.earlier);
}

function backoffMs(attemptNumber: number): number {
  return Math.min(defaultRetryMs * 2 ** Math.min(attemptNumber - 1, 10), longestRetryMs);
}

/** Many alerts of a batch share the owner of their claims: ask Temporal once. */
export function onceEach(isOpen: (owner: Owner) => Promise<boolean>): (owner: Owner) => Promise<boolean> {
  const asked = new Map<string, Promise<boolean>>();
  return (owner) => {
    const key = JSON.stringify([owner.workflowId, owner.runId]);
    const answer = asked.get(key) ?? isOpen(owner);
    asked.set(key, answer);
    return answer;
  };
}
