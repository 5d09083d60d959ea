import { z } from 'zod';
import { Child } from './child.js';

const countsSchema = z.object({ requests: z.number(), cases: z.number() });
const arrivalsSchema = z.record(z.string(), z.number());
export type Counts = Readonly<z.output<typeof countsSchema>>;

/** The stand-in for a SOAR, in a process of its own, so that it does not share the worker's thread or the loop's. */
export class Receiver {
  readonly url: string;
  readonly port: number;
  readonly #child: Child;

  private constructor(child: Child) {
    this.#child = child;
    this.port = Number(child.greeting);
    this.url = `http://127.0.0.1:${this.port}/hook`;
  }

  static async start(latencyMs: number): Promise<Receiver> {
    return new Receiver(await Child.start('./receiver-process.js', { arguments: [String(latencyMs)] }));
  }

  /** Requests, and different ids among them: where all is right both are the number of mails. */
  async counts(): Promise<Counts> {
    return countsSchema.parse(await (await fetch(this.url)).json());
  }

  /** How often each alert id came. */
  async arrivals(): Promise<ReadonlyMap<string, number>> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/arrivals`);
    return new Map(Object.entries(arrivalsSchema.parse(await answer.json())));
  }

  async close(): Promise<void> {
    await this.#child.stop();
  }
}
