import { z } from 'zod';
import { type ReadPart, readForm } from './form-data.js';
import { type ScriptedAnswer, ScriptedServer, type SeenRequest } from './scripted-server.js';

export interface ThehiveAlert {
  readonly id: string;
  readonly organisation: string;
  readonly type: string;
  readonly source: string;
  readonly sourceRef: string;
  /** As it arrived. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The files among its observables, by their names. */
  readonly files: ReadonlyMap<string, Buffer>;
}

export interface ThehiveServerOptions {
  /** Default 5. */
  readonly version?: 4 | 5;
  /** What a repeat is answered with. Default 400. */
  readonly repeatStatus?: 400 | 409;
  /** Of the user. Default: all that alerts need. */
  readonly permissions?: readonly string[];
  /** Observable types that an administrator has taken out. */
  readonly without?: readonly string[];
  /** What an alert with one of them is answered with; default: 404, as TheHive 4 does. */
  readonly unknownType?: ScriptedAnswer;
  /** False: the key may not list the types. */
  readonly maySeeTypes?: boolean;
  /** False: as since TheHive 4.1.3 where two requests are under way at once, nothing is known of the first. Default true. */
  readonly dedupe?: boolean;
}

/** As TheHive has them from the first start. */
const dataTypes = [
  'autonomous-system',
  'domain',
  'file',
  'filename',
  'fqdn',
  'hash',
  'hostname',
  'ip',
  'mail',
  'mail-subject',
  'other',
  'regexp',
  'registry',
  'uri_path',
  'url',
  'user-agent',
] as const;

const observable = {
  dataType: z.enum(dataTypes).exclude(['file']),
  data: z.string().min(1).max(4096),
  message: z.string(),
};
const file = { dataType: z.literal('file'), message: z.string() };
const alert = {
  type: z.string().min(1).max(32),
  source: z.string().min(1).max(32),
  sourceRef: z.string().min(1).max(128),
  title: z.string().min(1).max(512),
  description: z.string().max(1_048_576),
  severity: z.int().min(1).max(4),
  date: z.int(),
  tags: z.array(z.string().min(1).max(128)),
  pap: z.int().min(0).max(3),
};
const tlp5 = z.int().min(0).max(4);
const tlp4 = z.int().min(0).max(3);
const alertOf5 = z.strictObject({
  ...alert,
  tlp: tlp5,
  observables: z.array(
    z.union([
      z.strictObject({ ...observable, tlp: tlp5 }),
      // The name of a part of the form.
      z.strictObject({ ...file, attachment: z.string().min(1), tlp: tlp5 }),
    ]),
  ),
});
const alertOf4 = z.strictObject({
  ...alert,
  tlp: tlp4,
  artifacts: z.array(
    z.union([
      z.strictObject({ ...observable, tlp: tlp4 }),
      z.strictObject({ ...file, data: z.string().regex(/^[^;]+;[^;]+;[A-Za-z0-9+/]+=*$/), tlp: tlp4 }),
    ]),
  ),
});

const is = z.strictObject({ _field: z.enum(['type', 'source', 'sourceRef']), _value: z.string() });
const query = z.strictObject({
  query: z.tuple([
    z.strictObject({ _name: z.literal('listAlert') }),
    z.strictObject({ _name: z.literal('filter'), _and: z.array(is) }),
    z.strictObject({ _name: z.literal('page'), from: z.int(), to: z.int() }),
  ]),
});

const typesQuery = z.strictObject({
  query: z.tuple([
    z.strictObject({ _name: z.literal('listObservableType') }),
    z.strictObject({ _name: z.literal('page'), from: z.int(), to: z.int() }),
  ]),
});

const mostBytes = 1024 * 1024;
const mostFormBytes = 10 * mostBytes;

/**
 * TheHive 5, or 4, as far as its API is published: one alert for each type, source and sourceRef of an organisation, the
 * whole alert refused where two observables hold the same data, bodies above 1 MB refused. Version 5 takes forms too, whose
 * `_json` is the alert and whose other parts are files of observables; of them 10 MB.
 *
 * - `url`, `key`; the user belongs to the organisations `soc` (its own) and `other`;
 * - `requests`, `arrivals` (sourceRef → how often it arrived, whatever was answered), `alerts`, `caseCount`;
 * - `hidden`: sourceRefs of alerts that the query does not show (yet);
 * - `fault({...})`, `clearFaults()`, `down()`, `up()`, `latencyMs`: see ScriptedServer; `close()` ends it.
 */
export class ThehiveServer extends ScriptedServer {
  readonly key = 'tXqB0zHiveKeyOfTheService/8j';
  readonly arrivals = new Map<string, number>();
  readonly alerts: ThehiveAlert[] = [];
  readonly hidden = new Set<string>();
  readonly #options: ThehiveServerOptions;

  private constructor(options: ThehiveServerOptions) {
    super();
    this.#options = options;
  }

  static async start(options: ThehiveServerOptions = {}): Promise<ThehiveServer> {
    const server = new ThehiveServer(options);
    await server.up();
    return server;
  }

  get caseCount(): number {
    return this.alerts.length;
  }

  protected override arrived({ path, body }: SeenRequest): void {
    const id = /\/alert$/.test(path) ? /"sourceRef":"([^"]+)"/.exec(body)?.[1] : undefined;
    if (id !== undefined) this.arrivals.set(id, (this.arrivals.get(id) ?? 0) + 1);
  }

  protected override carryOut(request: SeenRequest): ScriptedAnswer {
    const { headers, method, body } = request;
    if (headers.authorization !== `Bearer ${this.key}`) {
      return refusal(401, 'AuthenticationError', `Authentication failure: ${headers.authorization}`);
    }
    const organisation = String(headers['x-organisation'] ?? 'soc');
    if (!['soc', 'other'].includes(organisation)) return refusal(403, 'AuthorizationError', 'Operation not permitted');
    const version = this.#options.version ?? 5;
    const form = version === 5 ? readForm(request) : undefined;
    const json = form === undefined ? body : (form.get('_json')?.content.toString('utf8') ?? '');
    if (json.length > mostBytes || body.length > mostFormBytes)
      return { status: 413, body: 'Request Entity Too Large' };
    const [path] = request.path.split('?');
    const route = `${method} ${path}`;
    if (route === `POST ${version === 5 ? '/api/v1/alert' : '/api/alert'}`)
      return this.#create(json, form ?? new Map(), organisation);
    if (route === 'POST /api/v1/query') return this.#query(body, organisation);
    if (route === 'GET /api/v1/user/current') return this.#user(organisation);
    return refusal(404, 'NotFoundError', 'no such route');
  }

  #types(): readonly string[] {
    return dataTypes.filter((type) => !(this.#options.without ?? []).includes(type));
  }

  #user(organisation: string): ScriptedAnswer {
    const all = this.#options.version === 4 ? ['manageAlert'] : ['manageAlert/create', 'manageAlert/update'];
    const permissions = this.#options.permissions ?? all;
    return json(200, { _id: '~24', login: 'lurewatch@soc.example', organisation, profile: 'analyst', permissions });
  }

  #create(body: string, parts: ReadonlyMap<string, ReadPart>, organisation: string): ScriptedAnswer {
    const five = alertOf5.safeParse(JSON.parse(body));
    const four = alertOf4.safeParse(JSON.parse(body));
    const parsed = this.#options.version === 4 ? four : five;
    if (!parsed.success) return refusal(400, 'BadRequest', z.prettifyError(parsed.error));
    const { type, source, sourceRef } = parsed.data;
    const known = this.alerts.some(
      (one) =>
        one.organisation === organisation && one.type === type && one.source === source && one.sourceRef === sourceRef,
    );
    if (known && this.#options.dedupe !== false) {
      const said = `Alert ${type}:${source}:${sourceRef} already exist in organisation ${organisation}`;
      return refusal(this.#options.repeatStatus ?? 400, 'CreateError', said);
    }
    const observables = 'observables' in parsed.data ? parsed.data.observables : parsed.data.artifacts;
    const unknown = observables.find(({ dataType }) => !this.#types().includes(dataType));
    if (unknown !== undefined) {
      return this.#options.unknownType ?? refusal(404, 'NotFoundError', `ObservableType ${unknown.dataType} not found`);
    }
    if (new Set(observables.map((one) => ('data' in one ? one.data : ''))).size < observables.length) {
      return refusal(400, 'CreateError', 'Observable already exists');
    }
    const files = new Map<string, Buffer>();
    for (const one of observables) {
      if ('attachment' in one) {
        const part = parts.get(one.attachment);
        if (part?.fileName === undefined) return refusal(400, 'BadRequest', `no file ${one.attachment} in the form`);
        files.set(part.fileName, part.content);
      } else if (one.dataType === 'file') {
        const [name = '', , base64 = ''] = one.data.split(';');
        files.set(name, Buffer.from(base64, 'base64'));
      }
    }
    const id = `~${4096 * (this.alerts.length + 1)}`;
    this.alerts.push({ id, organisation, type, source, sourceRef, body: parsed.data, files });
    return json(201, { _id: id, _type: 'Alert', ...parsed.data });
  }

  #query(body: string, organisation: string): ScriptedAnswer {
    if (typesQuery.safeParse(JSON.parse(body)).success) {
      if (this.#options.maySeeTypes === false) return refusal(403, 'AuthorizationError', 'Operation not permitted');
      return json(
        200,
        this.#types().map((name) => ({ _id: `~${name}`, _type: 'ObservableType', name })),
      );
    }
    const parsed = query.safeParse(JSON.parse(body));
    if (!parsed.success) return refusal(400, 'BadRequest', z.prettifyError(parsed.error));
    const [, filter, page] = parsed.data.query;
    const found = this.alerts.filter(
      (one) =>
        one.organisation === organisation &&
        !this.hidden.has(one.sourceRef) &&
        filter._and.every(({ _field, _value }) => one[_field] === _value),
    );
    return json(
      200,
      found.slice(page.from, page.to).map(({ id, body: stored }) => ({ _id: id, _type: 'Alert', ...stored })),
    );
  }
}

function refusal(status: number, type: string, message: string): ScriptedAnswer {
  return json(status, { type, message });
}

function json(status: number, value: unknown): ScriptedAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
