import { z } from 'zod';
import { Child } from '../child.js';

const greetingSchema = z.object({ url: z.string(), key: z.string(), controlUrl: z.string() });
const requestsSchema = z.object({
  /** How many events there are by now. */
  events: z.number(),
  reads: z.number(),
  /** Each request that changes something, with the title of its event. */
  written: z.array(z.object({ path: z.string(), info: z.string() })),
});
export type MispRequests = z.output<typeof requestsSchema>;

/** The stand-in for MISP, in a process of its own, so that it does not share the worker's thread. */
export class MispStandIn {
  readonly url: string;
  readonly key: string;
  readonly #controlUrl: string;
  readonly #child: Child;

  private constructor(child: Child) {
    const { url, key, controlUrl } = greetingSchema.parse(JSON.parse(child.greeting));
    this.#child = child;
    this.url = url;
    this.key = key;
    this.#controlUrl = controlUrl;
  }

  /** @param latencyMs what each change takes, two at a time; a read takes a tenth of it */
  static async start(latencyMs: number): Promise<MispStandIn> {
    return new MispStandIn(await Child.start('./feeds/misp-process.js', { arguments: [String(latencyMs)] }));
  }

  /** What it was asked since the last call of this. */
  async requests(): Promise<MispRequests> {
    return requestsSchema.parse(await (await fetch(this.#controlUrl)).json());
  }

  async close(): Promise<void> {
    await this.#child.stop();
  }
}
