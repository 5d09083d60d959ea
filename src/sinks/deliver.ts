import type { AlertDocument } from '../alerts/types.js';
import { isLurewatchError, LurewatchError } from '../errors/lurewatch-error.js';
import type { ClaimEnd, Outcome } from '../ledger/records.js';
import { type ClaimContext, type Claimed, inOrderOfTurn, takeFirst, takeStanding } from './claiming.js';
import type { Fate } from './fate.js';
import { GroupCommit } from './group-commit.js';
import { chunks, inParallel } from './in-parallel.js';
import type { SendResult } from './sink.js';

export interface DeliveryReport {
  /** In the order of the documents. */
  readonly fates: readonly Fate[];
  /** Why some are still `open`: the first trouble met. */
  readonly trouble: LurewatchError | undefined;
}

/** A claim older than this is not sent under any more: others may already count its request as landed. */
const freshMs = 5_000;
/** So many failures in a row, with nothing delivered between them, are the sink's trouble and not the alerts'. */
const failuresInARow = 3;
/** How many calls' worth of alerts are claimed at once. */
const callsPerRound = 4;

/**
 * Brings alerts to one sink, each exactly once as far as the sink's promise about repeats goes. Stops early when the
 * sink itself is the trouble; whatever is `open` then can be given to this function again, at any time, by anybody.
 */
export async function deliver(
  context: ClaimContext,
  documents: readonly AlertDocument[],
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

function reachedBefore(context: ClaimContext, alertId: string, outcome: Outcome): Fate {
  const owners = [context.owner, ...context.predecessors];
  const earlier = !owners.some(
    ({ workflowId, runId }) => workflowId === outcome.owner.workflowId && runId === outcome.owner.runId,
  );
  return { alertId, kind: 'reached', reference: outcome.kind === 'delivered' ? outcome.reference : '', earlier };
}

class Delivery {
  readonly fates = new Map<string, Fate>();
  trouble: LurewatchError | undefined;
  stopped = false;
  readonly #context: ClaimContext;
  readonly #onProgress: (done: number) => void;
  readonly #outcomes: GroupCommit<{ alertId: string; outcome: Outcome }>;
  readonly #ends: GroupCommit<{ alertId: string; number: number; end: ClaimEnd }>;
  #failures = 0;

  constructor(context: ClaimContext, onProgress: (done: number) => void) {
    this.#context = context;
    this.#onProgress = onProgress;
    const { deliveries, sink } = context;
    this.#outcomes = new GroupCommit((items) => deliveries.recordOutcomes(sink.name, items));
    this.#ends = new GroupCommit((items) => deliveries.endClaims(sink.name, items));
  }

  /** First what nobody had in hand before, then what was tried already. */
  async all(documents: readonly AlertDocument[]): Promise<void> {
    const { sink } = this.#context;
    const perRound = callsPerRound * sink.concurrency * sink.alertsPerCall;
    const tried: AlertDocument[] = [];
    for (const some of chunks(documents, perRound)) {
      if (this.stopped) return;
      const { claimed, standing } = await takeFirst(this.#context, some);
      tried.push(...standing);
      await this.#send(claimed);
    }
    if (this.stopped || tried.length === 0) return;
    for (const some of chunks(await inOrderOfTurn(this.#context, tried), perRound)) {
      if (!this.stopped) await this.#send(await this.#takeAgain(some));
    }
  }

  async #send(claimed: readonly Claimed[]): Promise<void> {
    const { sink } = this.#context;
    await inParallel(chunks(claimed, sink.alertsPerCall), sink.concurrency, (call) => this.#call(call));
  }

  /** Claims what can be claimed, and notes what became of the others. */
  async #takeAgain(documents: readonly AlertDocument[]): Promise<readonly Claimed[]> {
    const claimed: Claimed[] = [];
    const all = await Promise.all(documents.map((document) => takeStanding(this.#context, document)));
    for (const taken of all) {
      if (taken.kind === 'claimed') {
        claimed.push(taken.claimed);
        continue;
      }
      if (taken.kind === 'wait') {
        this.#note(this.#stillInFlight(taken.waitMs));
        continue;
      }
      const { alertId } = taken.document;
      if (taken.kind === 'found') await this.#reached(alertId, taken.reference, []);
      else if (taken.kind === 'reached') this.#settle(reachedBefore(this.#context, alertId, taken.outcome));
      else if (taken.kind === 'rejected') this.#settle({ alertId, kind: 'rejected', reason: taken.reason });
      else this.#settle({ alertId, kind: 'carried' });
    }
    return claimed;
  }

  async #call(call: readonly Claimed[]): Promise<void> {
    const stale = call.some(({ atMs }) => Date.now() - atMs > freshMs);
    if (this.stopped || stale) {
      await this.#endAll(call, 'not-sent', stale ? 'its turn came too late' : 'the sink is in trouble');
      if (!this.stopped) await this.#sendAgain(call);
      return;
    }
    let results: readonly SendResult[];
    try {
      results = await this.#context.sink.send(
        call.map(({ document }) => document),
        this.#context.signal,
      );
    } catch (error) {
      await this.#failed(call, error);
      return;
    }
    this.#failures = 0;
    await Promise.all(call.map((claimed, index) => this.#answered(claimed, results[index])));
  }

  async #sendAgain(call: readonly Claimed[]): Promise<void> {
    const again = await this.#takeAgain(call.map(({ document }) => document));
    if (again.length > 0) await this.#call(again);
  }

  async #answered({ document, number }: Claimed, result: SendResult | undefined): Promise<void> {
    const { alertId } = document;
    if (result === undefined) throw new RangeError(`sink ${this.#context.sink.name} gave too few results`);
    if (result.status === 'delivered') return this.#reached(alertId, result.reference, result.warnings ?? []);
    // Written first: tried again after a crash, this work answers with it instead of sending once more.
    const end = { ...claimEnd('rejected', result.reason), finalFor: this.#context.activityId };
    await this.#ends.add({ alertId, number, end });
    this.#settle({ alertId, kind: 'rejected', reason: result.reason });
  }

  async #failed(call: readonly Claimed[], error: unknown): Promise<void> {
    if (!(error instanceof LurewatchError)) throw error;
    if (isLurewatchError(error, 'LW_TARGET_REJECTED', 'LW_MISP_REJECTED') && call.length > 1) {
      // One of them spoils the call: halve until it is alone.
      await this.#endAll(call, 'rejected', error.what);
      const middle = Math.ceil(call.length / 2);
      await this.#sendAgain(call.slice(0, middle));
      await this.#sendAgain(call.slice(middle));
      return;
    }
    this.#note(error);
    this.#failures += 1;
    const asksForPause = error.retryAfterMs !== undefined;
    if (!error.retryable) {
      this.stopped = true;
      await this.#endAll(call, 'refused', error.what);
    } else if (isLurewatchError(error, 'LW_TARGET_UNAVAILABLE', 'LW_MISP_UNAVAILABLE')) {
      this.stopped = true;
      await this.#endAll(call, 'unavailable', error.what);
    } else if (this.#failures >= failuresInARow || asksForPause) {
      this.stopped = true;
    }
  }

  async #reached(alertId: string, reference: string, warnings: readonly string[]): Promise<void> {
    const { owner } = this.#context;
    const outcome: Outcome = {
      version: 1,
      kind: 'delivered',
      reference,
      warnings: [...warnings],
      owner,
      atMs: Date.now(),
    };
    await this.#outcomes.add({ alertId, outcome });
    this.#settle({ alertId, kind: 'reached', reference, earlier: false });
  }

  async #endAll(call: readonly Claimed[], why: ClaimEnd['why'], reason: string): Promise<void> {
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
    const code = this.#context.sink.name === 'misp' ? 'LW_MISP_AMBIGUOUS' : 'LW_TARGET_AMBIGUOUS';
    return new LurewatchError(code, 'an earlier request may still be in flight', {
      where: this.#context.sink.name,
      retryAfterMs: waitMs,
    });
  }
}

function claimEnd(why: ClaimEnd['why'], reason: string): ClaimEnd {
  return { version: 1, why, reason, atMs: Date.now() };
}
