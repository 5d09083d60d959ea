import { setTimeout as pause } from 'node:timers/promises';

/** What became of the last poll that was asked for. */
export type Asked = 'asked' | 'paused' | 'unscheduled';

export interface AskerOptions {
  /** `running`: it is asked again until that poll has ended. */
  readonly ask: () => Promise<Asked | 'running'>;
  readonly onAsked: (asked: Asked) => void;
  /** It is tried again. */
  readonly onTrouble: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/** Mails come in bursts: however many, one poll takes all that are there. */
const apartMs = 1_000;
const whileRunningMs = 2_000;
const againAfterMs = 5_000;

/** Asks for polls, one after the other and never more often than every second. */
export class PollAsker {
  readonly #options: AskerOptions;
  #wanted = false;
  #asking: Promise<void> | undefined;

  constructor(options: AskerOptions) {
    this.#options = options;
  }

  /** There is something to poll for. */
  want(): void {
    this.#wanted = true;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
  }

  /** Ends once nothing is asked any more. */
  async ended(): Promise<void> {
    await this.#asking;
  }

  async #ask(): Promise<void> {
    const { ask, onAsked, onTrouble, signal } = this.#options;
    while (this.#wanted && !signal.aborted) {
      this.#wanted = false;
      try {
        const asked = await ask();
        if (asked === 'running') this.#wanted = true;
        else onAsked(asked);
        const waitMs = asked === 'running' ? whileRunningMs : apartMs;
        await pause(waitMs, undefined, { signal }).catch(() => undefined);
      } catch (error) {
        this.#wanted = true;
        onTrouble(error);
        await pause(againAfterMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}
