import type { Metrics } from './metrics.js';

/** So that several scrapers, and many workers, are no load for Temporal. */
const answerForMs = 30_000;

/** Sets the gauge of held alerts from Temporal's count. What cannot be counted now is not told at all. */
export class HeldGauge {
  readonly #gauge: Metrics['mailboxes']['held'];
  readonly #count: () => Promise<ReadonlyMap<string, number>>;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  readonly #patienceMs: number;
  #asking: Promise<void> = Promise.resolve();
  #isAsking = false;

  constructor({ mailboxes }: Metrics, count: () => Promise<ReadonlyMap<string, number>>, patienceMs = 5_000) {
    this.#patienceMs = patienceMs;
    this.#gauge = mailboxes.held;
    this.#count = count;
  }

  /** To be called before the metrics are told. A Temporal that hangs does not keep them waiting. */
  async refresh(): Promise<void> {
    if (!this.#isAsking && Date.now() - this.#askedAtMs > answerForMs) {
      this.#askedAtMs = Date.now();
      this.#isAsking = true;
      this.#asking = this.#ask();
    }
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#patienceMs);
    });
    await Promise.race([this.#asking, patience]).finally(() => clearTimeout(timer));
    // What it said before may be wrong by now.
    if (this.#isAsking) this.#gauge.reset();
  }

  async #ask(): Promise<void> {
    try {
      for (const [mailbox, held] of await this.#count()) this.#gauge.set({ mailbox }, held);
    } catch {
      this.#gauge.reset();
    } finally {
      this.#isAsking = false;
    }
  }
}
