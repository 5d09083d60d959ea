import type { AlertDocument } from '../alerts/types.js';
import type { DeliveryLedger, StandingClaim } from '../ledger/deliveries.js';
import type { Outcome, Owner } from '../ledger/records.js';
import type { Sink } from './sink.js';

/** An alert that we may send now, under the claim of that number. */
export interface Claimed {
  readonly document: AlertDocument;
  readonly number: number;
  readonly atMs: number;
}

/** What taking an alert led to. */
export type Taken =
  | { readonly kind: 'claimed'; readonly claimed: Claimed }
  | { readonly kind: 'found'; readonly document: AlertDocument; readonly reference: string }
  /** Recorded since the outcomes were last looked at. */
  | { readonly kind: 'reached'; readonly document: AlertDocument; readonly outcome: Outcome }
  | { readonly kind: 'rejected'; readonly document: AlertDocument; readonly reason: string }
  | { readonly kind: 'carried'; readonly document: AlertDocument }
  | { readonly kind: 'wait'; readonly document: AlertDocument; readonly waitMs: number };

export interface ClaimContext {
  readonly sink: Sink;
  readonly deliveries: DeliveryLedger;
  readonly owner: Owner;
  /** Names the work of this owner at hand: the same each time that work is tried again. */
  readonly activityId: string;
  /** Owners whose work was handed to us: they send no more. */
  readonly predecessors: readonly Owner[];
  readonly isOpen: (owner: Owner) => Promise<boolean>;
  readonly signal: AbortSignal;
}

/** Alerts that nobody had claimed are ours now; where a claim stands already, it is left for `takeStanding`. */
export interface FirstClaims {
  readonly claimed: readonly Claimed[];
  readonly standing: readonly AlertDocument[];
}

/** Claims alerts before their first send. A new alert costs one create, and no look at what stands. */
export async function takeFirst(context: ClaimContext, documents: readonly AlertDocument[]): Promise<FirstClaims> {
  const wanted = documents.map((document) => ({ document, number: 1 }));
  const claims = await claim(context, wanted, Date.now());
  return {
    claimed: claims.filter((claimed) => claimed !== undefined),
    standing: documents.filter((_, index) => claims[index] === undefined),
  };
}

/**
 * The order in which alerts with standing claims have their turn: what may have been sent and had no answer comes
 * last, the one tried least lately first. So an alert that the sink never answers is in nobody's way.
 */
export async function inOrderOfTurn(
  { sink, deliveries }: ClaimContext,
  documents: readonly AlertDocument[],
): Promise<readonly AlertDocument[]> {
  const turns = await Promise.all(
    documents.map(async (document) => {
      const standing = await deliveries.latestClaim(sink.name, document.alertId);
      return { document, unansweredMs: standing?.end === undefined ? (standing?.claim.atMs ?? 0) : 0 };
    }),
  );
  return turns.sort((left, right) => left.unansweredMs - right.unansweredMs).map(({ document }) => document);
}

/**
 * Takes an alert on which a claim stands: an ended one gives the next number, somebody else's is left while their
 * workflow is open, and one without an end may have been sent, even by ourselves: the sink tells repeats apart, or is
 * asked once the request must have landed.
 */
export async function takeStanding(context: ClaimContext, document: AlertDocument): Promise<Taken> {
  for (;;) {
    const standing = await context.deliveries.latestClaim(context.sink.name, document.alertId);
    const next = standing === undefined ? 1 : standing.number + 1;
    const obstacle = standing === undefined ? undefined : await look(context, document, standing);
    if (obstacle !== undefined) return obstacle;
    const [taken] = await claim(context, [{ document, number: next }], Date.now());
    // Undefined: another attempt took that number just now. Look again at what it is doing.
    if (taken !== undefined) return { kind: 'claimed', claimed: taken };
  }
}

/** Undefined: a new claim may follow this one. */
async function look(
  context: ClaimContext,
  document: AlertDocument,
  { claim, end }: StandingClaim,
): Promise<Taken | undefined> {
  const ours = [context.owner, ...context.predecessors].some((owner) => sameOwner(owner, claim.owner));
  if (end === undefined && !ours && (await context.isOpen(claim.owner))) return { kind: 'carried', document };
  // Nobody sends under that claim any more, and whoever did may have delivered since we last looked.
  const [outcome] = await context.deliveries.outcomes(context.sink.name, [document.alertId]);
  if (outcome !== undefined) return { kind: 'reached', document, outcome };
  if (end !== undefined) {
    const final = sameOwner(context.owner, claim.owner) && end.finalFor === context.activityId;
    return final ? { kind: 'rejected', document, reason: end.reason } : undefined;
  }
  if (context.sink.repeats === 'server') return undefined;
  const waitMs = claim.atMs + context.sink.inFlightMs - Date.now();
  if (waitMs > 0) return { kind: 'wait', document, waitMs };
  const reference = await context.sink.find?.(document, context.signal);
  return reference === undefined ? undefined : { kind: 'found', document, reference };
}

async function claim(
  { sink, deliveries, owner }: ClaimContext,
  wanted: readonly { readonly document: AlertDocument; readonly number: number }[],
  atMs: number,
): Promise<readonly (Claimed | undefined)[]> {
  const got = await deliveries.claim(
    sink.name,
    wanted.map(({ document, number }) => ({ alertId: document.alertId, number })),
    owner,
    atMs,
  );
  return wanted.map(({ document, number }, index) => (got[index] ? { document, number, atMs } : undefined));
}

function sameOwner(left: Owner, right: Owner): boolean {
  return left.workflowId === right.workflowId && left.runId === right.runId;
}
