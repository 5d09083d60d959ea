import type { LurewatchError } from '../errors/lurewatch-error.js';
import type { HttpResponse } from '../http/client.js';
import type { MayGoOn } from '../sinks/sink.js';
import {
  addedAttributesSchema,
  attributeReason,
  indexSchema,
  type MispRole,
  type MispVersion,
  userSchema,
  versionSchema,
  warninglistsSchema,
} from './answers.js';
import { askingTransport, type Transport } from './asking-transport.js';
import { readStoredEvent, type StoredEvent } from './stored-event.js';
import { ambiguous, refuses, refusesContent, refusesThis } from './transport.js';
import type { MispAttribute, MispEvent, MispObject } from './types.js';

export type AddEventOutcome =
  | { readonly kind: 'added'; readonly stored: StoredEvent }
  /** The UUID is taken. `id` is MISP's number of the event, where it says it. */
  | { readonly kind: 'exists'; readonly id: string | undefined }
  /** `blocked`: not for what stands in it, but since its UUID is on MISP's blocklist of events. */
  | { readonly kind: 'rejected'; readonly reason: string; readonly blocked?: true }
  | { readonly kind: 'tooLarge' };

export type AddAttributesOutcome =
  /** `reasons`: for each attribute that did not come back, MISP's words; '' where it gave none. */
  | { readonly kind: 'answered'; readonly reasons: ReadonlyMap<MispAttribute, string> }
  /** 413, 500, 502, 503 or 504: some of them may have been stored. */
  | { readonly kind: 'failed'; readonly status: number; readonly error: LurewatchError };

export type EditEventOutcome =
  | { readonly kind: 'edited'; readonly stored: StoredEvent }
  | { readonly kind: 'gone' }
  | { readonly kind: 'rejected'; readonly reason: string }
  /** 413, 500, 502, 503 or 504: a part of it may have been carried out. */
  | { readonly kind: 'failed'; readonly status: number; readonly error: LurewatchError };

/** What `events/edit` is sent. What it leaves out stays as it is, but `published`, which would become false. */
export interface EventEdit {
  readonly published: boolean;
  readonly info?: string;
  readonly date?: string;
  readonly threat_level_id?: string;
  readonly analysis?: string;
  readonly Attribute?: readonly unknown[];
  readonly Object?: readonly unknown[];
  readonly Tag?: readonly { readonly name: string; readonly deleted?: 1 }[];
}

/** Of so many UUIDs one question asks which exist. */
const uuidsPerQuestion = 300;

/**
 * MISP's REST interface, as far as Lurewatch needs it; failures as `MispTransport` tells them. What MISP refuses of a
 * certain content is an answer, not a failure.
 */
export class MispClient {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The same, which asks before each request that may change an event that MISP has. */
  asking(mayGoOn: MayGoOn): MispClient {
    return new MispClient(askingTransport(this.#transport, mayGoOn));
  }

  /** `POST /events/add` of the event with these attributes only (and all of its objects). */
  async addEvent(
    event: MispEvent,
    attributes: readonly MispAttribute[],
    signal?: AbortSignal,
  ): Promise<AddEventOutcome> {
    const answer = await this.#transport.send(
      'POST',
      '/events/add',
      { Event: { ...event, Attribute: attributes } },
      signal,
    );
    if (answer.status === 413) return { kind: 'tooLarge' };
    const body = this.#transport.json(answer);
    if (answer.status === 200) {
      const stored = readStoredEvent(body);
      if (stored === undefined) throw ambiguous('events/add was answered 200 without the event');
      return { kind: 'added', stored };
    }
    const failure = this.#transport.failure(answer, body);
    if (answer.status === 404) {
      const id = /\/events\/(?:view\/)?(\d+)\/?$/.exec(answer.headers.location ?? '')?.[1];
      if (id !== undefined || /already exists/i.test(failure.reason)) return { kind: 'exists', id };
    }
    if (answer.status === 403) {
      if (/UUID provided is not unique/i.test(failure.reason)) throw ambiguous(failure.reason);
      if (failure.validation) return { kind: 'rejected', reason: failure.reason };
      if (/event blocklist/i.test(failure.reason)) return { kind: 'rejected', reason: failure.reason, blocked: true };
      if (/blocklist/i.test(failure.reason)) return { kind: 'rejected', reason: failure.reason };
    }
    throw this.#transport.unusable(answer, failure);
  }

  /** `GET /events/view/<uuid>`; undefined where there is no such event, or none this user may see. */
  async viewEvent(uuid: string, signal?: AbortSignal): Promise<StoredEvent | undefined> {
    const answer = await this.#transport.send('GET', `/events/view/${encodeURIComponent(uuid)}`, undefined, signal);
    const body = this.#transport.json(answer, 'LW_MISP_UNAVAILABLE');
    if (answer.status === 200) {
      const stored = readStoredEvent(body);
      if (stored === undefined) throw refuses('events/view was answered 200 without the event');
      return stored;
    }
    const failure = this.#transport.failure(answer, body);
    if (answer.status === 404 && /invalid event/i.test(failure.reason)) return undefined;
    throw this.#transport.unusable(answer, failure);
  }

  /**
   * `POST /events/edit/<uuid>`, without a timestamp, which MISP would compare with its own. Attributes and objects are
   * merged by UUID and silently dropped where they are invalid: see in `stored` what arrived.
   */
  async editEvent(uuid: string, edit: EventEdit, signal?: AbortSignal): Promise<EditEventOutcome> {
    const path = `/events/edit/${encodeURIComponent(uuid)}`;
    const answer = await this.#transport.send('POST', path, { Event: { uuid, ...edit } }, signal);
    const { status } = answer;
    if (status === 413 || status >= 500) {
      return { kind: 'failed', status, error: ambiguous(`events/edit was answered ${status}`) };
    }
    const body = this.#transport.json(answer);
    if (status === 200) {
      const stored = readStoredEvent(body);
      if (stored === undefined) throw ambiguous('events/edit was answered 200 without the event');
      return { kind: 'edited', stored };
    }
    const failure = this.#transport.failure(answer, body);
    if (!refusesThis(status, failure)) throw this.#transport.unusable(answer, failure);
    return status === 404 ? { kind: 'gone' } : { kind: 'rejected', reason: failure.reason };
  }

  /** `POST /events/index`: those of these UUIDs whose events this user sees, in lower case. */
  async knownEvents(uuids: readonly string[], signal?: AbortSignal): Promise<ReadonlySet<string>> {
    const known = new Set<string>();
    // An empty list would be no filter at all, and the answer every event that MISP has.
    for (let start = 0; start < uuids.length; start += uuidsPerQuestion) {
      const eventid = uuids.slice(start, start + uuidsPerQuestion).map((uuid) => uuid.toLowerCase());
      const answer = await this.#transport.send('POST', '/events/index', { eventid, minimal: 1 }, signal);
      const body = this.#transport.json(answer, 'LW_MISP_UNAVAILABLE');
      if (answer.status !== 200) throw this.#transport.unusable(answer, this.#transport.failure(answer, body));
      const rows = indexSchema.safeParse(body);
      if (!rows.success) throw refuses('events/index was answered without a list of events');
      const found = new Set(rows.data.map((row) => row.uuid.toLowerCase()));
      for (const uuid of eventid) if (found.has(uuid)) known.add(uuid);
    }
    return known;
  }

  /** `POST /attributes/add/<event>` of a list. A refusal of all of them is an answer, too. */
  async addAttributes(
    event: string,
    attributes: readonly MispAttribute[],
    signal?: AbortSignal,
  ): Promise<AddAttributesOutcome> {
    const answer = await this.#transport.send(
      'POST',
      `/attributes/add/${encodeURIComponent(event)}`,
      attributes,
      signal,
    );
    const { status } = answer;
    if (status === 413 || status >= 500) {
      return { kind: 'failed', status, error: ambiguous(`attributes/add was answered ${status}`) };
    }
    const body = this.#transport.json(answer);
    if (status === 200) {
      const added = addedAttributesSchema.safeParse(body);
      if (!added.success) throw ambiguous('attributes/add was answered 200 without the attributes');
      const stored = new Set(added.data.Attribute.map((attribute) => attribute.uuid.toLowerCase()));
      const reasons = attributes
        .map((attribute, index) => [attribute, attributeReason(added.data.errors, index) ?? ''] as const)
        .filter(([attribute]) => !stored.has(attribute.uuid));
      return { kind: 'answered', reasons: new Map(reasons) };
    }
    const failure = this.#transport.failure(answer, body);
    if (!refusesThis(status, failure)) throw this.#transport.unusable(answer, failure);
    const reasons = attributes.map(
      (attribute, index) => [attribute, attributeReason(failure.errors, index) ?? failure.reason] as const,
    );
    return { kind: 'answered', reasons: new Map(reasons) };
  }

  /** `POST /tags/attachTagToObject`, fine when repeated. Answers why it was not attached, undefined where it was. */
  async attachTag(uuid: string, tag: string, signal?: AbortSignal): Promise<string | undefined> {
    return await this.#post('/tags/attachTagToObject', { uuid, tag }, signal);
  }

  /** `POST /tags/removeTagFromObject`. Answers why it was not removed, undefined where it was. */
  async removeTag(uuid: string, tag: string, signal?: AbortSignal): Promise<string | undefined> {
    if (isPattern(tag)) return 'MISP would take it for the number of a tag, or for a pattern';
    return await this.#post('/tags/removeTagFromObject', { uuid, tag }, signal);
  }

  /** `POST /objects/add/<event>`, all or nothing. Answers why it was not stored, undefined where it was. */
  async addObject(event: string, object: MispObject, signal?: AbortSignal): Promise<string | undefined> {
    const path = `/objects/add/${encodeURIComponent(event)}`;
    const answer = await this.#transport.send('POST', path, object, signal);
    if (answer.status === 413) return 'too large for MISP or a proxy before it (413)';
    if (answer.status === 500) return 'MISP answers 500 to it';
    return this.#refusal(answer);
  }

  /**
   * `POST /events/publish/<id>`; as a rule MISP only queues the job. Answers why not, undefined where it was accepted.
   * A role without the permission is such a reason, too, and no failure.
   */
  async publish(id: string, signal?: AbortSignal): Promise<string | undefined> {
    return await this.#post(`/events/publish/${encodeURIComponent(id)}`, {}, signal);
  }

  /** `GET /servers/getVersion`. */
  async version(signal?: AbortSignal): Promise<MispVersion> {
    const answer = await this.#transport.send('GET', '/servers/getVersion', undefined, signal);
    const body = this.#transport.json(answer, 'LW_MISP_UNAVAILABLE');
    if (answer.status !== 200) throw this.#transport.unusable(answer, this.#transport.failure(answer, body));
    const parsed = versionSchema.safeParse(body);
    if (!parsed.success) throw refuses('servers/getVersion was answered without a version');
    return parsed.data;
  }

  /** `GET /users/view/me`: what the role of this user may do; undefined where MISP does not tell. */
  async role(signal?: AbortSignal): Promise<MispRole | undefined> {
    const answer = await this.#transport.send('GET', '/users/view/me', undefined, signal);
    const body = this.#transport.json(answer, 'LW_MISP_UNAVAILABLE');
    return answer.status === 200 ? userSchema.safeParse(body).data?.Role : undefined;
  }

  /** `POST /warninglists/checkValue`: of these values those on an enabled warninglist, each with the first one's name. */
  async onWarninglists(values: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const answer = await this.#transport.send('POST', '/warninglists/checkValue', values, signal);
    const body = this.#transport.json(answer, 'LW_MISP_UNAVAILABLE');
    if (answer.status !== 200) throw this.#transport.unusable(answer, this.#transport.failure(answer, body));
    const found = warninglistsSchema.safeParse(body);
    if (!found.success) throw refuses('warninglists/checkValue was answered with something else');
    return new Map(
      Object.entries(found.data).flatMap(([value, lists]) => {
        const [first] = lists;
        return first === undefined ? [] : [[value, first.name]];
      }),
    );
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }

  /** A request that is done or refused. */
  async #post(path: string, sent: unknown, signal: AbortSignal | undefined): Promise<string | undefined> {
    return this.#refusal(await this.#transport.send('POST', path, sent, signal));
  }

  #refusal(answer: HttpResponse): string | undefined {
    const body = this.#transport.json(answer);
    const failure = this.#transport.failure(answer, body);
    if (answer.status === 200) return failure.validation ? failure.reason : undefined;
    if (refusesContent(answer.status, failure)) return failure.reason;
    throw this.#transport.unusable(answer, failure);
  }
}

/** MISP looks a tag up by its number where the name is one, and by LIKE otherwise: it might take another tag away. */
function isPattern(tag: string): boolean {
  return /[%_\\]/.test(tag) || (tag.trim() !== '' && Number.isFinite(Number(tag)));
}
