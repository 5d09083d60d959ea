import type { Warning } from '../../errors/warning.js';
import { attributeUuid, namedUuid } from '../../misp/identity.js';
import type { MispAttribute, MispEvent, MispObject, MispObjectAttribute, MispTag } from '../../misp/types.js';
import { cutText, longestValueBytes } from '../../misp/values.js';
import type { RowPlace, RowWarning } from '../types.js';
import type { EventHead, EventRule } from './event-rule.js';
import type { ObjectDraft } from './object-rule.js';
import type { AttributeDraft } from './row-result.js';

/** What the rules made of one row. */
export interface MappedRow {
  readonly place: RowPlace;
  readonly head: EventHead;
  readonly tags: readonly string[];
  readonly attributes: readonly AttributeDraft[];
  readonly objects: readonly ObjectDraft[];
  readonly warnings: readonly Warning[];
}

/** Puts rows together to their event: everything in the order of first appearance, nothing twice. */
export function assembleEvent(
  uuid: string,
  rows: readonly [MappedRow, ...MappedRow[]],
  constants: EventRule['constants'],
): { readonly event: MispEvent; readonly warnings: readonly RowWarning[] } {
  const warnings: RowWarning[] = [];
  const tags = new Map<string, MispTag>();
  const attributes = new Map<string, AttributeDraft>();
  const objects = new Map<string, MispObject>();
  for (const row of rows) {
    const warn = (warning: Warning) => warnings.push({ file: row.place.file, row: row.place.row, ...warning });
    row.warnings.forEach(warn);
    for (const name of row.tags) {
      // MISP looks tags up without regard to case.
      const known = name.toLowerCase();
      if (!tags.has(known)) tags.set(known, { name });
    }
    for (const draft of row.attributes) addAttribute(attributes, draft, warn);
    for (const draft of row.objects) {
      const object = buildObject(uuid, draft);
      if (!objects.has(object.uuid)) objects.set(object.uuid, object);
    }
  }
  const event: MispEvent = {
    uuid,
    info: rows[0].head.info,
    date: rows[0].head.date,
    ...constants,
    Tag: [...tags.values()],
    Attribute: [...attributes.values()].map((draft) => ({
      uuid: attributeUuid(uuid, draft.type, draft.category, draft.value),
      ...attributeFields(draft),
    })),
    ...(objects.size === 0 ? {} : { Object: [...objects.values()] }),
  };
  return { event, warnings };
}

/** MISP drops a repeated type, category and value. Where nothing is lost by that, nothing is said. */
function addAttribute(
  attributes: Map<string, AttributeDraft>,
  draft: AttributeDraft,
  warn: (warning: Warning) => void,
): void {
  const { type, category, value, comment, rule } = draft;
  const identity = `${type}|${category}|${value}`;
  const first = attributes.get(identity);
  if (first === undefined) attributes.set(identity, draft);
  else if (draft.joinComments) attributes.set(identity, withComment(first, comment));
  else if (first.comment !== comment || first.toIds !== draft.toIds) {
    const other = first.rule === rule ? 'with another comment' : `by ${first.rule}`;
    const reason = `${rule}: left out, MISP would drop it: the event has this ${type} already, ${other}`;
    warn({ code: 'LW_WARN_REPEATED', reason });
  }
}

function withComment(draft: AttributeDraft, comment: string): AttributeDraft {
  const known = draft.comment.split('; ');
  if (comment === '' || known.includes(comment)) return draft;
  const joined = draft.comment === '' ? comment : `${draft.comment}; ${comment}`;
  return { ...draft, comment: cutText(joined, longestValueBytes).value };
}

function attributeFields(draft: AttributeDraft): Omit<MispAttribute, 'uuid'> {
  return {
    type: draft.type,
    category: draft.category,
    value: draft.value,
    comment: draft.comment,
    to_ids: draft.toIds,
    disable_correlation: !draft.correlate,
    ...(draft.firstSeen === undefined ? {} : { first_seen: draft.firstSeen }),
    ...(draft.lastSeen === undefined ? {} : { last_seen: draft.lastSeen }),
  };
}

/** An object is known by what it holds. */
function buildObject(event: string, { name, template, comment, attributes }: ObjectDraft): MispObject {
  const parts = new Map(
    attributes.map((draft) => [`${draft.relation}|${draft.type}|${draft.category}|${draft.value}`, draft]),
  );
  const uuid = namedUuid(['object', name, ...parts.keys()].join('\n'), event);
  return {
    uuid,
    name,
    'meta-category': template.metaCategory,
    template_uuid: template.uuid,
    template_version: String(template.version),
    description: template.description,
    comment,
    Attribute: [...parts].map(
      ([part, draft]): MispObjectAttribute => ({
        uuid: namedUuid(part, uuid),
        object_relation: draft.relation,
        ...attributeFields(draft),
      }),
    ),
  };
}
