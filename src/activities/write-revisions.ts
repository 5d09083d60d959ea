import { Context } from '@temporalio/activity';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { revisionId } from '../ledger/feed-revisions.js';
import type { Ledger } from '../ledger/ledger.js';
import type { ClaimEnd, Owner } from '../ledger/records.js';
import { mayLandUntilMs } from '../sinks/claiming.js';
import { type DeliveryReport, deliver } from '../sinks/deliver.js';
import type { Fate } from '../sinks/fate.js';
import type { Sendable, SendResult, Sink } from '../sinks/sink.js';
import type { SinkUse } from '../sinks/sink-use.js';
import { activityOwner, activitySignal } from './context.js';
import { onceEach, tryAgainAfter } from './deliver-to-sink.js';
import { type Dependencies, mispSinkName } from './dependencies.js';
import { showProgress } from './progress.js';

/** Without a wish of MISP's, a retry comes after this, then after twice that, and so on. */
const firstRetryMs = 1_000;
const longestRetryMs = 120_000;
/** After so many attempts MISP, where it answers otherwise, is not what fails. */
const attemptsAtOne = 6;
/** An event that it then failed at so often is not tried any more in this import. */
const turnsOfOne = 3;
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
 * @param isWell asks MISP something small: true where it answers
 * @throws what stands in the way for now, with a word on when to try again
 */
export async function writeRevisions<Item extends Revised>(
  { ledger, workflows }: Dependencies,
  use: SinkUse,
  feed: string,
  sink: Sink<Item>,
  revisions: readonly Item[],
  isWell: () => Promise<boolean> = async () => false,
): Promise<DeliveryReport> {
  const context = Context.current();
  const owner = activityOwner();
  const isOpen = onceEach((other) => workflows.isOpen(other));
  const { free, inTheWay } = await withoutPredecessors(ledger, feed, sink, owner, isOpen, revisions);
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
  if (!(await isTheirOwnFault(report, trouble))) {
    throw tryAgainAfter(trouble, trouble.retryAfterMs ?? backoffMs(context.info.attempt));
  }
  const settled = await giveUpWorn(report, trouble);
  // Those that had too few turns so far come sooner: nobody waits for MISP.
  if (settled.fates.some(({ kind }) => kind === 'open')) throw tryAgainAfter(trouble, firstRetryMs);
  return settled;

  /** MISP is well and has answered the others: what it fails at each time is these events. */
  async function isTheirOwnFault({ fates }: DeliveryReport, { code }: LurewatchError): Promise<boolean> {
    if (context.info.attempt < attemptsAtOne || code !== 'LW_MISP_AMBIGUOUS' || inTheWay !== undefined) return false;
    return !fates.some(({ kind }) => kind === 'carried') && isWell();
  }

  /** What had its turns ends as rejected rows of this import, also when it is tried again; the next one sends it anew. */
  async function giveUpWorn({ fates }: DeliveryReport, { what }: LurewatchError): Promise<DeliveryReport> {
    const { deliveries } = ledger;
    const settled = fates.map(async (fate): Promise<Fate> => {
      if (fate.kind !== 'open') return fate;
      const { alertId } = fate;
      const standing = await deliveries.latestClaim(mispSinkName, alertId);
      if (standing === undefined || standing.number < turnsOfOne) return fate;
      const reason = `MISP failed at it ${standing.number} times: ${what}`;
      const end: ClaimEnd = {
        version: 1,
        why: 'rejected',
        reason,
        finalFor: context.info.activityId,
        atMs: Date.now(),
      };
      await deliveries.endClaims(mispSinkName, [{ alertId, number: standing.number, end }]);
      return { alertId, kind: 'rejected', reason };
    });
    return { fates: await Promise.all(settled), trouble: undefined };
  }
}

/**
 * Leaves out those whose event may still be written to under an earlier revision: by another import, or by a request
 * on its way. Together with `neverOverANewerOne` no older revision lands on a newer one: who claims looks for a newer
 * revision afterwards, who makes a revision looks for claims afterwards.
 */
async function withoutPredecessors<Item extends Revised>(
  { deliveries, revisions: ledger }: Ledger,
  feed: string,
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

  /** Back to the last that reached MISP. Also under that, an attempt that stood still may have a request on its way. */
  async function waitForEarlier({ event, alertId }: Revised): Promise<number> {
    let waitMs = 0;
    for (let number = numberOf(alertId) - 1; number > 0; number -= 1) {
      const [earlier] = await ledger.find(feed, [{ uuid: event.uuid, number }]);
      if (earlier === undefined) break;
      const id = revisionId(earlier);
      const [outcome] = await deliveries.outcomes(mispSinkName, [id]);
      const open = await deliveries.openClaims(mispSinkName, id);
      // The latest claim is the one whose answer the outcome is.
      for (const { claim } of outcome === undefined ? open : open.slice(0, -1)) {
        const ours = claim.owner.workflowId === owner.workflowId && claim.owner.runId === owner.runId;
        if (outcome === undefined && !ours && (await isOpen(claim.owner))) return carriedRetryMs;
        waitMs = Math.max(waitMs, mayLandUntilMs(sink, claim) - Date.now());
      }
      if (outcome !== undefined) break;
    }
    return waitMs;
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
      const newer = await revisions.find(feed, next);
      const current = items.filter((_, index) => newer[index] === undefined);
      const sent = current.length === 0 ? [] : await sink.send(current, signal);
      return items.flatMap((item): readonly SendResult[] => {
        const at = current.indexOf(item);
        return at < 0 ? [superseded] : sent.slice(at, at + 1);
      });
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
