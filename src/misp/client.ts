import type { Secret } from '../config/secret.js';
import { LurewatchError } from '../errors/lurewatch-error.js';
import type { HttpClient, HttpResponse } from '../http/client.js';
import { HttpFailure } from '../http/failure.js';
import { retryAfterMs } from '../http/retry-after.js';
import {
  addedAttributesSchema,
  attributeReason,
  type Failure,
  type MispVersion,
  readFailure,
  readStoredEvent,
  type StoredEvent,
  versionSchema,
} from './answers.js';
import type { MispAttribute, MispEvent } from './types.js';

export type AddEventOutcome =
  | { readonly kind: 'added'; readonly stored: StoredEvent }
  /** The UUID is taken. `id` is MISP's number of the event, where it says it. */
  | { readonly kind: 'exists'; readonly id: string | undefined }
  | { readonly kind: 'rejected'; readonly reason: string }
  | { readonly kind: 'tooLarge' };

export type AddAttributesOutcome =
  /** `reasons`: for each attribute that did not come back, MISP's words; '' where it gave none. */
  | { readonly kind: 'answered'; readonly reasons: ReadonlyMap<MispAttribute, string> }
  /** 413, 500, 502, 503 or 504: some of them may have been stored. */
  | { readonly kind: 'failed'; readonly status: number; readonly error: LurewatchError };

const where = 'misp';

/** MISP's words where the role lacks a permission altogether, not only towards one object. */
const lacksRole = /permission to use this functionality/i;

/**
 * MISP's REST interface, as far as Lurewatch needs it. It never trusts the status alone: validation, permission and
 * authentication are all 403, a duplicate is 404, and a redirect is what a good key without `Accept` gets.
 *
 * Every method throws LurewatchError: LW_MISP_AUTH, LW_MISP_REFUSES, LW_MISP_TLS, LW_MISP_UNAVAILABLE (certainly not
 * carried out), LW_MISP_AMBIGUOUS (may have been carried out). The reason of an aborted `signal` passes as it is.
 */
export class MispClient {
  readonly #http: HttpClient;
  readonly #key: Secret;

  constructor(http: HttpClient, key: Secret) {
    this.#http = http;
    this.#key = key;
  }

  /** `POST /events/add` of the event with these attributes only. */
  async addEvent(
    event: MispEvent,
    attributes: readonly MispAttribute[],
    signal?: AbortSignal,
  ): Promise<AddEventOutcome> {
    const answer = await this.#send('POST', '/events/add', { Event: { ...event, Attribute: attributes } }, signal);
    if (answer.status === 413) return { kind: 'tooLarge' };
    const body = this.#json(answer);
    if (answer.status === 200) {
      const stored = readStoredEvent(body);
      if (stored === undefined) throw ambiguous('events/add was answered 200 without the event');
      return { kind: 'added', stored };
    }
    const failure = this.#failure(answer, body);
    if (answer.status === 404) {
      const id = /\/events\/(?:view\/)?(\d+)\/?$/.exec(answer.headers.location ?? '')?.[1];
      if (id !== undefined || /already exists/i.test(failure.reason)) return { kind: 'exists', id };
    }
    if (answer.status === 403) {
      if (/UUID provided is not unique/i.test(failure.reason)) throw ambiguous(failure.reason);
      if (failure.validation || /blocklist/i.test(failure.reason)) return { kind: 'rejected', reason: failure.reason };
    }
    throw this.#unusable(answer, failure);
  }

  /** `GET /events/view/<uuid>`; undefined where there is no such event, or none this user may see. */
  async viewEvent(uuid: string, signal?: AbortSignal): Promise<StoredEvent | undefined> {
    const answer = await this.#send('GET', `/events/view/${encodeURIComponent(uuid)}`, undefined, signal);
    const body = this.#json(answer, 'LW_MISP_UNAVAILABLE');
    if (answer.status === 200) {
      const stored = readStoredEvent(body);
      if (stored === undefined) throw refuses('events/view was answered 200 without the event');
      return stored;
    }
    const failure = this.#failure(answer, body);
    if (answer.status === 404 && /invalid event/i.test(failure.reason)) return undefined;
    throw this.#unusable(answer, failure);
  }

  /** `POST /attributes/add/<event>` of a list. A refusal of all of them is an answer, too. */
  async addAttributes(
    event: string,
    attributes: readonly MispAttribute[],
    signal?: AbortSignal,
  ): Promise<AddAttributesOutcome> {
    const answer = await this.#send('POST', `/attributes/add/${encodeURIComponent(event)}`, attributes, signal);
    const { status } = answer;
    if (status === 413 || status >= 500) {
      return { kind: 'failed', status, error: ambiguous(`attributes/add was answered ${status}`) };
    }
    const body = this.#json(answer);
    if (status === 200) {
      const added = addedAttributesSchema.safeParse(body);
      if (!added.success) throw ambiguous('attributes/add was answered 200 without the attributes');
      const stored = new Set(added.data.Attribute.map((attribute) => attribute.uuid.toLowerCase()));
      const reasons = attributes
        .map((attribute, index) => [attribute, attributeReason(added.data.errors, index) ?? ''] as const)
        .filter(([attribute]) => !stored.has(attribute.uuid));
      return { kind: 'answered', reasons: new Map(reasons) };
    }
    const failure = this.#failure(answer, body);
    if (!refusesContent(status, failure) || lacksRole.test(failure.reason)) throw this.#unusable(answer, failure);
    const reasons = attributes.map(
      (attribute, index) => [attribute, attributeReason(failure.errors, index) ?? failure.reason] as const,
    );
    return { kind: 'answered', reasons: new Map(reasons) };
  }

  /** `POST /tags/attachTagToObject`, fine when repeated. Answers why it was not attached, undefined where it was. */
  async attachTag(uuid: string, tag: string, signal?: AbortSignal): Promise<string | undefined> {
    const answer = await this.#send('POST', '/tags/attachTagToObject', { uuid, tag }, signal);
    const body = this.#json(answer);
    const failure = this.#failure(answer, body);
    if (answer.status === 200) return failure.validation ? failure.reason : undefined;
    if (refusesContent(answer.status, failure)) return failure.reason;
    throw this.#unusable(answer, failure);
  }

  /** `GET /servers/getVersion`. */
  async version(signal?: AbortSignal): Promise<MispVersion> {
    const answer = await this.#send('GET', '/servers/getVersion', undefined, signal);
    const body = this.#json(answer, 'LW_MISP_UNAVAILABLE');
    if (answer.status !== 200) throw this.#unusable(answer, this.#failure(answer, body));
    const parsed = versionSchema.safeParse(body);
    if (!parsed.success) throw refuses('servers/getVersion was answered without a version');
    return parsed.data;
  }

  async close(): Promise<void> {
    await this.#http.close();
  }

  async #send(method: 'GET' | 'POST', path: string, body: unknown, signal?: AbortSignal): Promise<HttpResponse> {
    try {
      return await this.#http.request({
        method,
        path,
        headers: {
          authorization: this.#key.reveal(),
          accept: 'application/json',
          'content-type': 'application/json',
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal,
      });
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      // A read changes nothing, so nothing about it is ambiguous.
      if (method === 'GET' && !error.tls) {
        throw new LurewatchError('LW_MISP_UNAVAILABLE', `no usable answer (${error.message})`, { where, cause: error });
      }
      throw error.toLurewatch('LW_MISP', where);
    }
  }

  /** The answer's JSON. What no MISP answers, or answers to any request alike, ends here. */
  #json(answer: HttpResponse, on5xx: 'LW_MISP_AMBIGUOUS' | 'LW_MISP_UNAVAILABLE' = 'LW_MISP_AMBIGUOUS'): unknown {
    const { status, headers } = answer;
    if (status >= 300 && status < 400) {
      // Without its query, which may be a token.
      const to = headers.location?.replace(/[?#].*$/s, '') ?? 'nowhere';
      throw refuses(`answered ${status}, a redirect to ${to}; MISP itself answers JSON`);
    }
    if (status === 429) {
      const wait = retryAfterMs(headers['x-rate-limit-reset'] ?? headers['retry-after']);
      throw new LurewatchError('LW_MISP_UNAVAILABLE', 'answered 429, too many requests', { where, retryAfterMs: wait });
    }
    const body = parseJson(answer.body);
    if (status >= 500) {
      const said = body === undefined ? 'with no JSON' : (readFailure(body)?.reason ?? '');
      const what = this.#withoutKey(`answered ${status} ${said}`.trim());
      throw new LurewatchError(on5xx, what, { where, retryAfterMs: retryAfterMs(headers['retry-after']) });
    }
    if (body === undefined) {
      throw refuses(`answered ${status} with ${headers['content-type'] ?? 'no content type'} instead of JSON`);
    }
    return body;
  }

  #failure(answer: HttpResponse, body: unknown): Failure {
    const failure = readFailure(body);
    if (failure === undefined) throw refuses(`answered ${answer.status} with JSON that is not MISP's`);
    return { ...failure, reason: this.#withoutKey(failure.reason) };
  }

  /** What is left when an answer is none of those that a request expects. */
  #unusable(answer: HttpResponse, failure: Failure): LurewatchError {
    const said = `answered ${answer.status}: ${failure.reason}`;
    if (answer.status === 401 || answer.status === 403) return new LurewatchError('LW_MISP_AUTH', said, { where });
    if (answer.status === 405) {
      const mend =
        'Check `misp.sharingGroup` (MISP answers so to an unknown one) and whether a proxy changes the request.';
      return new LurewatchError('LW_MISP_REFUSES', said, { where, mend });
    }
    return refuses(said);
  }

  /** Should anything ever echo our headers, the key does not travel on. */
  #withoutKey(text: string): string {
    return text.replaceAll(this.#key.reveal(), '[secret]');
  }
}

/** True where the key is good and MISP refuses this very content or object (validation, permission, unknown event). */
function refusesContent(status: number, failure: Failure): boolean {
  return (status === 403 || status === 404) && !/authentication failed/i.test(failure.reason);
}

function refuses(what: string): LurewatchError {
  return new LurewatchError('LW_MISP_REFUSES', what, { where });
}

function ambiguous(what: string): LurewatchError {
  return new LurewatchError('LW_MISP_AMBIGUOUS', what, { where });
}

function parseJson(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    return parsed;
  } catch {
    return undefined;
  }
}
