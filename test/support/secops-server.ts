import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { z } from 'zod';
import { type ScriptedAnswer, ScriptedServer, type SeenRequest } from './scripted-server.js';

export interface SecopsCase {
  /** The alert id (display id). */
  readonly id: string;
  readonly ticketId: string;
  readonly caseId: number;
  /** LegacyCaseInfo or the body of CreateCase, as it arrived. */
  readonly info: Readonly<Record<string, unknown>>;
}

export interface SecopsServerOptions {
  /** What a create with a known alert id is answered with: not published, so both are possible. Default `accept`. */
  readonly repeats?: 'accept' | 'reject';
  /** What CreateCase of the SOAR API (A2) answers: the case id, or nothing. Default `id`. */
  readonly createAnswer?: 'id' | 'empty';
  /** Seconds until a token expires. Default 3600. */
  readonly tokenSeconds?: number;
}

const event = z.record(z.string(), z.string());
const chronicleBody = z.strictObject({
  cases: z
    .array(
      z.looseObject({
        displayId: z.string().min(1),
        ticketId: z.string().min(1),
        name: z.string(),
        startTime: z.string().regex(/^\d+$/),
        endTime: z.string().regex(/^\d+$/),
        events: z
          .array(z.strictObject({ fields: z.strictObject({ deviceEventClassId: z.string() }), rawDataFields: event }))
          .min(1)
          .max(500),
      }),
    )
    .min(1),
  type: z.literal('EXTERNAL'),
});
const siemplifyBody = z.looseObject({
  display_id: z.string().min(1),
  ticket_id: z.string().min(1),
  name: z.string(),
  start_time: z.number(),
  end_time: z.number(),
  priority: z.union([z.literal(-1), z.literal(40), z.literal(60), z.literal(80), z.literal(100)]),
  events: z.array(event).min(1).max(500),
});
const filterBody = z.looseObject({ ticked_ids_free_search: z.string() });
const claimsSchema = z.looseObject({
  iss: z.string(),
  aud: z.string(),
  scope: z.string(),
  iat: z.number(),
  exp: z.number(),
});

const instance = '/v1alpha/projects/acme-soc/locations/eu/instances/1234';
const sdk = '/api/external/v1/sdk';
const mostCharacters = 8_000_000;

/**
 * Google SecOps with both of its APIs and Google's token endpoint, as far as they are published.
 *
 * - `url`, `chronicle` (project, location, region, instance), `serviceAccount()` (the key as JSON, its `token_uri` here), `appKey`;
 * - `requests`, `arrivals` (alert id → how often it arrived, whatever was answered), `cases` (alert id → case), `caseCount`;
 * - `hidden`: ids of cases that the look-up does not show (yet); `revokeTokens()`: every bearer token granted so far is refused;
 * - `tokenCount`: tokens granted; `fault({path: '/token', …})` spoils only the token endpoint;
 * - `fault({...})`, `clearFaults()`, `down()`, `up()`, `latencyMs`: see ScriptedServer; `close()` ends it.
 */
export class SecopsServer extends ScriptedServer {
  readonly chronicle = { region: 'eu', project: 'acme-soc', location: 'eu', instance: '1234' };
  readonly appKey = '0b5f9b0e-7c1d-4a53-9f0e-55d3c5f1a0aa';
  readonly arrivals = new Map<string, number>();
  readonly cases = new Map<string, SecopsCase>();
  readonly hidden = new Set<string>();
  /** What workload identity federation exchanges for a token (RFC 8693). */
  readonly subjectToken = 'a token of another identity provider';
  tokenCount = 0;
  readonly #options: SecopsServerOptions;
  readonly #keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  readonly #tokens = new Set<string>();
  #lastCaseId = 4100;

  private constructor(options: SecopsServerOptions) {
    super();
    this.#options = options;
  }

  static async start(options: SecopsServerOptions = {}): Promise<SecopsServer> {
    const server = new SecopsServer(options);
    await server.up();
    return server;
  }

  get caseCount(): number {
    return this.cases.size;
  }

  /** A service account key of this server's own making. */
  serviceAccount(changes: Readonly<Record<string, unknown>> = {}): string {
    return JSON.stringify({
      type: 'service_account',
      project_id: 'acme-soc',
      private_key_id: 'key-1',
      private_key: this.#keys.privateKey,
      client_email: 'lurewatch@acme-soc.iam.gserviceaccount.com',
      token_uri: `${this.url}/token`,
      ...changes,
    });
  }

  revokeTokens(): void {
    this.#tokens.clear();
  }

  protected override arrived({ path, body }: SeenRequest): void {
    if (!/createCase/i.test(path)) return;
    for (const [, id] of body.matchAll(/"display_?[iI]d":"([^"]+)"/g)) {
      if (id !== undefined) this.arrivals.set(id, (this.arrivals.get(id) ?? 0) + 1);
    }
  }

  protected override carryOut(request: SeenRequest): ScriptedAnswer {
    const [path = '', query = ''] = request.path.split('?');
    const route = `${request.method} ${path}`;
    if (route === 'POST /token') return this.#grant(request.body);
    const parameters = new URLSearchParams(query);
    if (path.startsWith('/v1alpha/')) {
      const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
      if (bearer === undefined || !this.#tokens.has(bearer)) return refusal(401, 'UNAUTHENTICATED');
      if (!path.startsWith(`${instance}/`)) return refusal(404, 'NOT_FOUND');
      if (route === `POST ${instance}/legacyCases:createCase`) return this.#createMany(request.body);
      if (parameters.get('format') !== 'snake') return refusal(400, 'INVALID_ARGUMENT');
      if (route === `POST ${instance}/legacySdk:legacyGetCasesByFilter`) return this.#search(request.body);
      if (route === `GET ${instance}/legacySdk:legacyAlertsTicketIdsByCaseId`) {
        return this.#ticketIds(parameters.get('caseId') ?? '');
      }
      return refusal(404, 'NOT_FOUND');
    }
    if (!path.startsWith(`${sdk}/`)) return { status: 404, body: 'no such page' };
    if (request.headers.appkey !== this.appKey) return { status: 401, body: `invalid key ${request.headers.appkey}` };
    if (route === `POST ${sdk}/CreateCase`) return this.#createOne(request.body);
    if (route === `POST ${sdk}/GetCasesByFilter`) return this.#search(request.body);
    if (request.method === 'GET' && path.startsWith(`${sdk}/AlertsTicketIdsByCaseId/`)) {
      return this.#ticketIds(path.slice(`${sdk}/AlertsTicketIdsByCaseId/`.length));
    }
    return { status: 404, body: 'no such method' };
  }

  #createMany(body: string): ScriptedAnswer {
    const parsed = chronicleBody.safeParse(JSON.parse(body));
    if (!parsed.success) return refusal(400, z.prettifyError(parsed.error));
    const { cases } = parsed.data;
    if (cases.some((info) => JSON.stringify(info).length > mostCharacters)) return refusal(400, 'too long');
    if (this.#options.repeats === 'reject' && cases.some((info) => this.cases.has(info.displayId))) {
      return refusal(400, 'ALREADY_EXISTS');
    }
    for (const info of cases) this.#store(info.displayId, info.ticketId, info);
    return json(200, {});
  }

  #createOne(body: string): ScriptedAnswer {
    const parsed = siemplifyBody.safeParse(JSON.parse(body));
    if (!parsed.success) return { status: 400, body: z.prettifyError(parsed.error) };
    if (body.length > mostCharacters) return { status: 400, body: 'too long' };
    const info = parsed.data;
    if (this.#options.repeats === 'reject' && this.cases.has(info.display_id)) {
      return { status: 400, body: 'alert was already ingested' };
    }
    const { caseId } = this.#store(info.display_id, info.ticket_id, info);
    return this.#options.createAnswer === 'empty' ? { status: 200 } : json(200, caseId);
  }

  /** "Each alert id can be ingested to the system only once." */
  #store(id: string, ticketId: string, info: Readonly<Record<string, unknown>>): SecopsCase {
    const known = this.cases.get(id);
    if (known !== undefined) return known;
    const stored = { id, ticketId, caseId: ++this.#lastCaseId, info };
    this.cases.set(id, stored);
    return stored;
  }

  /** A free search: finds every ticket id that contains the words, whatever their case. */
  #search(body: string): ScriptedAnswer {
    const filter = filterBody.safeParse(JSON.parse(body));
    if (!filter.success) return refusal(400, 'INVALID_ARGUMENT');
    const words = filter.data.ticked_ids_free_search.toLowerCase();
    const found = [...this.cases.values()].filter(
      ({ id, ticketId }) => !this.hidden.has(id) && ticketId.toLowerCase().includes(words),
    );
    return json(
      200,
      found.map(({ caseId }) => caseId),
    );
  }

  #ticketIds(caseId: string): ScriptedAnswer {
    const found = [...this.cases.values()].filter((one) => String(one.caseId) === caseId);
    return json(
      200,
      found.map(({ ticketId }) => ticketId),
    );
  }

  /** RFC 7523: the assertion is verified as Google does. */
  #grant(body: string): ScriptedAnswer {
    const form = new URLSearchParams(body);
    if (form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:token-exchange') {
      return form.get('subject_token') === this.subjectToken ? this.#issue() : invalidGrant();
    }
    const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
    const key = createPublicKey(this.#keys.publicKey);
    const signed = verify('RSA-SHA256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url'));
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer' || !signed) return invalidGrant();
    const claimed = claimsSchema.safeParse(JSON.parse(Buffer.from(claims, 'base64url').toString()));
    const now = Date.now() / 1000;
    const right =
      claimed.success &&
      claimed.data.iss === 'lurewatch@acme-soc.iam.gserviceaccount.com' &&
      claimed.data.aud === `${this.url}/token` &&
      claimed.data.scope === 'https://www.googleapis.com/auth/cloud-platform' &&
      Math.abs(claimed.data.iat - now) < 300 &&
      claimed.data.exp <= claimed.data.iat + 3600;
    if (!right) return invalidGrant();
    return this.#issue();
  }

  #issue(): ScriptedAnswer {
    const access_token = `ya29.token-${++this.tokenCount}`;
    this.#tokens.add(access_token);
    return json(200, {
      access_token,
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      expires_in: this.#options.tokenSeconds ?? 3600,
      token_type: 'Bearer',
    });
  }
}

function invalidGrant(): ScriptedAnswer {
  return json(400, { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' });
}

function refusal(code: number, status: string): ScriptedAnswer {
  return json(code, { error: { code, status, message: `refused: ${status}` } });
}

function json(status: number, value: unknown): ScriptedAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
