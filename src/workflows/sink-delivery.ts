import { condition, isCancellation } from '@temporalio/workflow';
import { messageActivities } from './activities.js';
import { asBatchFailure } from './failures.js';
import type { Decision, DeliverMessageInput, DeliverMessageResult, OpenSink, SinkState } from './types.js';

type Verdict = 'retry' | 'discard';

const shortestPauseMs = 60_000;
const longestPauseMs = 15 * 60_000;

/** One sink that one message has still to reach. */
export class SinkDelivery {
  readonly #input: DeliverMessageInput;
  readonly #sink: string;
  readonly #changed: () => void;
  #state: SinkState['state'];
  #detail: string;
  #verdict: { readonly kind: Verdict; readonly decision: Decision } | undefined;
  #pauses = 0;
  /** What the sink asked for before the message came here. */
  #notBeforeMs: number | undefined;

  constructor(input: DeliverMessageInput, { sink, rejected, notBeforeMs = 0 }: OpenSink, changed: () => void) {
    this.#input = input;
    this.#sink = sink;
    this.#changed = changed;
    if (rejected !== undefined) {
      this.#state = 'held';
      this.#detail = rejected;
    } else if (notBeforeMs > Date.now()) {
      this.#state = 'waiting';
      this.#detail = `not before ${new Date(notBeforeMs).toISOString()}`;
      this.#notBeforeMs = notBeforeMs;
    } else {
      this.#state = 'delivering';
      this.#detail = '';
    }
  }

  get held(): boolean {
    return this.#state === 'held';
  }

  get done(): boolean {
    return this.#state === 'delivered' || this.#state === 'discarded';
  }

  get waitsForDecision(): boolean {
    return (this.#state === 'held' || this.#state === 'waiting') && this.#verdict === undefined;
  }

  /** True between activities: a continue-as-new interrupts nothing. */
  get resting(): boolean {
    return this.done || this.waitsForDecision;
  }

  async run(): Promise<void> {
    while (!this.done) {
      if (this.#state === 'delivering') await this.#attempt();
      else await this.#wait();
    }
  }

  decide(kind: Verdict, decision: Decision): void {
    if (this.waitsForDecision) this.#verdict = { kind, decision };
  }

  state(): SinkState {
    return { sink: this.#sink, state: this.#state, detail: this.#detail };
  }

  describe(): string {
    return `${this.#sink} is ${this.#state}`;
  }

  result(): DeliverMessageResult['sinks'][number] {
    return { sink: this.#sink, end: this.#state === 'discarded' ? 'discarded' : 'delivered', reference: this.#detail };
  }

  /** For a run that continues this one. */
  left(): readonly OpenSink[] {
    if (this.done) return [];
    const notBeforeMs = this.#notBeforeMs;
    return [
      {
        sink: this.#sink,
        ...(this.held ? { rejected: this.#detail } : {}),
        ...(this.#state === 'waiting' && notBeforeMs !== undefined ? { notBeforeMs } : {}),
      },
    ];
  }

  async #attempt(): Promise<void> {
    const { mailbox, alertId, predecessors } = this.#input;
    const sink = this.#sink;
    const summary = `${mailbox}: alert ${alertId} to ${sink}`;
    try {
      const result = await messageActivities.deliverAlert.executeWithOptions({ summary }, [
        { mailbox, sink, alertId, predecessors },
      ]);
      if (result.kind === 'reached') this.#enter('delivered', result.reference);
      else if (result.kind === 'rejected') this.#enter('held', result.reason);
      else this.#enter('waiting', result.message);
    } catch (error) {
      if (isCancellation(error)) throw error;
      // What no retry mends: the target is gone from the configuration, the store is damaged. A person decides.
      this.#enter('held', asBatchFailure(error).message);
    }
  }

  /** A held sink waits for a person; one that refuses everybody, or asked for a pause, is tried again by itself too. */
  async #wait(): Promise<void> {
    const decided = () => this.#verdict !== undefined;
    if (this.#state === 'held') await condition(decided);
    else await condition(decided, this.#nextPauseMs());
    const verdict = this.#verdict;
    this.#verdict = undefined;
    if (verdict?.kind === 'discard') await this.#discard(verdict.decision);
    else
      this.#enter(
        'delivering',
        verdict === undefined ? '' : `retried by ${verdict.decision.who}: ${verdict.decision.why}`,
      );
  }

  #nextPauseMs(): number {
    const notBeforeMs = this.#notBeforeMs;
    this.#notBeforeMs = undefined;
    if (notBeforeMs !== undefined) return Math.max(0, notBeforeMs - Date.now());
    return Math.min(shortestPauseMs * 2 ** this.#pauses++, longestPauseMs);
  }

  async #discard({ who, why }: Decision): Promise<void> {
    const { mailbox, alertId } = this.#input;
    const summary = `${mailbox}: discard alert ${alertId} for ${this.#sink}`;
    // Another decision now would be accepted and lost.
    this.#enter('discarding', `by ${who}: ${why}`);
    await messageActivities.discardAlert.executeWithOptions({ summary }, [{ sink: this.#sink, alertId, who, why }]);
    this.#enter('discarded', `discarded by ${who}: ${why}`);
  }

  #enter(state: SinkState['state'], detail: string): void {
    this.#state = state;
    this.#detail = detail;
    this.#changed();
  }
}
