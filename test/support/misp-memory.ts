import { z } from 'zod';
import { normaliseValue } from './misp-values.js';

/** A MISP without its HTTP: what it stores and how it answers, as measured on 2.5.1, traps included. */

export interface MemoryAttribute {
  readonly uuid: string;
  readonly type: string;
  readonly category: string;
  /** As normalised. */
  readonly value: string;
  readonly comment: string;
  readonly to_ids: boolean;
  readonly disable_correlation: boolean;
}

export interface MemoryEvent {
  readonly id: string;
  readonly uuid: string;
  readonly info: string;
  readonly date: string;
  readonly distribution: string;
  published: boolean;
  /** False: of another organisation, and not shared with this user. */
  visible: boolean;
  readonly tags: string[];
  readonly attributes: MemoryAttribute[];
}

/** The role of the key's user. */
export interface MispRole {
  /** perm_add */
  add: boolean;
  /** perm_tag_editor: unknown tags are created; without it they are silently left out. */
  tagEditor: boolean;
  /** perm_publish */
  publish: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const attributeSchema = z.object({
  uuid: z.string().optional(),
  type: z.string(),
  category: z.string().optional(),
  value: z.string(),
  comment: z.string().default(''),
  to_ids: z.boolean().default(false),
  disable_correlation: z.boolean().default(false),
});
export type SentAttribute = z.output<typeof attributeSchema>;

const bareEvent = z.object({
  uuid: z.string().default(() => crypto.randomUUID()),
  info: z.string().default(''),
  date: z.string().default(() => new Date().toISOString().slice(0, 10)),
  distribution: z.coerce.string().default('1'),
  sharing_group_id: z.coerce.string().optional(),
  published: z.boolean().default(false),
  Tag: z.array(z.unknown()).default([]),
  Attribute: z.array(attributeSchema).default([]),
});
export const sentEventSchema = z.union([z.object({ Event: bareEvent }).transform((body) => body.Event), bareEvent]);
export type SentEvent = z.output<typeof sentEventSchema>;
export const sentAttributesSchema = z.union([z.array(attributeSchema), attributeSchema.transform((one) => [one])]);

const tagSchema = z.object({ name: z.string() });
const fourBytes = /[\u{10000}-\u{10FFFF}]/u;

export class MispMemory {
  /** By UUID, lower case. */
  readonly events = new Map<string, MemoryEvent>();
  readonly knownTags = new Set<string>();
  /** UUIDs of events that were deleted: refused for ever. */
  readonly blocked = new Set<string>();
  organisationBlocked = false;
  readonly sharingGroups = new Set<string>();
  readonly role: MispRole = { add: true, tagEditor: true, publish: false };
  readonly #adding = new Set<string>();
  #nextId = 1;
  #losers = 0;

  constructor(readonly base: () => string) {}

  find(idOrUuid: string): MemoryEvent | undefined {
    const key = idOrUuid.toLowerCase();
    return this.events.get(key) ?? [...this.events.values()].find((event) => event.id === idOrUuid);
  }

  /** `stopAfter`: 500 once so many attributes are stored, as on a broken database. */
  async addEvent(sent: SentEvent, stopAfter = Number.POSITIVE_INFINITY): Promise<Answer> {
    if (!this.role.add) return forbidden('You do not have permission to use this functionality.', '/events/add');
    const existing = this.events.get(sent.uuid.toLowerCase());
    // No validation runs before this, and what the user may see does not matter.
    if (existing !== undefined && sent.uuid === existing.uuid) return this.#exists(existing);
    if (existing !== undefined) return invalidEvent({ uuid: ['The UUID provided is not unique'] });
    if (this.blocked.has(sent.uuid)) return forbidden('Event blocked by event blocklist.', '/events/add');
    if (this.organisationBlocked) return forbidden('Event blocked by organisation blocklist.', '/events/add');
    if (sent.info === '') return invalidEvent({ info: ['Info cannot be empty.'] });
    if (!/^\d{4}-\d\d-\d\d$/.test(sent.date)) return invalidEvent({ date: ['Expected date format: YYYY-MM-DD'] });
    if (sent.published && sent.Attribute.length === 0) return invalidEvent('Cannot publish an empty event.');
    if (sent.sharing_group_id !== undefined && !this.sharingGroups.has(sent.sharing_group_id)) {
      return {
        status: 405,
        body: message('Invalid Sharing Group or not authorised (Sync user is not contained in it).'),
      };
    }
    const tags = sent.Tag.map((tag) => tagSchema.safeParse(tag).data?.name);
    if (fourBytes.test(sent.info) || tags.some((tag) => tag === undefined || fourBytes.test(tag)))
      return internalError();

    if (this.#adding.has(sent.uuid)) return this.#lostRace(sent.uuid);
    this.#adding.add(sent.uuid);
    await new Promise((resolve) => setTimeout(resolve, 5));
    this.#adding.delete(sent.uuid);
    const event: MemoryEvent = {
      id: String(this.#nextId++),
      uuid: sent.uuid,
      info: sent.info,
      date: sent.date,
      distribution: sent.distribution,
      published: sent.published && this.role.publish,
      visible: true,
      tags: [],
      attributes: [],
    };
    this.events.set(event.uuid, event);
    for (const [index, attribute] of sent.Attribute.entries()) {
      if (index >= stopAfter || fourBytes.test(attribute.comment)) return internalError();
      this.#store(event, attribute);
    }
    for (const tag of tags) if (tag !== undefined && this.#mayUse(tag)) event.tags.push(tag);
    return { status: 200, body: show(event) };
  }

  view(idOrUuid: string): Answer {
    const event = this.find(idOrUuid);
    return event?.visible === true ? { status: 200, body: show(event) } : unknownEvent();
  }

  /** Which of many UUIDs exist. */
  index(uuids: readonly string[]): Answer {
    const found = uuids.map((uuid) => this.events.get(uuid)).filter((event) => event?.visible === true);
    return {
      status: 200,
      body: found.map((event) => ({ id: event?.id, uuid: event?.uuid, published: event?.published })),
    };
  }

  addAttributes(idOrUuid: string, sent: readonly SentAttribute[]): Answer {
    if (!this.role.add) return forbidden('You do not have permission to use this functionality.', '/attributes/add');
    const event = this.find(idOrUuid);
    if (event?.visible !== true) return unknownEvent();
    const stored: MemoryAttribute[] = [];
    const errors: Record<string, unknown> = {};
    for (const [index, attribute] of sent.entries()) {
      if (fourBytes.test(attribute.comment)) return internalError();
      const outcome = this.#store(event, attribute);
      if ('uuid' in outcome) stored.push(outcome);
      else errors[`attribute_${index}`] = { [outcome.field]: [outcome.reason] };
    }
    if (stored.length === 0) {
      return {
        status: 403,
        body: { saved: false, ...message('Could not add Attribute'), url: '/attributes/add', errors },
      };
    }
    const failed = Object.keys(errors).length > 0;
    return {
      status: 200,
      body: { Attribute: stored.length === 1 ? stored[0] : stored, ...(failed ? { errors } : {}) },
    };
  }

  attachTag(uuid: string, tag: string): Answer {
    const event = this.events.get(uuid);
    if (event?.visible !== true) return { status: 404, body: message('Invalid Target.') };
    if (!this.#mayUse(tag))
      return forbidden('Unknown tag. You do not have permission to create it.', '/tags/attachTagToObject');
    if (!event.tags.some((known) => known.toLowerCase() === tag.toLowerCase())) event.tags.push(tag);
    return {
      status: 200,
      body: { saved: true, success: `Global tag ${tag} successfully attached.`, check_publish: true },
    };
  }

  #mayUse(tag: string): boolean {
    if (this.knownTags.has(tag.toLowerCase())) return true;
    if (this.role.tagEditor) this.knownTags.add(tag.toLowerCase());
    return this.role.tagEditor;
  }

  #store(
    event: MemoryEvent,
    sent: SentAttribute,
  ): MemoryAttribute | { readonly field: string; readonly reason: string } {
    const uuid = sent.uuid ?? crypto.randomUUID();
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid))
      return { field: 'uuid', reason: 'Please provide a valid RFC 4122 UUID' };
    for (const other of this.events.values()) {
      if (other.attributes.some((each) => each.uuid === uuid))
        return { field: 'uuid', reason: 'The UUID provided is not unique' };
    }
    const outcome = normaliseValue(sent.type, sent.category, sent.value);
    if ('reason' in outcome) return outcome;
    const { value, category } = outcome;
    const repeated = event.attributes.some(
      (each) => each.type === sent.type && each.category === category && each.value === value,
    );
    if (repeated) return { field: 'value', reason: 'A similar attribute already exists for this event.' };
    const { type, comment, to_ids, disable_correlation } = sent;
    const attribute = { uuid, type, category, value, comment, to_ids, disable_correlation };
    event.attributes.push(attribute);
    return attribute;
  }

  #exists(event: MemoryEvent): Answer {
    const text = 'Event already exists, if you would like to edit it, use the url in the location header.';
    return {
      status: 404,
      headers: { location: `${this.base()}/events/${event.id}` },
      body: { ...message(text), url: '/events/add' },
    };
  }

  /** Simultaneous adds of one UUID: one is stored; the others meet 500, 403 or 404. */
  #lostRace(uuid: string): Answer {
    const turn = this.#losers++ % 3;
    if (turn === 0) return internalError();
    if (turn === 1) return invalidEvent({ uuid: ['The UUID provided is not unique'] });
    const text = 'Event already exists, if you would like to edit it, use the url in the location header.';
    return {
      status: 404,
      headers: { location: `${this.base()}/events/${this.#nextId}` },
      body: { ...message(text), uuid },
    };
  }
}

export function message(text: string): { readonly name: string; readonly message: string } {
  return { name: text, message: text };
}

export function forbidden(text: string, url: string): Answer {
  return { status: 403, body: { ...message(text), url } };
}

export function internalError(): Answer {
  return { status: 500, body: { ...message('An Internal Error Has Occurred.'), url: '/' } };
}

function unknownEvent(): Answer {
  return { status: 404, body: { ...message('Invalid event'), url: '/events/view' } };
}

function invalidEvent(errors: unknown): Answer {
  const url = '/events/add';
  return { status: 403, body: { saved: false, ...message('Could not add Event'), url, errors: { Event: errors } } };
}

function show(event: MemoryEvent): unknown {
  const { visible: _visible, tags, attributes, ...fields } = event;
  return {
    Event: {
      ...fields,
      attribute_count: String(attributes.length),
      Attribute: attributes.map((attribute) => ({ ...attribute, event_id: event.id, distribution: '5' })),
      Tag: tags.map((name) => ({ name, colour: '#ffffff', local: false })),
    },
  };
}
