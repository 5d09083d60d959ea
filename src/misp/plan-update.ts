import type { Warning } from '../errors/warning.js';
import { markOf, type OwnContent, type PutBefore } from './revisions.js';
import { type EventField, eventFields, type StoredEvent } from './stored-event.js';
import type { MispAttribute, MispEvent, MispObject, MispObjectAttribute } from './types.js';

/** What has to change so that an event in MISP is what its feed says. */
export interface UpdatePlan {
  readonly fields: Readonly<Partial<Record<EventField, string>>>;
  readonly addAttributes: readonly MispAttribute[];
  /** That are there, and of which the feed says another comment, flag or date than before. */
  readonly changeAttributes: readonly MispAttribute[];
  readonly removeAttributes: readonly string[];
  readonly addObjects: readonly MispObject[];
  readonly removeObjects: readonly { readonly uuid: string; readonly attributes: readonly string[] }[];
  readonly changeObjects: readonly ObjectChange[];
  readonly addTags: readonly string[];
  readonly removeTags: readonly string[];
  readonly warnings: readonly Warning[];
}

export interface ObjectChange {
  readonly uuid: string;
  readonly name: string;
  readonly add: readonly MispObjectAttribute[];
  readonly remove: readonly string[];
}

/** So many of what is missing are named in one warning. */
const namedMissing = 5;

/**
 * Compares an event with what is wanted of it. What people put there stays, what they took out stays out, and what is
 * wanted and there stays as it is, comments and flags that they changed included, unless the feed says other ones than
 * before. Pure.
 */
export function planUpdate(stored: StoredEvent, wanted: MispEvent, before: PutBefore | undefined): UpdatePlan {
  const own = ownership(before);
  const missing: string[] = [];
  const isNew = (put: ReadonlySet<string>, id: string, name: string): boolean => {
    if (!put.has(id.toLowerCase())) return true;
    missing.push(name);
    return false;
  };
  const absentAttribute = <T extends MispAttribute>(there: ReadonlySet<string>, attributes: readonly T[]): T[] =>
    attributes.filter(
      ({ uuid, type, value }) => !there.has(uuid) && isNew(own.put.attributes, uuid, `${type} ${value}`),
    );

  const toChange = <T extends MispAttribute>(there: ReadonlySet<string>, attributes: readonly T[]): T[] =>
    attributes.filter((attribute) => there.has(attribute.uuid) && saysOtherwise(before, attribute));

  const wantedObjects = new Map((wanted.Object ?? []).map((object) => [object.uuid, object]));
  const objects = planObjects(stored, wantedObjects, own.mine, (there, attributes) => [
    ...absentAttribute(there, attributes),
    ...toChange(there, attributes),
  ]);
  const wantedAttributes = new Set(wanted.Attribute.map(({ uuid }) => uuid));
  const wantedTags = new Set(wanted.Tag.map(({ name }) => name.toLowerCase()));
  const plan = {
    fields: Object.fromEntries(
      eventFields
        .filter((field) => stored.fields[field] !== wanted[field].trim())
        .map((field) => [field, wanted[field]]),
    ),
    addAttributes: absentAttribute(stored.attributeUuids, wanted.Attribute),
    changeAttributes: toChange(stored.attributeUuids, wanted.Attribute),
    removeAttributes: [...stored.attributeUuids].filter(
      (uuid) => own.mine.attributes.has(uuid) && !wantedAttributes.has(uuid),
    ),
    addObjects: [...wantedObjects.values()].filter(
      ({ uuid, name }) => !stored.objects.has(uuid) && isNew(own.put.objects, uuid, `object ${name}`),
    ),
    removeObjects: objects.remove,
    changeObjects: objects.change,
    addTags: [...new Set(wanted.Tag.map(({ name }) => name))].filter(
      (name) => !stored.tagNames.has(name.toLowerCase()) && isNew(own.put.tags, name, `tag ${name}`),
    ),
    removeTags: [...stored.tagNames].filter((name) => own.mine.tags.has(name) && !wantedTags.has(name)),
  };
  return { ...plan, warnings: [...describeMissing(missing), ...objects.warnings] };
}

/** Where a revision broke down in the middle, MISP may have what either says. */
function saysOtherwise(before: PutBefore | undefined, attribute: MispAttribute): boolean {
  const known = [before?.marks, before?.tried?.marks].flatMap((marks) => marks?.[attribute.uuid] ?? []);
  return known.some((mark) => mark !== markOf(attribute));
}

export function isEmpty(plan: UpdatePlan): boolean {
  const { fields, warnings: _warnings, ...lists } = plan;
  return Object.keys(fields).length === 0 && Object.values(lists).every((list) => list.length === 0);
}

interface Sets {
  readonly attributes: ReadonlySet<string>;
  readonly objects: ReadonlySet<string>;
  readonly tags: ReadonlySet<string>;
}

function ownership(before: PutBefore | undefined): { readonly put: Sets; readonly mine: Sets } {
  const put = setsOf(before);
  const tried = setsOf(before?.tried);
  return {
    put,
    mine: {
      attributes: new Set([...put.attributes, ...tried.attributes]),
      objects: new Set([...put.objects, ...tried.objects]),
      tags: new Set([...put.tags, ...tried.tags]),
    },
  };
}

function setsOf(content: OwnContent | undefined): Sets {
  const lower = (names: readonly string[] = []) => new Set(names.map((name) => name.toLowerCase()));
  return { attributes: lower(content?.attributes), objects: lower(content?.objects), tags: lower(content?.tags) };
}

/** Objects that are in MISP: those to remove, and those to change. */
function planObjects(
  stored: StoredEvent,
  wanted: ReadonlyMap<string, MispObject>,
  mine: Sets,
  toSend: (there: ReadonlySet<string>, attributes: readonly MispObjectAttribute[]) => readonly MispObjectAttribute[],
): Pick<UpdatePlan, 'warnings'> & {
  readonly remove: UpdatePlan['removeObjects'];
  readonly change: readonly ObjectChange[];
} {
  const remove: UpdatePlan['removeObjects'][number][] = [];
  const change: ObjectChange[] = [];
  const warnings: Warning[] = [];
  for (const [uuid, there] of stored.objects) {
    const object = wanted.get(uuid);
    const kept = new Set(object?.Attribute.map((attribute) => attribute.uuid));
    const unwanted = [...there].filter((attribute) => mine.attributes.has(attribute) && !kept.has(attribute));
    if (object !== undefined) {
      const add = toSend(there, object.Attribute);
      if (add.length > 0 || unwanted.length > 0) change.push({ uuid, name: object.name, add, remove: unwanted });
    } else if (mine.objects.has(uuid)) {
      if (unwanted.length === there.size) {
        remove.push({ uuid, attributes: unwanted });
      } else {
        // Removing the object would remove what people put into it.
        if (unwanted.length > 0) change.push({ uuid, name: '', add: [], remove: unwanted });
        const reason = `the object ${uuid} is no longer wanted and stays: people put attributes into it`;
        warnings.push({ code: 'LW_WARN_STAYS', reason });
      }
    }
  }
  return { remove, change, warnings };
}

function describeMissing(missing: readonly string[]): readonly Warning[] {
  if (missing.length === 0) return [];
  const named = missing.slice(0, namedMissing).map((name) => (name.length > 120 ? `${name.slice(0, 120)}…` : name));
  const more = missing.length > namedMissing ? ` and ${missing.length - namedMissing} more` : '';
  const reason = `MISP no longer has ${named.join(', ')}${more}: a person took it out there, or MISP dropped it when it was sent; it is not put back`;
  return [{ code: 'LW_WARN_TAKEN_OUT', reason }];
}
