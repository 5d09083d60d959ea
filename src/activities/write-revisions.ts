import { Context } from '@temporalio/activity';
import { isLurewatchError, LurewatchError } from '../errors/lurewatch-error.js';
import { aroundDamage } from '../ledger/around-damage.js';
import type { DeliveryLedger } from '../ledger/deliveries.js';
import type { ClaimEnd } from '../ledger/records.js';
import { type DeliveryReport, deliver } from '../sinks/deliver.js';
import type { Fate } from '../sinks/fate.js';
import type { Sink } from '../sinks/sink.js';
import type { SinkUse } from '../sinks/sink-use.js';
import { activityOwner, activitySignal } from './context.js';
import { onceEach, tryAgainAfter } from './deliver-to-sink.js';
import { type Dependencies, mispSinkName } from './dependencies.js';
import { carriedRetryMs, neverOverANewerOne, type Revised, withoutPredecessors } from './order-of-revisions.js';
import { showProgress } from './progress.js';

/** Without a wish of MISP's, a retry comes after this, then after twice that, and so on. */
const firstRetryMs = 1_000;
const longestRetryMs = 120_000;
/** After so many attempts MISP, where it answers otherwise, is not what fails. */
const attemptsAtOne = 6;
/** An event that it then failed at so often is not tried any more in this import. */
const turnsOfOne = 3;

/** What became of revisions. */
export interface RevisionsReport extends DeliveryReport {
  /** By alert id, of those that are still `open` for it: what is known of their deliveries cannot be read. */
  readonly damaged: ReadonlyMap<string, LurewatchError>;
}

/**
 * Brings revisions of events to MISP, each exactly once and never two of one event at the same time. Answers once each
 * has come to its end, or MISP refuses everything; only what the ledger cannot tell of, for damage, stays open.
 * @param use shared with all who send to MISP from this worker
 * @param isWell asks MISP something small: true where it answers
 * @throws what stands in the way for now, with a word on when to try again
 */
export async function writeRevisions<Item extends Revised>(
  dependencies: Dependencies,
  use: SinkUse,
  feed: string,
  sink: Sink<Item>,
  revisions: readonly Item[],
  isWell: () => Promise<boolean> = async () => false,
): Promise<RevisionsReport> {
  try {
    const report = await writeSound(dependencies, use, feed, sink, revisions, isWell);
    return { ...report, damaged: new Map() };
  } catch (error) {
    if (!isLurewatchError(error, 'LW_STORE_CORRUPT')) throw error;
    const { reached, damaged } = await lookForDamage(dependencies.ledger.deliveries, revisions);
    if (reached.size + damaged.size === 0) throw error;
    const sound = revisions.filter(({ alertId }) => !reached.has(alertId) && !damaged.has(alertId));
    const { fates, trouble } = await writeSound(dependencies, use, feed, sink, sound, isWell);
    const others = revisions.flatMap(({ alertId }): readonly Fate[] => {
      if (reached.has(alertId)) return [{ alertId, kind: 'reached', reference: '', earlier: true }];
      return damaged.has(alertId) ? [{ alertId, kind: 'open' }] : [];
    });
    return { fates: [...fates, ...others], trouble, damaged };
  }
}

/**
 * An outcome is written once MISP has a revision, whatever stands in it by now. A claim says who has a revision in hand,
 * and since when: where nobody can read that, it is not sent.
 */
async function lookForDamage(
  deliveries: DeliveryLedger,
  revisions: readonly Revised[],
): Promise<{ readonly reached: ReadonlySet<string>; readonly damaged: RevisionsReport['damaged'] }> {
  const ids = revisions.map(({ alertId }) => alertId);
  const outcomes = await aroundDamage(ids, (some) => deliveries.outcomes(mispSinkName, some));
  const reached = new Set(outcomes.damaged.keys());
  const unsure = ids.filter((id) => outcomes.sound.has(id) && outcomes.sound.get(id) === undefined);
  const { damaged } = await aroundDamage(unsure, (some) =>
    Promise.all(some.map((id) => deliveries.openClaims(mispSinkName, id))),
  );
  return { reached, damaged };
}

async function writeSound<Item extends Revised>(
  { ledger, workflows }: Dependencies,
  use: SinkUse,
  feed: string,
  sink: Sink<Item>,
  revisions: readonly Item[],
  isWell: () => Promise<boolean>,
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
