import { isLurewatchError } from '../errors/lurewatch-error.js';
import { type FoundRevision, isSound, revisionId } from '../ledger/feed-revisions.js';
import type { Ledger } from '../ledger/ledger.js';
import type { ClaimEnd, Outcome } from '../ledger/records.js';
import { inParallel } from '../sinks/in-parallel.js';
import { mispSinkName } from './dependencies.js';
import { numberOf, type Revised } from './order-of-revisions.js';

const lookedUpAtOnce = 16;

/**
 * Those of these events for which the feed has never made a request that may have put something into MISP. Each request
 * has its claim before it. What nobody can read counts as sent: a feed has records only of events that were its own to
 * write when it met them.
 */
export async function neverSent(ledger: Ledger, feed: string, uuids: readonly string[]): Promise<ReadonlySet<string>> {
  const latest = await ledger.revisions.latest(feed, uuids);
  const never = new Set<string>();
  await inParallel([...uuids.entries()], lookedUpAtOnce, async ([index, uuid]) => {
    if (!(await wasSentFrom(ledger, feed, latest[index]))) never.add(uuid);
  });
  return never;
}

/**
 * Those of these revisions, each claimed just now, before whose claim the feed has never made such a request for their
 * event.
 */
export async function firstSends<Item extends Revised>(
  ledger: Ledger,
  feed: string,
  claimed: readonly Item[],
): Promise<ReadonlySet<Item>> {
  const first = new Set<Item>();
  const again = await ledger.deliveries.areClaimed(
    mispSinkName,
    claimed.map(({ alertId }) => alertId),
    2,
  );
  await inParallel([...claimed.entries()], lookedUpAtOnce, async ([index, item]) => {
    const { alertId, event } = item;
    const number = numberOf(alertId);
    if (again[index] === true && (await wasSent(ledger, alertId, true))) return;
    // Of most events it is the first word.
    const earlier = number === 1 ? undefined : await revisionOf(ledger, feed, event.uuid, number - 1);
    if (!(await wasSentFrom(ledger, feed, earlier))) first.add(item);
  });
  return first;
}

/** This revision, or one before it. */
async function wasSentFrom(ledger: Ledger, feed: string, latest: FoundRevision): Promise<boolean> {
  for (let revision = latest; revision !== undefined; ) {
    if (!isSound(revision) || (await wasSent(ledger, revisionId(revision)))) return true;
    const { uuid, number } = revision;
    revision = number === 1 ? undefined : await revisionOf(ledger, feed, uuid, number - 1);
  }
  return false;
}

async function revisionOf({ revisions }: Ledger, feed: string, uuid: string, number: number): Promise<FoundRevision> {
  const [found] = await revisions.find(feed, [{ uuid, number }]);
  return found;
}

/** @param held the latest claim is that of the caller, who has not sent anything yet */
async function wasSent({ deliveries }: Ledger, id: string, held = false): Promise<boolean> {
  try {
    const [outcome] = await deliveries.outcomes(mispSinkName, [id]);
    if (outcome !== undefined && !foundOnly(outcome)) return true;
    const claims = await deliveries.allClaims(mispSinkName, id);
    // An outcome is the answer to the latest claim.
    const unanswered = held || outcome !== undefined ? claims.slice(0, -1) : claims;
    return unanswered.some(({ end }) => mayHaveWritten(end));
  } catch (error) {
    if (isLurewatchError(error, 'LW_STORE_CORRUPT')) return true;
    throw error;
  }
}

/** A folder of files that fails in the middle of a call may have taken some of them: so any end that says no more. */
function mayHaveWritten(end: ClaimEnd | undefined): boolean {
  return end?.why !== 'not-sent' && end?.untouched !== true;
}

/** It counts as reached, and was not written: others had it, or a newer revision went ahead. */
function foundOnly(outcome: Outcome): boolean {
  const codes = outcome.kind === 'delivered' ? (outcome.warningCodes ?? []) : [];
  return codes.some((code) => code === 'LW_WARN_HIDDEN' || code === 'LW_WARN_SUPERSEDED');
}
