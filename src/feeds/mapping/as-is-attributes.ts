import type { Warning } from '../../errors/warning.js';
import { checkValue } from '../../misp/check-value.js';
import { describeType } from '../../misp/describe-types.js';
import { attributeUuid } from '../../misp/identity.js';
import { markOf } from '../../misp/revisions.js';
import type { MispAttribute } from '../../misp/types.js';
import { type AsIsContext, commentText, seenOf, tagsOf, takeUuid } from './as-is-parts.js';
import { type SourceAttribute, sourceAttributeSchema } from './as-is-schema.js';

/** An attribute that MISP would take, before it has its place and its UUID. */
export interface AsIsAttribute {
  readonly source: SourceAttribute;
  readonly content: Omit<MispAttribute, 'uuid'>;
}

/** The attributes of an event outside of its objects; what MISP would drop is told and left out. */
export function attributesOf(sources: readonly unknown[], context: AsIsContext): readonly MispAttribute[] {
  const attributes = new Map<string, MispAttribute>();
  for (const [index, source] of sources.entries()) {
    const place = `Attribute[${index}]`;
    const read = readAttribute(source, place, context.warn);
    if (read === undefined) continue;
    const { type, category, value } = read.content;
    const identity = `${type}|${category}|${value}`;
    const first = attributes.get(identity);
    if (first !== undefined) {
      // Where nothing is lost by that, nothing is said.
      if (markOf(first) === markOf({ ...first, ...read.content })) continue;
      const reason = `${place}: left out, MISP would drop it: the event has this ${type} already, with other words`;
      context.warn('LW_WARN_REPEATED', reason);
      continue;
    }
    const made = () => attributeUuid(context.event, type, category, value);
    const uuid = takeUuid(read.source.uuid, made, context);
    if (uuid !== undefined) attributes.set(identity, { uuid, ...read.content });
  }
  return [...attributes.values()];
}

/** Undefined: left out, which is told unless it was deleted where it comes from. */
export function readAttribute(source: unknown, place: string, warn: AsIsContext['warn']): AsIsAttribute | undefined {
  const parsed = sourceAttributeSchema.safeParse(source);
  if (!parsed.success) {
    warn('LW_WARN_VALUE', `${place}: left out: it is no attribute`);
    return undefined;
  }
  const attribute = parsed.data;
  if (attribute.deleted === true) return undefined;
  const type = attribute.type.trim();
  const named = attribute.category.trim();
  const checked = checkValue(type, named === '' ? undefined : named, attribute.value);
  const definition = describeType(type);
  if ('reason' in checked || definition === undefined) {
    const { code, reason }: Warning = 'reason' in checked ? checked : { code: 'LW_WARN_TYPE', reason: 'unknown type' };
    warn(code, `${place}: left out, MISP would drop it: ${reason}`);
    return undefined;
  }
  if (attribute.data !== '') {
    warn('LW_WARN_NOT_IMPORTED', `${place}: without its file: files of attributes are not imported`);
  }
  const tags = tagsOf(attribute, `${place}.Tag`, warn);
  const content = {
    type,
    category: named === '' ? definition.defaultCategory : named,
    value: checked.value,
    comment: commentText(attribute.comment),
    to_ids: attribute.to_ids ?? definition.toIds,
    disable_correlation: attribute.disable_correlation ?? false,
    ...seenOf(attribute, place, warn),
    ...(tags.length === 0 ? {} : { Tag: tags }),
  };
  return { source: attribute, content };
}
