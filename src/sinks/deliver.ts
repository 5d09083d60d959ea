import { isLurewatchError, LurewatchError } from '../errors/lurewatch-error.js';
import type { ClaimEnd, Outcome } from '../ledger/records.js';
import {
  type ClaimContext,
  type Claimed,
  inOrderOfTurn,
  isFresh,
  stillOurs,
  takeFirst,
  takeStanding,
} from './claiming.js';
import type { Fate } from './fate.js';
import { GroupCommit } from './group-commit.js';
import { chunks, inParallel } from './in-parallel.js';
import type { Sendable, SendResult } from './sink.js';

export interface DeliveryReport {
  /** In the order of the documents. */
  readonly fates: readonly Fate[];
  /** Why some are still `open`: the first trouble met. */
  readonly trouble: LurewatchError | undefined;
}

/** So many failures in a row, with nothing delivered between them, are the sink's trouble and not the alerts'. */
const failuresInARow = 3;
/** How many calls' worth of alerts are claimed at once. */
const callsPerRound = 4;

/**
 * Brings alerts to one sink, each exactly once as far as the sink's promise about repeats goes. Stops early when the
 * sink itself is the trouble; whatever is `open` then can be given to this function again, at any time, by anybody.
 */
export async function deliver<Item extends Sendable>(
  context: ClaimContext<Item>,
  documents: readonly Item[],
  onProgress: (done: number) => void = () => undefined,
): Promise<DeliveryReport> {
  const run = new Delivery(context, onProgress);
  const wanted = documents.filter((document) => context.sink.wants(document));
  const known = await context.deliveries.outcomes(
    context.sink.name,
    wanted.map(({ alertId }) => alertId),
  );
  const todo = wanted.filter((document, index) => {
    const outcome = known[index];
    if (outcome === undefined) return true;
    run.fates.set(document.alertId, reachedBefore(context, document.alertId, outcome));
    return false;
  });
  await run.all(todo);
  const fates = documents.map(
    ({ alertId }): Fate =>
      run.fates.get(alertId) ??
      (wanted.some((document) => document.alertId === alertId)
        ? { alertId, kind: 'open' }
        : { alertId, kind: 'reached', reference: '', earlier: false }),
  );
  return { fates, trouble: run.trouble };
}

function reachedBefore(
  context: Pick<ClaimContext<Sendable>, 'owner' | 'predecessors'>,
  alertId: string,
  outcome: Outcome,
): Fate {
  const owners = [context.owner, ...context.predecessors];
  const earlier = !owners.some(
    ({ workflowId, runId }) => workflowId === outcome.owner.workflowId && runId === outcome.owner.runId,
  );
  return { alertId, kind: 'reached', reference: outcome.kind === 'delivered' ? outcome.reference : '', earlier };
}

/** A call that was made. */
type Sent<Item extends Sendable> =
  | { readonly call: readonly Claimed<Item>[]; readonly results: readonly SendResult[] }
  | { readonly call: readonly Claimed<Item>[]; readonly results: undefined; readonly error: unknown };

class Delivery<Item extends Sendable> {
  readonly fates = new Map<string, Fate>();
  trouble: LurewatchError | undefined;
  stopped = false;
  readonly #context: ClaimContext<Item>;
  readonly #onProgress: (done: number) => void;
  readonly #outcomes: GroupCommit<{ alertId: string; outcome: Outcome }>;
  readonly #ends: GroupCommit<{ alertId: string; number: number; end: ClaimEnd }>;
  readonly #recording: Promise<unknown>[] = [];
  readonly #startedMs = Date.now();
  #failures = 0;
  /** Alerts that the sink took in this run. */
  #taken = 0;

  constructor(context: ClaimContext<Item>, onProgress: (done: number) => void) {
    this.#context = context;
    this.#onProgress = onProgress;
    const { deliveries, sink } = context;
    this.#outcomes = new GroupCommit((items) => deliveries.recordOutcomes(sink.name, items));
    this.#ends = new GroupCommit((items) => deliveries.endClaims(sink.name, items));
  }

  /** Ends once everything that the sink answered is recorded. */
  async all(documents: readonly Item[]): Promise<void> {
    try {
      await this.#deliverAll(documents);
    } finally {
      await Promise.allSettled(this.#recording);
    }
    await Promise.all(this.#recording);
  }

  /** First what nobody had in hand before, then what was tried already. */
  async #deliverAll(documents: readonly Item[]): Promise<void> {
    const { untried, tried } = await this.#byClaims(documents);
    for (const some of this.#rounds(untried)) {
      if (this.stopped) return;
      const { claimed, standing } = await takeFirst(this.#context, some);
      tried.push(...standing);
      await this.#send(claimed);
    }
    if (this.stopped || tried.length === 0) return;
    for (const some of this.#rounds(await inOrderOfTurn(this.#context, tried))) {
      if (this.stopped) return;
      await this.#send(await this.#takeAgain(some));
    }
  }

  /** Mostly nothing was tried, and the claim itself tells. A sink that refused was tried, and each claim is a write. */
  async #byClaims(documents: readonly Item[]): Promise<{ readonly untried: readonly Item[]; readonly tried: Item[] }> {
    const { sink, deliveries, use } = this.#context;
    if (use?.refusing !== true) return { untried: documents, tried: [] };
    const alertIds = documents.map(({ alertId }) => alertId);
    const claimed = await deliveries.areClaimed(sink.name, alertIds);
    return {
      untried: documents.filter((_, index) => claimed[index] !== true),
      tried: documents.filter((_, index) => claimed[index] === true),
    };
  }

  /** Alerts that are claimed at once: of few calls, or of a single one until it is known that the sink takes any. */
  *#rounds(documents: readonly Item[]): Generator<readonly Item[]> {
    const { sink, use } = this.#context;
    for (let start = 0; start < documents.length; ) {
      const calls = use?.refusing === true ? 1 : callsPerRound * sink.concurrency;
      const end = start + calls * sink.alertsPerCall;
      yield documents.slice(start, end);
      start = end;
    }
  }

  async #send(claimed: readonly Claimed<Item>[]): Promise<void> {
    const { sink } = this.#context;
    await inParallel(chunks(claimed, sink.alertsPerCall), sink.concurrency, (call) => this.#call(call));
  }

  /** Claims what can be claimed, and notes what became of the others. */
  async #takeAgain(documents: readonly Item[], context = this.#context): Promise<readonly Claimed<Item>[]> {
    const claimed: Claimed<Item>[] = [];
    const questions = { useless: () => this.stopped, failed: (error: LurewatchError) => this.#unanswered(error) };
    const all = await Promise.allSettled(
      documents.map((document) => takeStanding({ ...context, questions }, document)),
    );
    for (const settled of all) {
      if (settled.status === 'rejected') continue;
      const taken = settled.value;
      if (taken.kind === 'claimed') {
        claimed.push(taken.claimed);
        continue;
      }
      if (taken.kind === 'wait') {
        this.#note(this.#stillInFlight(taken.waitMs));
        continue;
      }
      if (taken.kind === 'untold') continue;
      const { alertId } = taken.document;
      if (taken.kind === 'found') await this.#reached(alertId, { reference: taken.reference });
      else if (taken.kind === 'reached') this.#settle(reachedBefore(this.#context, alertId, taken.outcome));
      else if (taken.kind === 'rejected') this.#settle(rejectedFate(alertId, taken.end));
      else this.#settle({ alertId, kind: 'carried' });
    }
    const failed = all.find((settled) => settled.status === 'rejected');
    if (failed === undefined) return claimed;
    // What was claimed beside it would count as sent.
    await Promise.allSettled([this.#endAll(claimed, 'not-sent', 'another alert could not be claimed')]);
    throw failed.reason;
  }

  async #call(wanted: readonly Claimed<Item>[]): Promise<void> {
    const { use, signal } = this.#context;
    const send = () => this.#sendNow(wanted);
    const sent = await (use === undefined ? send() : use.call(signal, send));
    if (sent === undefined) return;
    const { call, results } = sent;
    if (results === undefined) return this.#failed(call, sent.error);
    this.#failures = 0;
    this.#taken += results.filter(({ status }) => status === 'delivered').length;
    if (use !== undefined) use.refusing = false;
    this.#record(Promise.all(call.map((claimed, index) => this.#answered(claimed, results[index]))));
  }

  /**
   * The sink gets the next call while this is made durable: each call's claim stands already, so a crash between the
   * two leaves what a crash before the answer leaves. Where it cannot be made durable, nothing more is sent.
   */
  #record(recording: Promise<unknown>): void {
    recording.catch(() => {
      this.stopped = true;
    });
    this.#recording.push(recording);
  }

  /** With a place at the sink in hand. Undefined: there was nothing to send any more. */
  async #sendNow(wanted: readonly Claimed<Item>[]): Promise<Sent<Item> | undefined> {
    const { sink, signal } = this.#context;
    let call = wanted;
    for (let renewed = false; !this.stopped && !call.every(isFresh); renewed = true) {
      await this.#endAll(call, 'not-sent', 'its turn came too late');
      // They do not wait for a place any more: the next ones would be too old as well, and the ledger keeps each.
      if (renewed) {
        this.#storeIsSlow();
        return undefined;
      }
      // The sink is asked from this very place.
      const documents = call.map(({ document }) => document);
      call = await this.#takeAgain(documents, { ...this.#context, use: undefined });
    }
    if (call.length === 0) return undefined;
    if (this.stopped) {
      await this.#endAll(call, 'not-sent', 'the sink is in trouble');
      return undefined;
    }
    const documents = call.map(({ document }) => document);
    const sent = call;
    try {
      return { call, results: await sink.send(documents, signal, () => this.#mayGoOn(sent)) };
    } catch (error) {
      return { call, results: undefined, error };
    }
  }

  /** What became of the requests before is looked at by whoever claims next, as after any call without an answer. */
  async #mayGoOn(call: readonly Claimed<Item>[]): Promise<void> {
    if (await stillOurs(this.#context, call)) return;
    throw this.#ambiguous('the call stood still for so long that others may send its alerts by now: it was stopped');
  }

  async #sendAgain(call: readonly Claimed<Item>[]): Promise<void> {
    const again = await this.#takeAgain(call.map(({ document }) => document));
    if (again.length > 0) await this.#call(again);
  }

  async #answered({ document, number }: Claimed<Item>, result: SendResult | undefined): Promise<void> {
    const { alertId } = document;
    if (result === undefined) throw new RangeError(`sink ${this.#context.sink.name} gave too few results`);
    if (result.status === 'delivered') return this.#reached(alertId, result);
    await this.#rejected({ alertId, number }, result);
  }

  /** Written first: tried again after a crash, this work answers with it instead of sending once more. */
  async #rejected(
    { alertId, number }: { readonly alertId: string; readonly number: number },
    { reason, code, untouched }: Omit<Extract<SendResult, { status: 'rejected' }>, 'status'>,
  ): Promise<void> {
    const end: ClaimEnd = {
      ...claimEnd('rejected', reason),
      finalFor: this.#context.activityId,
      ...(code === undefined ? {} : { code }),
      ...(untouched === undefined ? {} : { untouched }),
    };
    await this.#ends.add({ alertId, number, end });
    this.#settle(rejectedFate(alertId, end));
  }

  async #failed(call: readonly Claimed<Item>[], error: unknown): Promise<void> {
    if (!(error instanceof LurewatchError)) throw error;
    if (isLurewatchError(error, 'LW_TARGET_REJECTED', 'LW_MISP_REJECTED') && call.length > 1) {
      // One of them spoils the call: halve until it is alone.
      await this.#endAll(call, 'rejected', error.what);
      await this.#sendHalves(call);
    } else if (!error.retryable) {
      await this.#refused(call, error);
    } else if (isLurewatchError(error, 'LW_TARGET_UNAVAILABLE', 'LW_MISP_UNAVAILABLE')) {
      this.#note(error);
      this.#stop();
      await this.#endAll(call, 'unavailable', error.what);
    } else this.#unanswered(error);
  }

  async #sendHalves(call: readonly Claimed<Item>[]): Promise<void> {
    const middle = Math.ceil(call.length / 2);
    await this.#sendAgain(call.slice(0, middle));
    await this.#sendAgain(call.slice(middle));
  }

  /**
   * A refusal means the sink, mostly; or one alert, where something that looks for malware stands before it. Of many alerts
   * one by itself tells. An alert that is refused alone stays for the next run, and is rejected if others are taken there.
   */
  async #refused(call: readonly Claimed<Item>[], error: LurewatchError): Promise<void> {
    const [first, ...others] = call;
    if (first === undefined) return;
    if (others.length > 0) {
      const takenBefore = this.#taken;
      await this.#endAll(call, 'refused', error.what);
      await this.#sendAgain([first]);
      if (this.#taken > takenBefore) return this.#sendHalves(others);
      this.#note(error);
      this.#stop();
      return;
    }
    const { document, number, refusedAtMs = Number.POSITIVE_INFINITY } = first;
    if (this.#taken > 0 && refusedAtMs < this.#startedMs) {
      const reason = `${error.what}: of this alert by itself, again, while others were taken`;
      return this.#rejected({ alertId: document.alertId, number }, { reason });
    }
    this.#note(error);
    this.#failures += 1;
    if (this.#taken === 0 || this.#failures >= failuresInARow) this.#stop();
    await this.#endAll(call, 'refused', error.what);
  }

  /** A call, or a question, after which nobody knows, or the sink asked for a pause. */
  #unanswered(error: LurewatchError): void {
    this.#note(error);
    this.#failures += 1;
    if (!error.retryable) this.#stop();
    else if (this.#failures >= failuresInARow || error.retryAfterMs !== undefined) this.stopped = true;
  }

  #storeIsSlow(): void {
    const what = 'what has to be written before an alert is sent takes the store longer than 5 s';
    this.#note(new LurewatchError('LW_STORE_UNAVAILABLE', what, { where: 'store' }));
    this.stopped = true;
  }

  /** Nothing of the call was carried out, and nothing would be of any other. */
  #stop(): void {
    this.stopped = true;
    const { use } = this.#context;
    if (use !== undefined) use.refusing = true;
  }

  async #reached(
    alertId: string,
    { reference, warnings = [], action }: Omit<Extract<SendResult, { status: 'delivered' }>, 'status'>,
  ): Promise<void> {
    const { owner } = this.#context;
    const outcome: Outcome = {
      version: 1,
      kind: 'delivered',
      reference,
      warnings: warnings.map(({ reason }) => reason),
      ...(warnings.length === 0 ? {} : { warningCodes: warnings.map(({ code }) => code) }),
      ...(action === undefined ? {} : { action }),
      owner,
      atMs: Date.now(),
    };
    await this.#outcomes.add({ alertId, outcome });
    this.#settle({ alertId, kind: 'reached', reference, earlier: false });
  }

  async #endAll(call: readonly Claimed<Item>[], why: ClaimEnd['why'], reason: string): Promise<void> {
    const end = claimEnd(why, reason);
    await Promise.all(call.map(({ document, number }) => this.#ends.add({ alertId: document.alertId, number, end })));
  }

  #settle(fate: Fate): void {
    this.fates.set(fate.alertId, fate);
    this.#onProgress(this.fates.size);
  }

  /** Keeps the trouble that matters most: one that no retry mends, else the longest pause asked for. */
  #note(error: LurewatchError): void {
    const known = this.trouble;
    const worse =
      known === undefined ||
      (known.retryable && (!error.retryable || (error.retryAfterMs ?? 0) > (known.retryAfterMs ?? 0)));
    if (worse) this.trouble = error;
  }

  #stillInFlight(waitMs: number): LurewatchError {
    return this.#ambiguous('an earlier request may still be in flight', waitMs);
  }

  #ambiguous(what: string, retryAfterMs?: number): LurewatchError {
    const where = this.#context.sink.name;
    return new LurewatchError(where === 'misp' ? 'LW_MISP_AMBIGUOUS' : 'LW_TARGET_AMBIGUOUS', what, {
      where,
      retryAfterMs,
    });
  }
}

function rejectedFate(alertId: string, { reason, code }: Pick<ClaimEnd, 'reason' | 'code'>): Fate {
  return { alertId, kind: 'rejected', reason, ...(code === undefined ? {} : { code }) };
}

function claimEnd(why: ClaimEnd['why'], reason: string): ClaimEnd {
  return { version: 1, why, reason, atMs: Date.now() };
}
