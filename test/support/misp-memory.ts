import { z } from 'zod';
import {
  type Answer,
  forbidden,
  internalError,
  invalidEvent,
  lacksPermission,
  message,
  notSaved,
  show,
  unknownEvent,
} from './misp-answers.js';
import type {
  MemoryAttribute,
  MemoryEvent,
  MispRole,
  SentAttribute,
  SentEdit,
  SentEvent,
  SentObject,
} from './misp-memory-types.js';
import { BrokenStatement, fourBytes, MispStore } from './misp-store.js';

const tagSchema = z.object({ name: z.string() });

/** A MISP without its HTTP: what it stores and how it answers, as measured on 2.5.1, traps included. */
export class MispMemory {
  /** By UUID, lower case. */
  readonly events = new Map<string, MemoryEvent>();
  readonly knownTags = new Set<string>();
  /** UUIDs of events that were deleted: refused for ever. */
  readonly blocked = new Set<string>();
  organisationBlocked = false;
  /** False: adding works, publishing answers 500. */
  redisUp = true;
  readonly sharingGroups = new Set<string>();
  readonly role: MispRole = { add: true, modify: true, tagger: true, tagEditor: true, publish: false };
  readonly #store = new MispStore(this.events);
  readonly #uuids = new Map<string, string>();
  readonly #adding = new Set<string>();
  #nextId = 1;
  #losers = 0;

  constructor(readonly base: () => string) {}

  find(idOrUuid: string): MemoryEvent | undefined {
    const key = idOrUuid.toLowerCase();
    return this.events.get(key) ?? this.events.get(this.#uuids.get(idOrUuid) ?? '');
  }

  /** `stopAfter`: 500 once so many attributes are stored, as on a broken database. */
  async addEvent(sent: SentEvent, stopAfter = Number.POSITIVE_INFINITY): Promise<Answer> {
    if (!this.role.add) return lacksPermission('/events/add');
    const existing = this.events.get(sent.uuid.toLowerCase());
    // No validation runs before this, and what the user may see does not matter.
    if (existing !== undefined && sent.uuid === existing.uuid) return this.#exists(existing);
    if (existing !== undefined) return invalidEvent({ uuid: ['The UUID provided is not unique'] });
    if (this.blocked.has(sent.uuid)) return forbidden('Event blocked by event blocklist.', '/events/add');
    if (this.organisationBlocked) return forbidden('Event blocked by organisation blocklist.', '/events/add');
    if (sent.info === '') return invalidEvent({ info: ['Info cannot be empty.'] });
    if (!/^\d{4}-\d\d-\d\d$/.test(sent.date)) return invalidEvent({ date: ['Expected date format: YYYY-MM-DD'] });
    if (sent.published && sent.Attribute.length + sent.Object.length === 0)
      return invalidEvent('Cannot publish an empty event.');
    if (sent.sharing_group_id !== undefined && !this.sharingGroups.has(sent.sharing_group_id)) {
      const text = 'Invalid Sharing Group or not authorised (Sync user is not contained in it).';
      return { status: 405, body: message(text) };
    }
    const tags = sent.Tag.map((tag) => tagSchema.safeParse(tag).data?.name);
    const brokenTag = tags.some((tag) => tag === undefined || (fourBytes.test(tag) && !this.#isKnown(tag)));
    if (fourBytes.test(sent.info) || brokenTag) return internalError();

    if (this.#adding.has(sent.uuid)) return this.#lostRace(sent.uuid);
    this.#adding.add(sent.uuid);
    await new Promise((resolve) => setTimeout(resolve, 5));
    this.#adding.delete(sent.uuid);
    const event = this.#newEvent(sent);
    return broken(() => {
      for (const [index, attribute] of sent.Attribute.entries()) {
        if (index >= stopAfter) throw new BrokenStatement();
        this.#store.attribute(event, attribute);
      }
      for (const object of sent.Object) this.#store.object(event, object);
      this.#store.refer(event, sent.Object);
      for (const tag of tags) if (tag !== undefined) this.#tag(event, tag);
      return { status: 200, body: show(event) };
    });
  }

  /** Leaving out `published` unpublishes. What is invalid is dropped without a word. */
  editEvent(idOrUuid: string, sent: SentEdit): Answer {
    if (!this.role.modify) return lacksPermission('/events/edit');
    const event = this.find(idOrUuid);
    if (event?.visible !== true) return unknownEvent();
    const refuse = (reason: string) =>
      notSaved('Could not edit Event', '/events/edit', `Event could not be saved: ${reason}`);
    if (event.foreign) return refuse('The user used to edit the event is not authorised to do so.');
    if (sent.timestamp !== undefined && sent.timestamp <= event.timestamp) {
      return refuse('Event in the request not newer than the local copy.');
    }
    if (sent.info === '') return notSaved('Could not edit Event', '/events/edit', { info: ['Info cannot be empty.'] });
    if (sent.date !== undefined && !/^\d{4}-\d\d-\d\d$/.test(sent.date)) {
      return notSaved('Could not edit Event', '/events/edit', { date: ['Expected date format: YYYY-MM-DD'] });
    }
    if (fourBytes.test(sent.info ?? '')) return internalError();
    event.info = sent.info ?? event.info;
    event.date = sent.date ?? event.date;
    event.threat_level_id = sent.threat_level_id ?? event.threat_level_id;
    event.analysis = sent.analysis ?? event.analysis;
    event.timestamp = sent.timestamp ?? Math.floor(Date.now() / 1000);
    event.published = sent.published === true && this.role.publish;
    return broken(() => {
      for (const attribute of sent.Attribute) this.#store.editAttribute(event, attribute);
      for (const object of sent.Object) this.#store.editObject(event, object);
      for (const tag of sent.Tag) {
        if (tag.deleted === true && this.role.tagger) untag(event, tag.name);
        else if (tag.deleted !== true) this.#tag(event, tag.name);
      }
      return { status: 200, body: show(event) };
    });
  }

  view(idOrUuid: string): Answer {
    const event = this.find(idOrUuid);
    return event?.visible === true ? { status: 200, body: show(event) } : unknownEvent();
  }

  /** Enabled warninglists: name → values. */
  readonly lists = new Map<string, ReadonlySet<string>>();

  /** Only what is on some list; an empty answer is a list. */
  warninglists(values: readonly string[]): Answer {
    const found = values.flatMap((value) => {
      const lists = [...this.lists].flatMap(([name, list], index) =>
        list.has(value) ? [{ id: String(index + 1), name, matched: value }] : [],
      );
      return lists.length === 0 ? [] : [[value, lists] as const];
    });
    return { status: 200, body: found.length === 0 ? [] : Object.fromEntries(found) };
  }

  /** Which of many UUIDs exist. An empty list is no filter. */
  index(uuids: readonly string[]): Answer {
    const asked = uuids.length === 0 ? [...this.events.keys()] : uuids;
    const found = asked.flatMap((uuid) => this.events.get(uuid.toLowerCase()) ?? []).filter((event) => event.visible);
    return {
      status: 200,
      body: found.map(({ id, uuid, published, timestamp }) => ({
        id,
        timestamp: String(timestamp),
        published,
        uuid,
        orgc_uuid: '00000000-0000-4000-8000-000000000001',
      })),
    };
  }

  addAttributes(idOrUuid: string, sent: readonly SentAttribute[]): Answer {
    if (!this.role.add) return lacksPermission('/attributes/add');
    const event = this.find(idOrUuid);
    if (event?.visible !== true) return unknownEvent();
    const stored: MemoryAttribute[] = [];
    const errors: Record<string, unknown> = {};
    return broken(() => {
      for (const [index, attribute] of sent.entries()) {
        const outcome = this.#store.attribute(event, attribute);
        if ('uuid' in outcome) stored.push(outcome);
        else errors[`attribute_${index}`] = { [outcome.field]: [outcome.reason] };
      }
      if (stored.length === 0) return notSaved('Could not add Attribute', '/attributes/add', errors);
      event.published = false;
      const failed = Object.keys(errors).length > 0;
      const Attribute = stored.length === 1 ? stored[0] : stored;
      return { status: 200, body: { Attribute, ...(failed ? { errors } : {}) } };
    });
  }

  /** All or nothing. */
  addObject(idOrUuid: string, sent: SentObject): Answer {
    if (!this.role.add) return lacksPermission('/objects/add');
    const event = this.find(idOrUuid);
    if (event?.visible !== true) return unknownEvent();
    const refuse = (errors: string) => notSaved('Could not add Object', '/objects/add', errors);
    if (sent.Attribute.length === 0) return refuse('Could not save the object as no attributes were set.');
    for (const attribute of sent.Attribute) {
      const outcome = this.#store.check(event, attribute, []);
      if ('reason' in outcome) {
        const why = JSON.stringify({ [outcome.field]: [outcome.reason] });
        const relation = attribute.object_relation ?? '';
        return refuse(`Could not save object as at least one attribute has failed validation (${relation}). ${why}`);
      }
    }
    if (sent.Attribute.some(({ comment }) => fourBytes.test(comment))) return internalError();
    const object = this.#store.object(event, sent);
    if (object === undefined) return refuse('The UUID provided is not unique');
    event.published = false;
    return { status: 200, body: { Object: { ...object, Attribute: object.attributes } } };
  }

  /** Attaching, or removing, a tag by itself unpublishes the event. */
  attachTag(uuid: string, tag: string): Answer {
    const event = this.events.get(uuid);
    if (event?.visible !== true) return { status: 404, body: message('Invalid Target.') };
    if (!this.#mayUse(tag)) {
      return forbidden('Unknown tag. You do not have permission to create it.', '/tags/attachTagToObject');
    }
    if (this.#tag(event, tag)) event.published = false;
    const success = `Global tag ${tag} successfully attached.`;
    return { status: 200, body: { saved: true, success, check_publish: true } };
  }

  removeTag(uuid: string, tag: string): Answer {
    if (!this.#isKnown(tag)) return { status: 405, body: message('Invalid Tag.') };
    const event = this.events.get(uuid);
    if (event?.visible !== true) return { status: 404, body: message('Invalid Target.') };
    if (!untag(event, tag)) {
      return { status: 404, body: message('Could not remove tag as it is not attached to the target Event') };
    }
    event.published = false;
    return { status: 200, body: { saved: true, success: `Global tag ${tag} successfully removed.` } };
  }

  /** The answer comes when the job is queued, and its effect later. */
  publish(idOrUuid: string): Answer {
    if (!this.role.publish) return lacksPermission('/events/publish');
    const event = this.find(idOrUuid);
    if (event?.visible !== true) return unknownEvent();
    if (!this.redisUp) return internalError();
    setTimeout(() => {
      event.published = true;
      event.publishedAt = Math.floor(Date.now() / 1000);
    }, 20);
    const url = `${this.base()}/events/publish/${event.id}`;
    return { status: 200, body: { saved: true, success: true, ...message('Job queued'), url, id: event.id } };
  }

  me(): Answer {
    const { add, modify, tagger, tagEditor, publish } = this.role;
    const permissions = { perm_add: add, perm_modify: modify, perm_tagger: tagger, perm_tag_editor: tagEditor };
    const Role = { id: '3', name: 'User', ...permissions, perm_publish: publish, perm_auth: true };
    return { status: 200, body: { User: { id: '2', email: 'feeds@example.org' }, Role, UserSetting: {} } };
  }

  #newEvent(sent: SentEvent): MemoryEvent {
    const now = Math.floor(Date.now() / 1000);
    const published = sent.published && this.role.publish;
    const event: MemoryEvent = {
      id: String(this.#nextId++),
      uuid: sent.uuid,
      info: sent.info.trim(),
      date: sent.date,
      threat_level_id: sent.threat_level_id,
      analysis: sent.analysis,
      distribution: sent.distribution,
      published,
      publishedAt: published ? now : 0,
      timestamp: now,
      visible: true,
      foreign: false,
      tags: [],
      attributes: [],
      objects: [],
      removed: [],
      removedObjects: [],
    };
    this.events.set(event.uuid, event);
    this.#uuids.set(event.id, event.uuid);
    return event;
  }

  #isKnown(tag: string): boolean {
    return this.knownTags.has(tag.toLowerCase());
  }

  #mayUse(tag: string): boolean {
    if (!this.role.tagger) return false;
    if (this.#isKnown(tag)) return true;
    if (this.role.tagEditor) this.knownTags.add(tag.toLowerCase());
    return this.role.tagEditor;
  }

  /** True where the event did not have it. */
  #tag(event: MemoryEvent, tag: string): boolean {
    if (event.tags.some((known) => known.toLowerCase() === tag.toLowerCase()) || !this.#mayUse(tag)) return false;
    event.tags.push(tag);
    return true;
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

function untag(event: MemoryEvent, tag: string): boolean {
  const index = event.tags.findIndex((known) => known.toLowerCase() === tag.toLowerCase());
  if (index >= 0) event.tags.splice(index, 1);
  return index >= 0;
}

/** What was stored before the statement that broke stays. */
function broken(work: () => Answer): Answer {
  try {
    return work();
  } catch (error) {
    if (error instanceof BrokenStatement) return internalError();
    throw error;
  }
}
