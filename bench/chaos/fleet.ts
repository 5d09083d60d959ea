import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from '../child.js';

const pauseMs = 500;

/** So many workers, each started again whenever it ends: what systemd, Docker or Kubernetes do. */
export class Fleet {
  readonly #start: () => Promise<Child>;
  readonly #slots: (Child | undefined)[];
  readonly #loops: Promise<void>[];
  #over = false;
  /** Since the beginning. */
  starts = 0;
  /** Starts that came to nothing: Temporal was away. */
  failedStarts = 0;
  /** What workers said last that ended without being told to. */
  readonly complaints: string[] = [];
  readonly #told = new Set<Child>();

  constructor(count: number, start: () => Promise<Child>) {
    this.#start = start;
    this.#slots = Array.from({ length: count }, () => undefined);
    this.#loops = this.#slots.map((_, slot) => this.#look(slot));
  }

  /** Resolves once it has ended; another one starts soon after. */
  async end(slot: number, how: 'kill' | 'stop'): Promise<void> {
    const child = this.#slots[slot];
    if (child === undefined) return;
    this.#told.add(child);
    await child[how]();
  }

  async stop(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#slots.map((_, slot) => this.end(slot, 'stop')));
    await Promise.all(this.#loops);
  }

  async #look(slot: number): Promise<void> {
    while (!this.#over) {
      const child = await this.#start().catch(() => undefined);
      if (child === undefined) this.failedStarts += 1;
      else {
        this.starts += 1;
        this.#slots[slot] = child;
        if (this.#over) await child.stop();
        await child.ended;
        this.#slots[slot] = undefined;
        if (!this.#told.has(child)) this.complaints.push(child.complaints);
      }
      if (!this.#over) await sleep(pauseMs);
    }
  }
}
