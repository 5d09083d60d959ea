import type { MemoryAttribute, MemoryEvent, MemoryObject, SentAttribute, SentObject } from './misp-memory-types.js';
import { normaliseValue } from './misp-values.js';

const uuidShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const fourBytes = /[\u{10000}-\u{10FFFF}]/u;

export interface Refusal {
  readonly field: string;
  readonly reason: string;
}

/** MISP's database answers 500 to it, with whatever was stored before it. */
export class BrokenStatement extends Error {}

/** Which UUIDs of attributes and objects are taken, and how one comes into an event. */
export class MispStore {
  readonly #events: ReadonlyMap<string, MemoryEvent>;
  /** UUID of an attribute or object → UUID of the event it was stored in. */
  readonly #owners = new Map<string, string>();

  constructor(events: ReadonlyMap<string, MemoryEvent>) {
    this.#events = events;
  }

  /** Tests may take events away, so what the index says is looked at again. */
  isTaken(uuid: string): boolean {
    const event = this.#events.get(this.#owners.get(uuid) ?? '');
    if (event === undefined) return false;
    const objects = [...event.objects, ...event.removedObjects];
    const attributes = [event.attributes, event.removed, ...objects.map((object) => object.attributes)];
    return [objects, ...attributes].some((list) => list.some((each) => each.uuid === uuid));
  }

  attribute(event: MemoryEvent, sent: SentAttribute, into = event.attributes): MemoryAttribute | Refusal {
    if (fourBytes.test(sent.comment)) throw new BrokenStatement();
    const checked = this.check(event, sent, into);
    if ('reason' in checked) return checked;
    into.push(checked);
    this.#owners.set(checked.uuid, event.uuid);
    return checked;
  }

  /** The attribute as it would be stored. */
  check(event: MemoryEvent, sent: SentAttribute, into = event.attributes): MemoryAttribute | Refusal {
    const uuid = sent.uuid ?? crypto.randomUUID();
    if (!uuidShape.test(uuid)) return { field: 'uuid', reason: 'Please provide a valid RFC 4122 UUID' };
    if (this.isTaken(uuid)) return { field: 'uuid', reason: 'The UUID provided is not unique' };
    const outcome = normaliseValue(sent.type, sent.category, sent.value);
    if ('reason' in outcome) return outcome;
    const { value, category } = outcome;
    const { type, comment, to_ids, disable_correlation, object_relation } = sent;
    // The same value may stand in several objects.
    const repeated =
      into === event.attributes &&
      into.some((each) => each.type === type && each.category === category && each.value === value);
    if (repeated) return { field: 'value', reason: 'A similar attribute already exists for this event.' };
    const tags = sent.Tag === undefined ? {} : { tags: sent.Tag.map(({ name }) => name) };
    return { uuid, type, category, value, comment, to_ids, disable_correlation, object_relation, ...tags };
  }

  /** Stores an object with those of its attributes that are valid. */
  object(event: MemoryEvent, sent: SentObject): MemoryObject | undefined {
    const uuid = sent.uuid ?? crypto.randomUUID();
    if (!uuidShape.test(uuid) || sent.name === '' || this.isTaken(uuid)) return undefined;
    if (fourBytes.test(sent.comment)) throw new BrokenStatement();
    const object: MemoryObject = { uuid, name: sent.name, comment: sent.comment, attributes: [], references: [] };
    event.objects.push(object);
    this.#owners.set(uuid, event.uuid);
    for (const attribute of sent.Attribute) this.attribute(event, attribute, object.attributes);
    return object;
  }

  /** Once all objects of a request are stored. What refers to something that the event has not is left out silently. */
  refer(event: MemoryEvent, sent: readonly SentObject[]): void {
    const there = new Set([...event.objects, ...event.attributes].map(({ uuid }) => uuid));
    for (const { uuid: from, ObjectReference: references } of sent) {
      const object = event.objects.find(({ uuid }) => uuid === from);
      for (const reference of references) {
        if (object === undefined || !there.has(reference.referenced_uuid)) continue;
        object.references.push({ ...reference, object_uuid: object.uuid });
      }
    }
  }

  /** `events/edit`, of one attribute: by its UUID removed, changed or put back; new where there is none such. */
  editAttribute(event: MemoryEvent, sent: SentAttribute, list = event.attributes): void {
    const index = list.findIndex(({ uuid }) => uuid === sent.uuid);
    const there = list[index];
    if (there !== undefined) {
      if (fourBytes.test(sent.comment)) throw new BrokenStatement();
      if (sent.deleted === true) event.removed.push(...list.splice(index, 1));
      else if (sent.value !== '') list[index] = { ...there, comment: sent.comment, to_ids: sent.to_ids };
      return;
    }
    const removedIndex = event.removed.findIndex(({ uuid }) => uuid === sent.uuid);
    if (removedIndex < 0) {
      if (sent.deleted !== true) this.attribute(event, sent, list);
    } else if (sent.deleted === false) {
      list.push(...event.removed.splice(removedIndex, 1));
    }
  }

  /** The same of an object. Of a removed one's attributes only those are removed that are named. */
  editObject(event: MemoryEvent, sent: SentObject): void {
    const removedIndex = event.removedObjects.findIndex(({ uuid }) => uuid === sent.uuid);
    if (removedIndex >= 0 && sent.deleted === false)
      event.objects.push(...event.removedObjects.splice(removedIndex, 1));
    const index = event.objects.findIndex(({ uuid }) => uuid === sent.uuid);
    const there = event.objects[index];
    if (there === undefined) {
      if (sent.deleted !== true && removedIndex < 0) this.object(event, sent);
      return;
    }
    for (const attribute of sent.Attribute) {
      const deleted = sent.deleted === true ? true : attribute.deleted;
      this.editAttribute(event, { ...attribute, deleted }, there.attributes);
    }
    if (sent.deleted === true) event.removedObjects.push(...event.objects.splice(index, 1));
  }
}
