import { condition, isCancellation, patched } from '@temporalio/workflow';
import { messageActivities } from './activities.js';
import { asBatchFailure } from './failures.js';
import { mailGoesOn } from './gone-sink.js';
import { atSink, neverBegan } from './routes.js';
import type {
  Decision,
  DeliverMessageInput,
  DeliverMessageResult,
  DiscardReport,
  HeldSink,
  OpenSink,
  SinkState,
} from './types.js';

type Verdict = 'retry' | 'discard';

const shortestPauseMs = 60_000;
const longestPauseMs = 15 * 60_000;
/** For a worker that takes what is for the sink. Then a person can decide; and it is tried again by itself. */
const longestWaitMs = 60 * 60_000;
/** Where none took it the last time: meanwhile nobody can decide. */
const laterWaitMs = 60_000;
/** Of a reason that a list shows; all of it stands in the state. */
const mostReason = 500;

/** One sink that one message has still to reach. */
export class SinkDelivery {
  readonly #input: DeliverMessageInput;
  readonly #sink: string;
  readonly #changed: () => void;
  #state: SinkState['state'];
  #detail: string;
  #verdict: { readonly kind: Verdict; readonly decision: Decision } | undefined;
  /** Who had it tried again and why, until the next attempt has written that down. */
  #retriedBy: (Pick<Decision, 'who' | 'why'> & { readonly atMs: number }) | undefined;
  #heldSinceMs = Date.now();
  #pauses = 0;
  #gone = false;
  /** True: the last attempt found no worker. */
  #withoutWorker = false;
  /** What the sink asked for before the message came here. */
  #notBeforeMs: number | undefined;

  constructor(input: DeliverMessageInput, open: OpenSink, changed: () => void) {
    const { sink, rejected, notBeforeMs = 0, heldSinceMs = Date.now() } = open;
    this.#input = input;
    this.#sink = sink;
    this.#changed = changed;
    if (rejected !== undefined) {
      this.#state = 'held';
      this.#detail = rejected;
      this.#heldSinceMs = heldSinceMs;
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

  /** It was given up, and is not in the configuration any more. */
  get gone(): boolean {
    return this.#gone;
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

  waitsFor({ sinks }: Decision): boolean {
    return this.waitsForDecision && (sinks === undefined || sinks.includes(this.#sink));
  }

  decide(kind: Verdict, decision: Decision): void {
    if (this.waitsFor(decision)) this.#verdict = { kind, decision };
  }

  /** For a list of what is held; none where it is not. */
  heldSink(): readonly HeldSink[] {
    if (!this.held) return [];
    return [{ sink: this.#sink, reason: this.#detail.slice(0, mostReason), sinceMs: this.#heldSinceMs }];
  }

  state(): SinkState {
    // Who discards is answered before it is begun.
    if (this.#verdict?.kind === 'discard') {
      const { who, why } = this.#verdict.decision;
      return { sink: this.#sink, state: 'discarding', detail: `by ${who}: ${why}` };
    }
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
        ...(this.held ? { rejected: this.#detail, heldSinceMs: this.#heldSinceMs } : {}),
        ...(this.#state === 'waiting' && notBeforeMs !== undefined ? { notBeforeMs } : {}),
      },
    ];
  }

  async #attempt(): Promise<void> {
    const { mailbox, alertId, predecessors } = this.#input;
    const sink = this.#sink;
    const summary = `${mailbox}: alert ${alertId} to ${sink}`;
    const route = { ...atSink(sink), scheduleToStartTimeout: this.#withoutWorker ? laterWaitMs : longestWaitMs };
    const decision = this.#retriedBy;
    this.#retriedBy = undefined;
    try {
      const result = await messageActivities.deliverAlert.executeWithOptions({ summary, ...route }, [
        { mailbox, sink, alertId, predecessors, ...(decision === undefined ? {} : { decision }) },
      ]);
      this.#withoutWorker = false;
      if (result.kind === 'reached') this.#enter('delivered', result.reference);
      else if (result.kind === 'rejected') this.#enter('held', result.reason);
      else this.#enter('waiting', result.message);
    } catch (error) {
      if (isCancellation(error)) throw error;
      // Without the mark it went to a worker of the time before there were queues, which holds what fails.
      this.#withoutWorker = neverBegan(error) && patched('waits-for-a-worker');
      if (this.#withoutWorker) {
        this.#retriedBy = decision;
        await this.#lookWhy();
        return;
      }
      // What no retry mends: the target is gone from the configuration, the store is damaged. A person decides.
      this.#enter('held', asBatchFailure(error).message);
    }
  }

  /** Nobody works for the sink: for now, or since it is gone from the configuration, which those who read mail know. */
  async #lookWhy(): Promise<void> {
    const { mailbox, alertId } = this.#input;
    const sink = this.#sink;
    const summary = `${mailbox}: how far alert ${alertId} came at ${sink}`;
    try {
      const [fate] = await messageActivities.readFates.executeWithOptions({ summary }, [{ sink, alertIds: [alertId] }]);
      if (fate?.kind === 'reached') this.#enter('delivered', fate.reference);
      else this.#enter('waiting', nobodyBegan(sink));
    } catch (error) {
      if (isCancellation(error)) throw error;
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
    else if (verdict?.kind === 'retry') this.#retry(verdict.decision);
    else this.#enter('delivering', '');
  }

  #nextPauseMs(): number {
    const notBeforeMs = this.#notBeforeMs;
    this.#notBeforeMs = undefined;
    if (notBeforeMs !== undefined) return Math.max(0, notBeforeMs - Date.now());
    return Math.min(shortestPauseMs * 2 ** this.#pauses++, longestPauseMs);
  }

  #retry({ who, why }: Decision): void {
    this.#retriedBy = { who, why, atMs: Date.now() };
    this.#enter('delivering', `retried by ${who}: ${why}`);
  }

  async #discard({ who, why }: Decision): Promise<void> {
    const { mailbox, alertId } = this.#input;
    const summary = `${mailbox}: discard alert ${alertId} for ${this.#sink}`;
    // Another decision now would be accepted and lost.
    this.#enter('discarding', `by ${who}: ${why}`);
    const decision = { sink: this.#sink, alertId, who, why };
    // A worker of an earlier release answers nothing.
    const report: DiscardReport | undefined = await messageActivities.discardAlert.executeWithOptions({ summary }, [
      decision,
    ]);
    this.#gone = report?.gone === true;
    const goesOn = this.#gone ? ` (${this.#sink} is not configured any more: ${mailGoesOn})` : '';
    this.#enter('discarded', `discarded by ${who}: ${why}${goesOn}`);
  }

  #enter(state: SinkState['state'], detail: string): void {
    this.#state = state;
    this.#detail = detail;
    if (state === 'held') this.#heldSinceMs = Date.now();
    this.#changed();
  }
}

function nobodyBegan(sink: string): string {
  return `no worker took it in time: does one run for ${sink} (\`lurewatch worker --only ${sink}\`)?`;
}
