import { createHash } from 'node:crypto';
import { z } from 'zod';
import { readForm } from './form-data.js';
import { type ScriptedAnswer, ScriptedServer, type SeenRequest } from './scripted-server.js';

export interface XsoarIncident {
  readonly id: string;
  /** What was kept of what arrived. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly customFields: Readonly<Record<string, string>>;
  readonly rawJSON: string;
  /** What was uploaded to it, in the order of arrival. */
  readonly files: { readonly name: string; readonly content: Buffer }[];
  /** Of its investigation; '' before that begins. */
  investigationId: string;
}

export interface XsoarServerOptions {
  /** Default 8. */
  readonly version?: 6 | 8;
  /** Machine names of the incident fields; values of others are dropped without a word. Default: `lurewatchalertid`. */
  readonly fields?: readonly string[];
  /** Of these fields, those that the search does not know. */
  readonly unsearchable?: readonly string[];
  /** True: the search answers whatever the query, as one that does not understand it. */
  readonly looseSearch?: boolean;
  /** False: the key may not read incident fields. */
  readonly mayReadFields?: boolean;
  /** True: the key is one of security level Advanced. */
  readonly advanced?: boolean;
  /** Files that it refuses with 413: those above so many bytes. */
  readonly mostFileBytes?: number;
}

const incident = z.strictObject({
  name: z.string().min(1),
  type: z.string().optional(),
  severity: z.union([z.literal(0), z.literal(0.5), z.literal(1), z.literal(2), z.literal(3), z.literal(4)]),
  occurred: z.iso.datetime().optional(),
  details: z.string(),
  labels: z.array(z.strictObject({ type: z.string().min(1), value: z.string() })),
  rawJSON: z.string(),
  customFields: z.record(z.string().regex(/^[a-z0-9]+$/), z.string()),
  createInvestigation: z.boolean(),
});
const search = z.strictObject({
  filter: z.strictObject({ query: z.string(), page: z.int(), size: z.int() }),
});

/**
 * Cortex XSOAR 8, or 6, as far as its API is published. It keeps no ids: every request makes an incident, and every upload
 * a file.
 *
 * - `url`, `key`, `keyId`;
 * - `requests`, `arrivals` (alert id → how often it arrived, whatever was answered), `incidents`, `caseCount`;
 * - `hidden`: ids of incidents that the search does not show (yet): its index lags behind;
 * - `fault({...})`, `clearFaults()`, `down()`, `up()`, `latencyMs`: see ScriptedServer; `close()` ends it.
 */
export class XsoarServer extends ScriptedServer {
  readonly key = 'Zk3vXsoarKeyOfTheService0Q';
  readonly keyId = '7';
  readonly arrivals = new Map<string, number>();
  readonly incidents: XsoarIncident[] = [];
  readonly hidden = new Set<string>();
  readonly #nonces = new Set<string>();
  readonly #options: XsoarServerOptions;

  private constructor(options: XsoarServerOptions) {
    super();
    this.#options = options;
  }

  static async start(options: XsoarServerOptions = {}): Promise<XsoarServer> {
    const server = new XsoarServer(options);
    await server.up();
    return server;
  }

  get caseCount(): number {
    return this.incidents.length;
  }

  protected override arrived({ path, body }: SeenRequest): void {
    const id = path.endsWith('/incident') ? /"lurewatchalertid":"([^"]+)"/.exec(body)?.[1] : undefined;
    if (id !== undefined) this.arrivals.set(id, (this.arrivals.get(id) ?? 0) + 1);
  }

  protected override carryOut(request: SeenRequest): ScriptedAnswer {
    const { method, path, headers, body } = request;
    const eight = this.#options.version !== 6;
    if (!this.#shownBy(headers) || (eight && headers['x-xdr-auth-id'] !== this.keyId)) {
      return errorAnswer(401, 'unauthorized', `Public API request unauthorized: ${headers.authorization}`);
    }
    const api = eight ? '/xsoar/public/v1' : '';
    if (!path.startsWith(`${api}/`)) return { status: 404, body: 'page not found' };
    const uploadTo = /^\/incident\/upload\/(.+)$/.exec(path.slice(api.length))?.[1];
    if (method === 'POST' && uploadTo !== undefined) return this.#upload(uploadTo, request);
    switch (`${method} ${path.slice(api.length)}`) {
      case 'POST /incident':
        return this.#create(body);
      case 'POST /incidents/search':
        return this.#search(body);
      case 'GET /incidentfields':
        return this.#fields();
      default:
        return { status: 404, body: 'page not found' };
    }
  }

  /** Whether the key is shown as its level asks for: Advanced, by a hash that was not seen before, of this minute. */
  #shownBy(headers: SeenRequest['headers']): boolean {
    if (this.#options.advanced !== true) return headers.authorization === this.key;
    const { 'x-xdr-nonce': nonce = '', 'x-xdr-timestamp': timestamp = '' } = headers;
    if (typeof nonce !== 'string' || typeof timestamp !== 'string' || this.#nonces.has(nonce)) return false;
    this.#nonces.add(nonce);
    const right = createHash('sha256').update(`${this.key}${nonce}${timestamp}`).digest('hex');
    const age = Date.now() - Number(timestamp);
    return /^[0-9A-Za-z]{64}$/.test(nonce) && age >= 0 && age < 60_000 && headers.authorization === right;
  }

  #fieldNames(): readonly string[] {
    return this.#options.fields ?? ['lurewatchalertid'];
  }

  #fields(): ScriptedAnswer {
    if (this.#options.mayReadFields === false) return errorAnswer(403, 'forbidden', 'Forbidden');
    const own = this.#fieldNames().map((name) => ({
      id: `incident_${name}`,
      cliName: name,
      type: 'shortText',
      unsearchable: this.#options.unsearchable?.includes(name) ?? false,
    }));
    return json(200, [{ id: 'incident_severity', cliName: 'severity', type: 'number' }, ...own]);
  }

  #create(body: string): ScriptedAnswer {
    const parsed = incident.safeParse(JSON.parse(body));
    if (!parsed.success) return errorAnswer(400, 'bad_request', z.prettifyError(parsed.error));
    const { rawJSON } = parsed.data;
    const kept = Object.entries(parsed.data.customFields).filter(([name]) => this.#fieldNames().includes(name));
    const made = {
      id: String(178_790 + this.incidents.length + 1),
      body: parsed.data,
      customFields: Object.fromEntries(kept),
      rawJSON,
      files: [],
      investigationId: parsed.data.createInvestigation ? 'begun at once' : '',
    };
    this.incidents.push(made);
    return json(200, shown(made));
  }

  #upload(id: string, request: SeenRequest): ScriptedAnswer {
    const incident = this.incidents.find((one) => one.id === id);
    if (incident === undefined) return errorAnswer(400, 'bad_request', 'Item not found (8)');
    const form = readForm(request);
    const file = form?.get('file');
    if (form === undefined || file?.fileName === undefined) return errorAnswer(400, 'bad_request', 'no file');
    if (file.content.length > (this.#options.mostFileBytes ?? Infinity)) return { status: 413, body: 'too large' };
    incident.files.push({ name: form.get('fileName')?.content.toString() ?? file.fileName, content: file.content });
    if (form.get('last')?.content.toString() === 'true') incident.investigationId ||= 'begun with the last file';
    return json(200, shown(incident));
  }

  /** The words of one field, whatever else stands beside them there. */
  #search(body: string): ScriptedAnswer {
    const parsed = search.safeParse(JSON.parse(body));
    if (!parsed.success) return errorAnswer(400, 'bad_request', z.prettifyError(parsed.error));
    const { query, page, size } = parsed.data.filter;
    const [, field = '', words = ''] = /^([a-z0-9]+):"([^"]+)"$/.exec(query) ?? [];
    const known = !(this.#options.unsearchable?.includes(field) ?? false);
    const found = this.incidents.filter(
      ({ id, customFields }) =>
        !this.hidden.has(id) &&
        (this.#options.looseSearch === true || (known && (customFields[field]?.includes(words) ?? false))),
    );
    const data = found.slice(page * size, (page + 1) * size).map(shown);
    return json(200, { total: found.length, notUpdated: 0, data: data.length === 0 ? null : data });
  }
}

function shown(incident: XsoarIncident): Readonly<Record<string, unknown>> {
  const { id, body, customFields, rawJSON, files, investigationId } = incident;
  const attachment = files.length === 0 ? null : files.map(({ name }) => ({ name, path: `${id}_${name}`, type: '' }));
  return {
    id,
    version: 1,
    status: 0,
    name: body.name,
    CustomFields: customFields,
    rawJSON,
    attachment,
    investigationId,
  };
}

function errorAnswer(status: number, id: string, detail: string): ScriptedAnswer {
  return json(status, { id, status, title: id, detail, error: detail, encrypted: false });
}

function json(status: number, value: unknown): ScriptedAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
