import { type ScriptedAnswer, ScriptedServer, type SeenRequest } from './scripted-server.js';

export interface HttpCase {
  readonly number: number;
  /** The alert id as it stood in the header, else in the path or the body. */
  readonly id: string;
  readonly request: SeenRequest;
}

export interface HttpCaseServerOptions {
  /** Recognises an Idempotency-Key that it has seen. Default false. */
  readonly dedupe?: boolean;
  /** What a repeat is answered with where it is recognised. Default 200, with the number of the first case. */
  readonly repeatStatus?: number;
}

/**
 * A case system of nobody's in particular, for targets of kind `http`.
 *
 * - `POST /api/cases` (any further path) and `PUT /api/cases/<id>` make a case: 201 `{"result": {"number": "INC…"}}`;
 * - `GET /api/cases?id=<words>` searches freely: `{"result": [{"number", "correlation_id", "labels"}]}`; a filter that it
 *   does not know is passed over, and everything found, as ServiceNow's Table API does;
 * - `GET /api/cases/<id>`: that one, or 404; `GET /api/me`: 200 with the right token;
 * - every request needs `Authorization: Bearer <token>`; `requests`, `cases`, `caseCount`, `hidden` (ids that no look-up
 *   shows); `fault({...})` and the others: see ScriptedServer.
 */
export class HttpCaseServer extends ScriptedServer {
  readonly token = 'tok-4711-of-the-case-system';
  readonly cases: HttpCase[] = [];
  readonly hidden = new Set<string>();
  readonly #options: HttpCaseServerOptions;

  private constructor(options: HttpCaseServerOptions) {
    super();
    this.#options = options;
  }

  static async start(options: HttpCaseServerOptions = {}): Promise<HttpCaseServer> {
    const server = new HttpCaseServer(options);
    await server.up();
    return server;
  }

  get caseCount(): number {
    return this.cases.length;
  }

  protected override arrived(): void {
    // `requests` tells all that is asked of it.
  }

  protected override carryOut(request: SeenRequest): ScriptedAnswer {
    if (request.path === '/' && request.method === 'HEAD') return { status: 404 };
    if (request.headers.authorization !== `Bearer ${this.token}`) {
      return json(401, { error: `not ${String(request.headers.authorization)}` });
    }
    const [path = '', query = ''] = request.path.split('?');
    if (path === '/api/me') return json(200, { user: 'lurewatch' });
    if (!path.startsWith('/api/cases')) return json(404, { error: 'no such page' });
    const inPath = decodeURIComponent(path.slice('/api/cases/'.length));
    if (request.method === 'GET') return inPath === '' ? this.#search(new URLSearchParams(query)) : this.#get(inPath);
    return this.#create(request, request.method === 'PUT' ? inPath : idOf(request));
  }

  #create(request: SeenRequest, id: string): ScriptedAnswer {
    const known = this.cases.find((one) => one.id === id);
    if (known !== undefined && this.#options.dedupe === true) {
      return json(this.#options.repeatStatus ?? 200, answerOf(known));
    }
    const created = { number: 1000 + this.cases.length + 1, id, request };
    this.cases.push(created);
    return json(201, answerOf(created));
  }

  #get(id: string): ScriptedAnswer {
    const found = this.#shown().find((one) => one.id === id);
    return found === undefined ? json(404, { error: 'no such case' }) : json(200, answerOf(found));
  }

  #search(query: URLSearchParams): ScriptedAnswer {
    const words = query.get('id');
    const found = this.#shown().filter(({ id }) => words === null || id.includes(words));
    return json(200, { result: found.map((one) => answerOf(one).result) });
  }

  #shown(): readonly HttpCase[] {
    return this.cases.filter(({ id }) => !this.hidden.has(id));
  }
}

function idOf({ headers, body }: SeenRequest): string {
  const key = headers['idempotency-key'];
  return typeof key === 'string' ? key : (/\ba[0-9a-f]{25}\b/.exec(body)?.[0] ?? '');
}

function answerOf({ number, id }: HttpCase) {
  return { result: { number: `INC${number}`, correlation_id: id, labels: ['mail', `lurewatch-${id}`] } };
}

function json(status: number, value: unknown): ScriptedAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
