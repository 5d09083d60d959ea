import { whoAsks } from './on-behalf-of.js';
import type { Shares } from './precedence.js';

/** How long whoever is held back waits until it is looked whether he still is. */
const lookAgainMs = 50;

/**
 * So many at a time. Mailboxes that wait take turns, and the callers of each among themselves, whatever each has to do: a
 * batch of ten is not kept waiting by all the requests of those before it. What one caller wants for a mailbox is done in
 * the order in which it came. With a precedence, a mailbox that had much of late leaves places to one that had little, while
 * there is not enough for both.
 */
export class Places {
  readonly #places: number;
  readonly #precedence: Shares | undefined;
  #free: number;
  /** By mailbox and by caller, and whose turn is next stands first: who is held back stands in no other's way. */
  readonly #waiting = new Map<string | undefined, Map<unknown, (() => void)[]>>();
  /** Places taken, by mailbox. */
  readonly #taken = new Map<string, number>();
  #lookingAgain: NodeJS.Timeout | undefined;

  /** @param precedence for what takes the time of this process; not for what waits for another one */
  constructor(places: number, precedence?: Shares) {
    this.#places = places;
    this.#free = places;
    this.#precedence = precedence;
  }

  /**
   * @param caller an object, or a name: who wants the place
   * @param signal ends the wait for it, with its reason
   */
  async use<T>(caller: unknown, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const owner = whoAsks();
    const ended = owner === undefined ? undefined : this.#precedence?.enter(owner);
    try {
      // Who was held back until now waited longer.
      if (this.#waiting.size > 0) this.#giveOut();
      if (this.#free > 0 && this.#mayTake(owner)) this.#take(owner);
      else await this.#turn(caller, owner, signal);
      try {
        return await work();
      } finally {
        this.#giveBack(owner);
      }
    } finally {
      ended?.();
    }
  }

  #mayTake(owner: string | undefined): boolean {
    if (owner === undefined || this.#precedence === undefined) return true;
    const taken = this.#taken.get(owner) ?? 0;
    // With one place a mailbox that is held back goes on, slowly.
    return taken === 0 || taken < this.#places * this.#precedence.share(owner);
  }

  #take(owner: string | undefined): void {
    this.#free -= 1;
    if (owner !== undefined) this.#taken.set(owner, (this.#taken.get(owner) ?? 0) + 1);
  }

  #giveBack(owner: string | undefined): void {
    this.#free += 1;
    if (owner !== undefined) {
      const left = (this.#taken.get(owner) ?? 0) - 1;
      if (left > 0) this.#taken.set(owner, left);
      else this.#taken.delete(owner);
    }
    this.#giveOut();
  }

  #turn(caller: unknown, owner: string | undefined, signal: AbortSignal | undefined): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const go = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.#leave(caller, owner, go);
        reject(signal?.reason);
      };
      const lines = this.#waiting.get(owner) ?? new Map<unknown, (() => void)[]>();
      this.#waiting.set(owner, lines);
      const line = lines.get(caller);
      if (line === undefined) lines.set(caller, [go]);
      else line.push(go);
      signal?.addEventListener('abort', leave, { once: true });
      this.#giveOut();
    });
  }

  #leave(caller: unknown, owner: string | undefined, go: () => void): void {
    const lines = this.#waiting.get(owner);
    const left = (lines?.get(caller) ?? []).filter((other) => other !== go);
    if (left.length > 0) lines?.set(caller, left);
    else lines?.delete(caller);
    if (lines?.size === 0) this.#waiting.delete(owner);
  }

  /** What is free, to whose turn it is; and once more in a while where only such wait as are held back. */
  #giveOut(): void {
    while (this.#free > 0 && this.#waiting.size > 0) {
      const next = this.#next();
      if (next === undefined) {
        this.#lookingAgain ??= setTimeout(() => {
          this.#lookingAgain = undefined;
          this.#giveOut();
        }, lookAgainMs);
        return;
      }
      this.#take(next.owner);
      next.go();
    }
  }

  #next(): { readonly owner: string | undefined; readonly go: () => void } | undefined {
    for (const [owner, lines] of this.#waiting) {
      if (!this.#mayTake(owner)) continue;
      this.#waiting.delete(owner);
      for (const [caller, line] of lines) {
        const go = line.shift();
        lines.delete(caller);
        if (line.length > 0) lines.set(caller, line);
        if (lines.size > 0) this.#waiting.set(owner, lines);
        return go && { owner, go };
      }
    }
    return undefined;
  }
}
