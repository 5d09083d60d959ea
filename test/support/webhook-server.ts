import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { type ScriptedAnswer, ScriptedServer, type SeenRequest } from './scripted-server.js';

export interface WebhookCase {
  readonly id: string;
  /** One number for each time it was created: more than one only where `dedupe` is off. */
  readonly numbers: number[];
  readonly alert: Readonly<Record<string, unknown>>;
}

export interface WebhookServerOptions {
  /** Recognise a repeated `webhook-id`, as the standard asks of receivers. Default true. */
  readonly dedupe?: boolean;
  /** What a repeat is answered with. Default 200. */
  readonly repeatStatus?: number;
}

const bodySchema = z.strictObject({
  type: z.literal('mail.alert.created'),
  timestamp: z.iso.datetime(),
  data: z.looseObject({ display_id: z.string(), events: z.array(z.record(z.string(), z.string())) }),
});

/**
 * A receiver of Standard Webhooks, as careful as a real one: signature and timestamp verified, body validated, a
 * repeated id recognised.
 *
 * - `url`, `secret`: for the configuration of the target (with `insecure: true`);
 * - `requests`, `arrivals` (id → how often it arrived, whatever was answered), `cases` (id → case), `caseCount`;
 * - `fault({...})`, `clearFaults()`, `down()`, `up()`, `latencyMs`: see ScriptedServer;
 * - `close()` ends it.
 */
export class WebhookServer extends ScriptedServer {
  readonly secret = `whsec_${Buffer.from('a secret of thirty-two bytes ...').toString('base64')}`;
  readonly arrivals = new Map<string, number>();
  readonly cases = new Map<string, WebhookCase>();
  readonly #options: WebhookServerOptions;
  readonly #webhook = new Webhook(this.secret);
  #lastNumber = 0;

  private constructor(options: WebhookServerOptions) {
    super();
    this.#options = options;
  }

  static async start(options: WebhookServerOptions = {}): Promise<WebhookServer> {
    const server = new WebhookServer(options);
    await server.up();
    return server;
  }

  /** All cases, those that a repeat created too. */
  get caseCount(): number {
    return [...this.cases.values()].reduce((sum, { numbers }) => sum + numbers.length, 0);
  }

  protected override arrived({ headers }: SeenRequest): void {
    const id = headers['webhook-id'];
    if (typeof id === 'string') this.arrivals.set(id, (this.arrivals.get(id) ?? 0) + 1);
  }

  protected override carryOut(request: SeenRequest): ScriptedAnswer {
    if (request.method === 'HEAD') return { status: 405 };
    if (request.method !== 'POST') return { status: 405, body: 'POST only' };
    if (!request.headers['content-type']?.startsWith('application/json')) return { status: 415, body: 'JSON only' };
    const id = String(request.headers['webhook-id']);
    try {
      this.#webhook.verify(request.body, singleHeaders(request));
    } catch (error) {
      return { status: 401, body: error instanceof Error ? error.message : '' };
    }
    const parsed = bodySchema.safeParse(JSON.parse(request.body));
    if (!parsed.success) return { status: 422, body: z.prettifyError(parsed.error) };
    const alert = parsed.data.data;
    if (alert.display_id !== id || id.includes('.')) return { status: 422, body: 'webhook-id and alert do not match' };
    return this.#store(id, alert);
  }

  #store(id: string, alert: Readonly<Record<string, unknown>>): ScriptedAnswer {
    const known = this.cases.get(id);
    if (known !== undefined && this.#options.dedupe !== false) {
      return created(this.#options.repeatStatus ?? 200, known.numbers[0] ?? 0);
    }
    const number = ++this.#lastNumber;
    if (known === undefined) this.cases.set(id, { id, numbers: [number], alert });
    else known.numbers.push(number);
    return created(201, number);
  }
}

function created(status: number, number: number): ScriptedAnswer {
  const headers = { 'content-type': 'application/json', location: `/cases/${number}` };
  return { status, headers, body: JSON.stringify({ id: number }) };
}

function singleHeaders({ headers }: SeenRequest): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
