import { quoted } from '../../misp/check-value.js';
import { namedUuid } from '../../misp/identity.js';
import { objectTemplates } from '../../misp/objects/templates.js';
import type { MispObject, MispObjectAttribute } from '../../misp/types.js';
import { cleanText } from '../../misp/values.js';
import { type AsIsAttribute, readAttribute } from './as-is-attributes.js';
import { type AsIsContext, commentText, seenOf, takeUuid, validUuid } from './as-is-parts.js';
import { type SourceObject, sourceObjectSchema } from './as-is-schema.js';

/** The `objects.name` and `object_relation` columns of MISP. */
const longestName = 131;
const longestRelation = 128;

/** The objects of an event; what MISP would drop is told and left out. */
export function objectsOf(sources: readonly unknown[], context: AsIsContext): readonly MispObject[] {
  return sources.flatMap((source, index) => {
    const place = `Object[${index}]`;
    const parsed = sourceObjectSchema.safeParse(source);
    if (parsed.success) return parsed.data.deleted === true ? [] : readObject(parsed.data, place, context);
    context.warn('LW_WARN_OBJECT', `${place}: left out: it is no object`);
    return [];
  });
}

interface Related extends AsIsAttribute {
  readonly relation: string;
  readonly place: string;
}

function readObject(source: SourceObject, place: string, context: AsIsContext): readonly MispObject[] {
  const { warn } = context;
  const leftOut = (reason: string): readonly MispObject[] => {
    warn('LW_WARN_OBJECT', `${place}: left out, MISP would drop it: ${reason}`);
    return [];
  };
  const name = cleanText(source.name);
  if (name === '' || name.length > longestName) return leftOut(`${quoted(name)} is no name of an object`);
  const known = Object.hasOwn(objectTemplates, name) ? objectTemplates[name] : undefined;
  const template = validUuid(source.template_uuid) ?? known?.uuid;
  if (template === undefined) return leftOut(`its template_uuid ${quoted(source.template_uuid)} is no UUID`);
  const related = source.Attribute.flatMap((each, index) => readRelated(each, `${place}.Attribute[${index}]`, warn));
  if (related.length === 0) return leftOut('it has no attributes');

  const parts = related.map(partOf);
  const made = () => namedUuid(['object', name, ...parts].join('\n'), context.event);
  const uuid = takeUuid(source.uuid, made, context);
  // Equal to another one to the last value.
  if (uuid === undefined) return [];
  if (source.ObjectReference.length > 0) {
    warn('LW_WARN_NOT_IMPORTED', `${place}: without its references to other objects`);
  }
  const version = source.template_version.trim();
  return [
    {
      uuid,
      name,
      'meta-category': cleanText(source['meta-category']) || known?.metaCategory || 'misc',
      template_uuid: template,
      // What MISP itself takes where there is none.
      template_version: /^[1-9]\d{0,8}$/.test(version) ? version : '1',
      // MISP drops an object whose description is empty.
      description: commentText(source.description) || known?.description || name,
      comment: commentText(source.comment),
      ...seenOf(source, place, warn),
      Attribute: related.flatMap((one) => inObject(one, uuid, context)),
    },
  ];
}

function readRelated(source: unknown, place: string, warn: AsIsContext['warn']): readonly Related[] {
  const read = readAttribute(source, place, warn);
  if (read === undefined) return [];
  const relation = cleanText(read.source.object_relation);
  if (relation !== '' && relation.length <= longestRelation) return [{ ...read, relation, place }];
  warn('LW_WARN_OBJECT', `${place}: left out, MISP would drop it: ${quoted(relation)} is no object_relation`);
  return [];
}

/** The same value may stand in an object twice, by different UUIDs. */
function inObject(one: Related, object: string, context: AsIsContext): readonly MispObjectAttribute[] {
  const uuid = takeUuid(one.source.uuid, () => namedUuid(partOf(one), object), context);
  return uuid === undefined ? [] : [{ uuid, object_relation: one.relation, ...one.content }];
}

function partOf({ relation, content: { type, category, value } }: Related): string {
  return `${relation}|${type}|${category}|${value}`;
}
