import { checkFormat } from '../check-value.js';
import { describeType } from '../describe-types.js';
import { attributeUuid, namedUuid } from '../identity.js';
import { objectTemplates } from '../objects/templates.js';
import type { MispObject, MispObjectAttribute, MispObjectReference } from '../types.js';
import type { CleanValue } from '../values.js';

/** One value of an object of a mail. Its type and whether it correlates are the template's. */
export interface RelationValue {
  readonly relation: string;
  /** Undefined: MISP takes no such value. */
  readonly value: CleanValue | undefined;
  readonly toIds?: boolean;
  /** False: would link every event with every other, whatever the template says. */
  readonly correlates?: boolean;
}

export interface ObjectDraft {
  readonly event: string;
  readonly template: string;
  /** What tells it from others of its kind in the event: the same gives the same UUID for ever. */
  readonly key: string;
  readonly comment?: string;
  readonly values: readonly RelationValue[];
  /** UUIDs of the objects that it includes. */
  readonly includes?: readonly string[];
}

export function objectUuid({ event, template, key }: Pick<ObjectDraft, 'event' | 'template' | 'key'>): string {
  return namedUuid(`object ${template} ${key}`, event);
}

/** MISP adds an object as a whole or not at all, so one value that it would drop takes none of the others with it. */
function isStorable(type: string, value: string): boolean {
  return value !== '' && 'value' in checkFormat(type, value);
}

/** Undefined where nothing of it can be told that the template asks for. */
export function buildObject(draft: ObjectDraft): MispObject | undefined {
  const { values, comment = '', includes = [] } = draft;
  const template = objectTemplates[draft.template];
  if (template === undefined) throw new Error(`no object template ${draft.template}`);
  const uuid = objectUuid(draft);
  const attributes = new Map<string, MispObjectAttribute>();
  const once = new Set<string>();
  for (const { relation, value, toIds = false, correlates = true } of values) {
    const known = template.relations[relation];
    if (known === undefined) throw new Error(`${draft.template} has no relation ${relation}`);
    if (value === undefined || !isStorable(known.type, value.value) || (known.multiple !== true && once.has(relation)))
      continue;
    once.add(relation);
    const category = known.categories?.[0] ?? describeType(known.type)?.defaultCategory ?? 'Other';
    // Two relations of one object may hold the same: From and Return-Path.
    const attribute = namedUuid(relation, attributeUuid(uuid, known.type, category, value.value));
    attributes.set(attribute, {
      uuid: attribute,
      object_relation: relation,
      type: known.type,
      category,
      value: value.value,
      comment: value.cut ? 'Cut by Lurewatch: only the beginning of the value' : '',
      // The beginning of a value is no signature of it.
      to_ids: toIds && !value.cut,
      disable_correlation: known.uncorrelated === true || !correlates,
    });
  }
  if (!template.requiredOneOf.some((relation) => once.has(relation))) return undefined;
  const references = includes.filter((other) => other !== uuid).map((other) => reference(uuid, other));
  return {
    uuid,
    name: draft.template,
    'meta-category': template.metaCategory,
    template_uuid: template.uuid,
    template_version: String(template.version),
    description: template.description,
    comment,
    Attribute: [...attributes.values()],
    ...(references.length === 0 ? {} : { ObjectReference: references }),
  };
}

function reference(from: string, to: string): MispObjectReference {
  return {
    uuid: namedUuid(`includes ${to}`, from),
    object_uuid: from,
    referenced_uuid: to,
    relationship_type: 'includes',
    comment: '',
  };
}
