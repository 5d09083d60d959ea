import { Context } from '@temporalio/activity';
import { LurewatchError } from '../errors/lurewatch-error.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Owner } from '../ledger/records.js';
import { mayLandUntilMs } from '../sinks/claiming.js';
import { type DeliveryReport, deliver } from '../sinks/deliver.js';
import type { Sendable, SendResult, Sink } from '../sinks/sink.js';
import type { SinkUse } from '../sinks/sink-use.js';
import { activityOwner, activitySignal } from './context.js';
import { onceEach, tryAgainAfter } from './deliver-to-sink.js';
import { type Dependencies, mispSinkName } from './dependencies.js';
import { showProgress } from './progress.js';

/** Without a wish of MISP's, a retry comes after this, then after twice that, and so on. */
const firstRetryMs = 1_000;
const longestRetryMs = 120_000;
/** What another import has in hand is looked at again after this. */
const carriedRetryMs = 5_000;

/** A revision of an event, as far as the order of revisions goes. */
export interface Revised extends Sendable {
  /** Made by `revisionId`. */
  readonly alertId: string;
  readonly event: { readonly uuid: string };
}

/**
 * Brings revisions of events to MISP, each exactly once and never two of one event at the same time. Answers once each
 * has come to its end, or MISP refuses everything.
 * @param use shared with all who send to MISP from this worker
 * @throws what stands in the way for now, with a word on when to try again
 */
export async function writeRevisions<Item extends Revised>(
  { ledger, workflows }: Dependencies,
  use: SinkUse,
  feed: string,
  sink: Sink<Item>,
  revisions: readonly Item[],
): Promise<DeliveryReport> {
  const context = Context.current();
  const owner = activityOwner();
  const isOpen = onceEach((other) => workflows.isOpen(other));
  const { free, inTheWay } = await withoutPredecessors(ledger, sink, owner, isOpen, revisions);
  const report = await deliver(
    {
      sink: neverOverANewerOne(sink, ledger, feed),
      deliveries: ledger.deliveries,
      owner,
      activityId: context.info.activityId,
      predecessors: [],
      use,
      isOpen,
      signal: activitySignal(),
    },
    free,
    (done) => showProgress({ done, of: revisions.length }, context),
  );
  const trouble = report.trouble ?? inTheWay ?? carried(report);
  if (trouble === undefined || !trouble.retryable) return report;
  throw tryAgainAfter(trouble, trouble.retryAfterMs ?? backoffMs(context.info.attempt));
}

/**
 * Leaves out those whose event may still be written to under an earlier revision: by another import, or by a request
 * on its way. Together with `neverOverANewerOne` no older revision lands on a newer one: who claims looks for a newer
 * revision afterwards, who makes a revision looks for claims afterwards.
 */
async function withoutPredecessors<Item extends Revised>(
  { deliveries }: Ledger,
  sink: Sink<Item>,
  owner: Owner,
  isOpen: (owner: Owner) => Promise<boolean>,
  revisions: readonly Item[],
): Promise<{ readonly free: readonly Item[]; readonly inTheWay: LurewatchError | undefined }> {
  const free: Item[] = [];
  let inTheWay: LurewatchError | undefined;
  for (const revision of revisions) {
    const waitMs = await waitForEarlier(revision);
    if (waitMs === 0) free.push(revision);
    else {
      inTheWay ??= new LurewatchError('LW_CARRIED_ELSEWHERE', 'an earlier change of an event is still under way', {
        where: mispSinkName,
        retryAfterMs: waitMs,
      });
    }
  }
  return { free, inTheWay };

  async function waitForEarlier({ event, alertId }: Revised): Promise<number> {
    for (let number = numberOf(alertId) - 1; number > 0; number -= 1) {
      const earlier = `${event.uuid}.${number}`;
      const [outcome] = await deliveries.outcomes(mispSinkName, [earlier]);
      if (outcome !== undefined) return 0;
      const standing = await deliveries.latestClaim(mispSinkName, earlier);
      if (standing === undefined || standing.end !== undefined) continue;
      const { claim } = standing;
      const ours = claim.owner.workflowId === owner.workflowId && claim.owner.runId === owner.runId;
      if (!ours && (await isOpen(claim.owner))) return carriedRetryMs;
      const waitMs = mayLandUntilMs(sink, claim) - Date.now();
      if (waitMs > 0) return waitMs;
    }
    return 0;
  }
}

/** Looks, once the claim stands, whether the feed says something newer of the event by now. */
function neverOverANewerOne<Item extends Revised>(sink: Sink<Item>, { revisions }: Ledger, feed: string): Sink<Item> {
  return {
    name: sink.name,
    repeats: sink.repeats,
    alertsPerCall: sink.alertsPerCall,
    concurrency: sink.concurrency,
    inFlightMs: sink.inFlightMs,
    wants: (revision) => sink.wants(revision),
    check: (signal) => sink.check(signal),
    close: async () => undefined,
    send: async (items, signal) => {
      const next = items.map(({ event, alertId }) => ({ uuid: event.uuid, number: numberOf(alertId) + 1 }));
      const newer = await revisions.exist(feed, next);
      const current = items.filter((_, index) => !newer[index]);
      const sent = current.length === 0 ? [] : await sink.send(current, signal);
      const results = new Map(current.map((item, index) => [item, sent[index]]));
      return items.map((item): SendResult => results.get(item) ?? superseded);
    },
  };
}

const superseded: SendResult = {
  status: 'delivered',
  reference: '',
  action: 'unchanged',
  warnings: ['the feed says something newer of it by now, which another import writes'],
};

function carried({ fates }: DeliveryReport): LurewatchError | undefined {
  if (!fates.some(({ kind }) => kind === 'carried')) return undefined;
  return new LurewatchError('LW_CARRIED_ELSEWHERE', 'another import has some of these events in hand', {
    where: mispSinkName,
    retryAfterMs: carriedRetryMs,
  });
}

function backoffMs(attempt: number): number {
  return Math.min(firstRetryMs * 2 ** Math.min(attempt - 1, 10), longestRetryMs);
}

/** Of an id made by `revisionId`. */
function numberOf(alertId: string): number {
  return Number(alertId.slice(alertId.lastIndexOf('.') + 1));
}
