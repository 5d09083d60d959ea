import type { Store } from '../store/store.js';
import { keys } from './keys.js';
import { createRecords, readRecords, recordsExist } from './record-set.js';
import {
  type Claim,
  type ClaimEnd,
  claimEndSchema,
  claimSchema,
  type Outcome,
  type Owner,
  outcomeSchema,
  type Retry,
  retrySchema,
} from './records.js';

/** A claim on an alert at a sink: the latest, where nothing else is said. */
export interface StandingClaim {
  readonly number: number;
  readonly claim: Claim;
  /** Undefined: its send may have arrived. */
  readonly end: ClaimEnd | undefined;
}

/** What is known of each alert at each sink: numbered claims, their ends, and one outcome. */
export class DeliveryLedger {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async outcomes(sink: string, alertIds: readonly string[]): Promise<readonly (Outcome | undefined)[]> {
    return readRecords(
      this.#store,
      outcomeSchema,
      alertIds.map((alertId) => keys.outcome(sink, alertId)),
    );
  }

  /** Whether there is an outcome, in the order given: one that is damaged was recorded, too. */
  async reached(sink: string, alertIds: readonly string[]): Promise<readonly boolean[]> {
    return recordsExist(
      this.#store,
      alertIds.map((alertId) => keys.outcome(sink, alertId)),
    );
  }

  /** Creates claims; false where that number is taken already. */
  async claim(
    sink: string,
    wanted: readonly { readonly alertId: string; readonly number: number }[],
    owner: Owner,
    atMs: number,
  ): Promise<readonly boolean[]> {
    const record: Claim = { version: 1, owner, atMs };
    return createRecords(
      this.#store,
      wanted.map(({ alertId, number }) => ({ key: keys.claim(sink, alertId, number), record })),
    );
  }

  /** Whether anybody ever claimed them, so many times, in the order given. */
  async areClaimed(sink: string, alertIds: readonly string[], times = 1): Promise<readonly boolean[]> {
    return recordsExist(
      this.#store,
      alertIds.map((alertId) => keys.claim(sink, alertId, times)),
    );
  }

  /** Whether these claims are all without an end, and the latest. */
  async areStanding(
    sink: string,
    claims: readonly { readonly alertId: string; readonly number: number }[],
  ): Promise<boolean> {
    const after = claims.flatMap(({ alertId, number }) => [
      keys.claim(sink, alertId, number + 1),
      keys.claimEnd(sink, alertId, number),
    ]);
    return !(await recordsExist(this.#store, after)).includes(true);
  }

  async endClaims(
    sink: string,
    ended: readonly { readonly alertId: string; readonly number: number; readonly end: ClaimEnd }[],
  ): Promise<void> {
    await createRecords(
      this.#store,
      ended.map(({ alertId, number, end }) => ({ key: keys.claimEnd(sink, alertId, number), record: end })),
    );
  }

  /** The first outcome stands for ever; a second one for the same alert is ignored. */
  async recordOutcomes(
    sink: string,
    outcomes: readonly { readonly alertId: string; readonly outcome: Outcome }[],
  ): Promise<void> {
    await createRecords(
      this.#store,
      outcomes.map(({ alertId, outcome }) => ({ key: keys.outcome(sink, alertId), record: outcome })),
    );
  }

  /** Whose decision it was to try an alert again. Once more with the same time and workflow is no other record. */
  async recordRetry(sink: string, alertId: string, retry: Retry): Promise<void> {
    const key = keys.retry(sink, alertId, retry.atMs, retry.owner.workflowId);
    await createRecords(this.#store, [{ key, record: retry }]);
  }

  /** In the order in which they were decided. */
  async retries(sink: string, alertId: string): Promise<readonly Retry[]> {
    const found = await this.#store.list(keys.retriesOf(sink, alertId));
    return (await readRecords(this.#store, retrySchema, found)).filter((retry) => retry !== undefined);
  }

  /** The claim with the highest number; undefined where there is none. */
  async latestClaim(sink: string, alertId: string): Promise<StandingClaim | undefined> {
    // Numbers have no gaps: gallop to the first that is missing, then halve.
    let known = 0;
    let missing = 1;
    while (await this.#claimAt(sink, alertId, missing)) {
      known = missing;
      missing *= 2;
    }
    while (missing - known > 1) {
      const middle = Math.floor((known + missing) / 2);
      if (await this.#claimAt(sink, alertId, middle)) known = middle;
      else missing = middle;
    }
    const claim = known === 0 ? undefined : await this.#claimAt(sink, alertId, known);
    if (claim === undefined) return undefined;
    const [end] = await readRecords(this.#store, claimEndSchema, [keys.claimEnd(sink, alertId, known)]);
    return { number: known, claim, end };
  }

  /** All claims without an end, the latest included: what was sent under them may have arrived, or may still. */
  async openClaims(sink: string, alertId: string): Promise<readonly StandingClaim[]> {
    return (await this.allClaims(sink, alertId)).filter(({ end }) => end === undefined);
  }

  /** In the order in which they were made. */
  async allClaims(sink: string, alertId: string): Promise<readonly StandingClaim[]> {
    const latest = await this.latestClaim(sink, alertId);
    const numbers = Array.from({ length: latest?.number ?? 0 }, (_, index) => index + 1);
    const claims = await readRecords(
      this.#store,
      claimSchema,
      numbers.map((number) => keys.claim(sink, alertId, number)),
    );
    const ends = await readRecords(
      this.#store,
      claimEndSchema,
      numbers.map((number) => keys.claimEnd(sink, alertId, number)),
    );
    return numbers.flatMap((number, index) => {
      const claim = claims[index];
      return claim === undefined ? [] : [{ number, claim, end: ends[index] }];
    });
  }

  async #claimAt(sink: string, alertId: string, number: number): Promise<Claim | undefined> {
    const [claim] = await readRecords(this.#store, claimSchema, [keys.claim(sink, alertId, number)]);
    return claim;
  }
}
