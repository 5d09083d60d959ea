import { z } from 'zod';
import { type ScriptedAnswer, ScriptedServer, type SeenRequest } from './scripted-server.js';

export interface SplunkContainer {
  readonly id: number;
  /** As it arrived. */
  readonly body: z.output<typeof containerBody>;
}

export interface SplunkSoarServerOptions {
  /** The status of a duplicate, and of what else fails. Default 400; a bulk POST answers 200 all the same. */
  readonly failedStatus?: number;
  /** A duplicate is told without the id of the first one. */
  readonly forgetful?: boolean;
  /** What GET /rest/container_options is answered with. */
  readonly options?: ScriptedAnswer;
}

const artifactBody = z.strictObject({
  name: z.string().min(1),
  label: z.string(),
  severity: z.string(),
  source_data_identifier: z.string().min(1),
  cef: z.record(z.string(), z.unknown()),
  cef_types: z.record(z.string(), z.array(z.string()).min(1)),
  data: z.record(z.string(), z.unknown()).optional(),
});
const containerBody = z.strictObject({
  name: z.string().min(1),
  description: z.string(),
  label: z.string(),
  severity: z.string(),
  source_data_identifier: z.string().min(1),
  start_time: z.iso.datetime(),
  tags: z.array(z.string()),
  data: z.record(z.string(), z.unknown()),
  artifacts: z.array(artifactBody),
});

const labels = ['events', 'phishing'];
const severities = ['low', 'medium', 'high', 'critical'];

/**
 * Splunk SOAR as far as it is published: containers with artifacts, recognised by source_data_identifier.
 *
 * - `url`, `token`: for the configuration of the target (with `insecure: true`);
 * - `requests`, `arrivals` (alert id → how often it arrived), `containers` (alert id → container), `caseCount`;
 * - `hidden`: alert ids that the look-up does not show;
 * - `fault({...})`, `clearFaults()`, `down()`, `up()`, `latencyMs`: see ScriptedServer; `close()` ends it.
 */
export class SplunkSoarServer extends ScriptedServer {
  readonly token = 'cGhhbnRvbS10b2tlbi1vZi1hbi1hdXRvbWF0aW9uLXVzZXI=';
  readonly arrivals = new Map<string, number>();
  readonly containers = new Map<string, SplunkContainer>();
  readonly hidden = new Set<string>();
  readonly #options: SplunkSoarServerOptions;
  #lastId = 900;

  private constructor(options: SplunkSoarServerOptions) {
    super();
    this.#options = options;
  }

  static async start(options: SplunkSoarServerOptions = {}): Promise<SplunkSoarServer> {
    const server = new SplunkSoarServer(options);
    await server.up();
    return server;
  }

  get caseCount(): number {
    return this.containers.size;
  }

  protected override arrived({ method, body }: SeenRequest): void {
    if (method !== 'POST') return;
    const id = /"source_data_identifier":"([^"]+)"/.exec(body)?.[1] ?? '';
    this.arrivals.set(id, (this.arrivals.get(id) ?? 0) + 1);
  }

  protected override carryOut(request: SeenRequest): ScriptedAnswer {
    const [path = '', query = ''] = request.path.split('?');
    if (request.headers['ph-auth-token'] !== this.token) {
      return json(401, { failed: true, message: `Invalid token ${String(request.headers['ph-auth-token'])}` });
    }
    if (path === '/rest/container_options') {
      return this.#options.options ?? json(200, { label: labels, severity: severities.map((name) => ({ name })) });
    }
    if (path !== '/rest/container') return json(404, { failed: true, message: 'no such endpoint' });
    return request.method === 'POST' ? this.#post(request.body) : this.#list(new URLSearchParams(query));
  }

  #post(body: string): ScriptedAnswer {
    const parsed: unknown = JSON.parse(body);
    if (!Array.isArray(parsed)) {
      const answer = this.#create(parsed);
      return json(answer.failed === true ? (this.#options.failedStatus ?? 400) : 200, answer);
    }
    // Of a list some may fail, and the status says 200 if only one did not.
    const answers = parsed.map((one) => this.#create(one));
    return json(answers.every(({ failed }) => failed === true) ? 400 : 200, answers);
  }

  #create(value: unknown): { readonly failed?: true; readonly [key: string]: unknown } {
    const parsed = containerBody.safeParse(value);
    if (!parsed.success) return { failed: true, message: z.prettifyError(parsed.error) };
    const body = parsed.data;
    if (!labels.includes(body.label)) return { failed: true, message: `label "${body.label}" does not exist` };
    const known = this.containers.get(body.source_data_identifier);
    if (known !== undefined) {
      const message = `duplicate with asset_id None and source_data_identifier ${body.source_data_identifier}`;
      return { failed: true, message, ...(this.#options.forgetful ? {} : { existing_container_id: known.id }) };
    }
    const id = ++this.#lastId;
    this.containers.set(body.source_data_identifier, { id, body });
    return { success: true, id, new_artifacts_ids: body.artifacts.map((_, index) => index + 1) };
  }

  /** Text values of filters stand in quotes. */
  #list(query: URLSearchParams): ScriptedAnswer {
    const wanted = /^"(.*)"$/.exec(query.get('_filter_source_data_identifier') ?? '')?.[1];
    if (wanted === undefined) return json(400, { failed: true, message: 'Invalid filter' });
    const found = [...this.containers.entries()].filter(([id]) => id === wanted && !this.hidden.has(id));
    const data = found.map(([id, { id: container }]) => ({ id: container, source_data_identifier: id }));
    return json(200, { count: data.length, num_pages: 1, data });
  }
}

function json(status: number, value: unknown): ScriptedAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
