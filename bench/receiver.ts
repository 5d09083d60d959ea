import { z } from 'zod';
import { Child } from './child.js';

const countsSchema = z.object({ requests: z.number(), cases: z.number() });
export type Counts = Readonly<z.output<typeof countsSchema>>;

/** The stand-in for a SOAR, in a process of its own, so that it does not share the worker's thread or the loop's. */
export class Receiver {
  readonly url: string;
  readonly #child: Child;

  private constructor(child: Child) {
    this.#child = child;
    this.url = `http://127.0.0.1:${child.greeting}/hook`;
  }

  static async start(latencyMs: number): Promise<Receiver> {
    return new Receiver(await Child.start('./receiver-process.js', { arguments: [String(latencyMs)] }));
  }

  /** Requests, and different ids among them: where all is right both are the number of mails. */
  async counts(): Promise<Counts> {
    return countsSchema.parse(await (await fetch(this.url)).json());
  }

  async close(): Promise<void> {
    await this.#child.stop();
  }
}
