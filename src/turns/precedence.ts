import { type EventLoopUtilization, performance } from 'node:perf_hooks';

/** What was done so long ago counts half: a flood is known for what it is for as long as it lasts, and not much longer. */
const halfLifeMs = 10_000;
/** Between two of its requests a mailbox computes, or waits for another server. */
const pauseMs = 150;
/** A request that takes longer hangs, and keeps nobody from anything. */
const requestMs = 2000;
/** Who had less than this part of what another had goes before it. */
const lightShare = 0.5;
/** Share of the time that the event loop works, from which on whoever is served keeps others waiting. */
const busyShare = 0.7;
const sampleMs = 50;
/** How much of what was known of the loop a sample changes: what is given out of it changes what it will be. */
const newsShare = 0.3;

/** Decides who is to leave some of it to others. */
export interface Shares {
  /** From when `name` asks for a piece of work. @returns to be called when it has ended */
  enter(name: string): () => void;
  /** The part of it that `name` may take; 1: all. */
  share(name: string): number;
}

/** What a mailbox, or a feed, had of this process. */
interface Served {
  /** Pieces of work, the older ones for less. */
  amount: number;
  countedAtMs: number;
  underWay: number;
  lastAtMs: number;
}

/**
 * Whoever had little goes before whoever had much, while there is not enough for both: else a mailbox of ten mails waits
 * at each of a hundred steps behind a flooded one, whose requests keep the one event loop busy. The flooded one may take
 * as much as leaves the loop some time: where a worker has time to spare nobody is held back.
 */
export class Precedence implements Shares {
  readonly #spare: () => number;
  readonly #nowMs: () => number;
  readonly #served = new Map<string, Served>();

  /** @param spare what is left to give without taking it from others, from 0 to 1 */
  constructor(spare: () => number = spareTime(), nowMs: () => number = () => performance.now()) {
    this.#spare = spare;
    this.#nowMs = nowMs;
  }

  /** From when `name` asks for a piece of work. @returns to be called when it has ended */
  enter(name: string): () => void {
    const now = this.#nowMs();
    const served = this.#upToDate(name, now);
    served.underWay += 1;
    served.lastAtMs = now;
    return () => {
      served.underWay -= 1;
      served.amount += 1;
      served.lastAtMs = this.#nowMs();
    };
  }

  share(name: string): number {
    if (this.#served.size < 2) return 1;
    const now = this.#nowMs();
    const { amount } = this.#upToDate(name, now);
    for (const [other, served] of this.#served) {
      const quietMs = now - served.lastAtMs;
      if (other === name || quietMs > (served.underWay === 0 ? pauseMs : requestMs)) continue;
      if (this.#upToDate(other, now).amount < lightShare * amount) return this.#spare();
    }
    return 1;
  }

  #upToDate(name: string, now: number): Served {
    const served = this.#served.get(name) ?? { amount: 0, countedAtMs: now, underWay: 0, lastAtMs: now };
    this.#served.set(name, served);
    served.amount *= 0.5 ** ((now - served.countedAtMs) / halfLifeMs);
    served.countedAtMs = now;
    return served;
  }
}

/** Of the event loop: none where it works for most of the time. */
function spareTime(): () => number {
  let sampledAtMs = performance.now();
  let since: EventLoopUtilization = performance.eventLoopUtilization();
  let busy = 0;
  return () => {
    const now = performance.now();
    if (now - sampledAtMs >= sampleMs) {
      busy += newsShare * (performance.eventLoopUtilization(since).utilization - busy);
      since = performance.eventLoopUtilization();
      sampledAtMs = now;
    }
    return Math.max(0, 1 - busy / busyShare);
  };
}

/** Of the one event loop that all of a process share. */
export const ofThisProcess = new Precedence();
