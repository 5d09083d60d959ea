import type { AlertDocument } from '../alerts/types.js';
import type { DeliveryLedger, StandingClaim } from '../ledger/deliveries.js';
import type { Owner } from '../ledger/records.js';
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
  | { readonly kind: 'carried'; readonly document: AlertDocument }
  | { readonly kind: 'wait'; readonly document: AlertDocument; readonly waitMs: number };

export interface ClaimContext {
  readonly sink: Sink;
  readonly deliveries: DeliveryLedger;
  readonly owner: Owner;
  /** Owners whose work was handed to us: they send no more. */
  readonly predecessors: readonly Owner[];
  readonly isOpen: (owner: Owner) => Promise<boolean>;
  readonly signal: AbortSignal;
}

/**
 * Claims alerts before their first send. A new alert costs one create; only where a claim stands already is it looked
 * at: an ended one gives the next number, somebody else's is left while their workflow is open, and one without an end
 * may have been sent, even by ourselves: the sink tells repeats apart, or is asked once the request must have landed.
 */
export async function takeClaims(
  context: ClaimContext,
  documents: readonly AlertDocument[],
): Promise<readonly Taken[]> {
  const atMs = Date.now();
  const fresh = await claim(
    context,
    documents.map((document) => ({ document, number: 1 })),
    atMs,
  );
  return Promise.all(
    fresh.map((claimed, index) => {
      const document = documents[index];
      if (document === undefined) throw new RangeError('an alert without its claim');
      return claimed ?? takeStanding(context, document);
    }),
  );
}

async function takeStanding(context: ClaimContext, document: AlertDocument): Promise<Taken> {
  for (;;) {
    const standing = await context.deliveries.latestClaim(context.sink.name, document.alertId);
    const next = standing === undefined ? 1 : standing.number + 1;
    const obstacle = standing === undefined ? undefined : await look(context, document, standing);
    if (obstacle !== undefined) return obstacle;
    const [taken] = await claim(context, [{ document, number: next }], Date.now());
    // Undefined: another attempt took that number just now. Look again at what it is doing.
    if (taken !== undefined) return taken;
  }
}

/** Undefined: a new claim may follow this one. */
async function look(
  context: ClaimContext,
  document: AlertDocument,
  { claim, end }: StandingClaim,
): Promise<Taken | undefined> {
  if (end !== undefined) return undefined;
  const ours = [context.owner, ...context.predecessors].some((owner) => sameOwner(owner, claim.owner));
  if (!ours && (await context.isOpen(claim.owner))) return { kind: 'carried', document };
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
): Promise<readonly (Taken | undefined)[]> {
  const got = await deliveries.claim(
    sink.name,
    wanted.map(({ document, number }) => ({ alertId: document.alertId, number })),
    owner,
    atMs,
  );
  return wanted.map(({ document, number }, index) =>
    got[index] ? { kind: 'claimed', claimed: { document, number, atMs } } : undefined,
  );
}

function sameOwner(left: Owner, right: Owner): boolean {
  return left.workflowId === right.workflowId && left.runId === right.runId;
}
