import { LurewatchError } from '../errors/lurewatch-error.js';
import type { DeliveryLedger, StandingClaim } from '../ledger/deliveries.js';
import type { Claim, ClaimEnd, Outcome, Owner } from '../ledger/records.js';
import type { Sendable, Sink } from './sink.js';
import type { SinkUse } from './sink-use.js';

/** An alert that we may send now, under the claim of that number. */
export interface Claimed<Item extends Sendable> {
  readonly document: Item;
  readonly number: number;
  readonly atMs: number;
  /** When the sink refused it, or a call that it was in; absent: it did not, or the alert was tried otherwise since. */
  readonly refusedAtMs?: number | undefined;
}

/** What taking an alert led to. */
export type Taken<Item extends Sendable> =
  | { readonly kind: 'claimed'; readonly claimed: Claimed<Item> }
  | { readonly kind: 'found'; readonly document: Item; readonly reference: string }
  /** Recorded since the outcomes were last looked at. */
  | { readonly kind: 'reached'; readonly document: Item; readonly outcome: Outcome }
  | { readonly kind: 'rejected'; readonly document: Item; readonly end: ClaimEnd }
  | { readonly kind: 'carried'; readonly document: Item }
  | { readonly kind: 'wait'; readonly document: Item; readonly waitMs: number }
  /** It may have arrived, and the sink did not tell, or was not asked. */
  | { readonly kind: 'untold'; readonly document: Item };

export interface ClaimContext<Item extends Sendable> {
  readonly sink: Sink<Item>;
  readonly deliveries: DeliveryLedger;
  readonly owner: Owner;
  /** Names the work of this owner at hand: the same each time that work is tried again. */
  readonly activityId: string;
  /** Owners whose work was handed to us: they send no more. */
  readonly predecessors: readonly Owner[];
  readonly isOpen: (owner: Owner) => Promise<boolean>;
  readonly signal: AbortSignal;
  /** What is shared with all others who send to this sink from this worker. Absent: there are none. */
  readonly use?: SinkUse | undefined;
  readonly questions?: Questions;
}

/** What asking the sink for alerts that may have arrived has come to, for the questions that wait in line. */
export interface Questions {
  readonly useless: () => boolean;
  readonly failed: (error: LurewatchError) => void;
}

/** A claim older than this is not sent under any more: others may soon count its request as landed. */
const freshMs = 5_000;

export function isFresh({ atMs }: { readonly atMs: number }): boolean {
  return Date.now() - atMs <= freshMs;
}

/** Until then a request under this claim may still arrive: it may have been sent at any time while it was fresh. */
export function mayLandUntilMs({ inFlightMs }: Pick<Sink, 'inFlightMs'>, { atMs }: Pick<Claim, 'atMs'>): number {
  return atMs + freshMs + inFlightMs;
}

/**
 * Whether a call under these claims may make a further request. A worker that stood still may wake up in the middle of
 * a call, when others have long taken its alerts over: its timers need not have run meanwhile, and where a whole machine
 * was suspended, even its clock may be late. So the ledger is asked, and the clock only where it says enough.
 */
export async function stillOurs<Item extends Sendable>(
  { sink, deliveries }: Pick<ClaimContext<Item>, 'sink' | 'deliveries'>,
  call: readonly Claimed<Item>[],
): Promise<boolean> {
  // No call lasts so long after its claims; others begin a little later (`mayLandUntilMs`).
  if (call.some(({ atMs }) => Date.now() - atMs > sink.inFlightMs)) return false;
  return deliveries.areStanding(
    sink.name,
    call.map(({ document: { alertId }, number }) => ({ alertId, number })),
  );
}

/** Alerts that nobody had claimed are ours now; where a claim stands already, it is left for `takeStanding`. */
export interface FirstClaims<Item extends Sendable> {
  readonly claimed: readonly Claimed<Item>[];
  readonly standing: readonly Item[];
}

/** Claims alerts before their first send. A new alert costs one create, and no look at what stands. */
export async function takeFirst<Item extends Sendable>(
  context: ClaimContext<Item>,
  documents: readonly Item[],
): Promise<FirstClaims<Item>> {
  const wanted = documents.map((document) => ({ document, number: 1 }));
  const claims = await claim(context, wanted, Date.now());
  return {
    claimed: claims.filter((claimed) => claimed !== undefined),
    standing: documents.filter((_, index) => claims[index] === undefined),
  };
}

/**
 * The order in which alerts with standing claims have their turn: what may have been sent and had no answer comes last,
 * and before it what the sink refused; of both the one tried least lately first. So an alert that the sink never answers,
 * or always refuses, is in nobody's way.
 */
export async function inOrderOfTurn<Item extends Sendable>(
  { sink, deliveries }: ClaimContext<Item>,
  documents: readonly Item[],
): Promise<readonly Item[]> {
  const turns = await Promise.all(
    documents.map(async (document) => {
      const standing = await deliveries.latestClaim(sink.name, document.alertId);
      return { document, ...turnOf(standing) };
    }),
  );
  return turns
    .sort((left, right) => left.place - right.place || left.triedMs - right.triedMs)
    .map(({ document }) => document);
}

function turnOf(standing: StandingClaim | undefined): { readonly place: number; readonly triedMs: number } {
  if (standing === undefined) return { place: 0, triedMs: 0 };
  const { claim, end } = standing;
  if (end === undefined) return { place: 2, triedMs: claim.atMs };
  return end.why === 'refused' ? { place: 1, triedMs: end.atMs } : { place: 0, triedMs: 0 };
}

/**
 * Takes an alert on which a claim stands: an ended one gives the next number, somebody else's is left while their
 * workflow is open, and one without an end may have been sent, even by ourselves: the sink tells repeats apart, or is
 * asked once the request must have landed.
 */
export async function takeStanding<Item extends Sendable>(
  context: ClaimContext<Item>,
  document: Item,
): Promise<Taken<Item>> {
  for (;;) {
    const standing = await context.deliveries.latestClaim(context.sink.name, document.alertId);
    const next = standing === undefined ? 1 : standing.number + 1;
    const obstacle = standing === undefined ? undefined : await look(context, document, standing);
    if (obstacle !== undefined) return obstacle;
    const [taken] = await claim(context, [{ document, number: next }], Date.now());
    // Undefined: another attempt took that number just now. Look again at what it is doing.
    if (taken === undefined) continue;
    const refusedAtMs = standing?.end?.why === 'refused' ? standing.end.atMs : undefined;
    return { kind: 'claimed', claimed: { ...taken, refusedAtMs } };
  }
}

/** Undefined: a new claim may follow this one. */
async function look<Item extends Sendable>(
  context: ClaimContext<Item>,
  document: Item,
  { claim, end }: StandingClaim,
): Promise<Taken<Item> | undefined> {
  const ours = [context.owner, ...context.predecessors].some((owner) => sameOwner(owner, claim.owner));
  if (end === undefined && !ours && (await context.isOpen(claim.owner))) return { kind: 'carried', document };
  // Nobody sends under that claim any more, and whoever did may have delivered since we last looked.
  const [outcome] = await context.deliveries.outcomes(context.sink.name, [document.alertId]);
  if (outcome !== undefined) return { kind: 'reached', document, outcome };
  if (end !== undefined) {
    const final = sameOwner(context.owner, claim.owner) && end.finalFor === context.activityId;
    return final ? { kind: 'rejected', document, end } : undefined;
  }
  if (context.sink.repeats === 'server') return undefined;
  const waitMs = mayLandUntilMs(context.sink, claim) - Date.now();
  if (waitMs > 0) return { kind: 'wait', document, waitMs };
  return find(context, document);
}

/** Undefined: the sink does not have it. */
async function find<Item extends Sendable>(
  { sink, signal, use, questions }: ClaimContext<Item>,
  document: Item,
): Promise<Taken<Item> | undefined> {
  const ask = async (): Promise<Taken<Item> | undefined> => {
    if (questions?.useless() === true) return { kind: 'untold', document };
    try {
      const reference = await sink.find?.(document, signal);
      return reference === undefined ? undefined : { kind: 'found', document, reference };
    } catch (error) {
      if (questions === undefined || !(error instanceof LurewatchError)) throw error;
      // At once: the next in line has the place before anybody hears of this answer.
      questions.failed(error);
      return { kind: 'untold', document };
    }
  };
  return use === undefined ? ask() : use.call(signal, ask);
}

async function claim<Item extends Sendable>(
  { sink, deliveries, owner }: ClaimContext<Item>,
  wanted: readonly { readonly document: Item; readonly number: number }[],
  atMs: number,
): Promise<readonly (Claimed<Item> | undefined)[]> {
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
