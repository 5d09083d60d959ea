import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { MispAttribute, MispEvent } from '../types.js';
import { parseJson } from './parse-json.js';

/**
 * A MISP feed as PyMISP's feed generator writes it (`MISPEvent.to_feed`, `.manifest`, `tools/feed.py`): distribution
 * and sharing group are not in it, since each subscriber sets those for the feed. Pure.
 */

const tagSchema = z.looseObject({ name: z.string() });
const organisationSchema = z.looseObject({ name: z.string(), uuid: z.string() });

const attributesSchema = z.array(z.object({ type: z.string(), value: z.string() })).default([]);

/** `<uuid>.json`, as far as manifest and hashes are made from it. */
export const feedFileSchema = z.object({
  Event: z.object({
    uuid: z.string(),
    info: z.string(),
    date: z.string(),
    analysis: z.coerce.number(),
    threat_level_id: z.coerce.number(),
    timestamp: z.coerce.number(),
    Orgc: organisationSchema,
    Tag: z.array(tagSchema).default([]),
    Attribute: attributesSchema,
    Object: z.array(z.object({ Attribute: attributesSchema })).default([]),
  }),
});
export type FeedEvent = z.output<typeof feedFileSchema>['Event'];

export interface Organisation {
  readonly name: string;
  readonly uuid: string;
}

/** The bytes of `<uuid>.json`: the same for the same event and time. */
export function feedFile(event: MispEvent, atMs: number, organisation: Organisation): string {
  return `${JSON.stringify({ Event: feedEvent(event, Math.floor(atMs / 1000), organisation) })}\n`;
}

/** What `<uuid>.json` holds as `Event`. */
export function feedEvent(event: MispEvent, seconds: number, organisation: Organisation) {
  const timestamp = String(seconds);
  const objects = event.Object ?? [];
  return {
    analysis: event.analysis,
    date: event.date,
    extends_uuid: '',
    info: event.info,
    protected: false,
    publish_timestamp: '0',
    published: event.published,
    threat_level_id: event.threat_level_id,
    timestamp,
    uuid: event.uuid,
    Orgc: { name: organisation.name, uuid: organisation.uuid.toLowerCase() },
    Tag: event.Tag.map(({ name }) => tagOf(name)),
    ...(event.Attribute.length === 0 && objects.length > 0
      ? {}
      : { Attribute: event.Attribute.map((attribute) => attributeOf(attribute, timestamp)) }),
    ...(objects.length === 0
      ? {}
      : {
          Object: objects.map((object) => ({
            comment: object.comment,
            description: object.description,
            ...seenOf(object),
            'meta-category': object['meta-category'],
            name: object.name,
            template_uuid: object.template_uuid,
            template_version: object.template_version,
            timestamp,
            uuid: object.uuid,
            Attribute: object.Attribute.map((attribute) => ({
              ...attributeOf(attribute, timestamp),
              object_relation: attribute.object_relation,
            })),
            ...(object.ObjectReference === undefined
              ? {}
              : { ObjectReference: object.ObjectReference.map((reference) => ({ ...reference, timestamp })) }),
          })),
        }),
  };
}

const taggedSchema = z.looseObject({
  Event: z.looseObject({ timestamp: z.coerce.number(), Tag: z.array(tagSchema).default([]) }),
});

/** The text of an event's file with one more tag and a newer timestamp; undefined where it is no event. */
export function withTag(text: string, tag: string, atMs: number): string | undefined {
  const file = taggedSchema.safeParse(parseJson(text)).data;
  if (file === undefined) return undefined;
  const { Event } = file;
  if (Event.Tag.some(({ name }) => name.toLowerCase() === tag.toLowerCase())) return text;
  // Subscribers take up an event again only where its timestamp is newer.
  const timestamp = String(Math.max(Math.floor(atMs / 1000), Event.timestamp + 1));
  return `${JSON.stringify({ Event: { ...Event, timestamp, Tag: [...Event.Tag, tagOf(tag)] } })}\n`;
}

function tagOf(name: string) {
  return { colour: '#ffffff', local: false, name, relationship_type: '' };
}

function attributeOf(attribute: MispAttribute, timestamp: string) {
  return {
    category: attribute.category,
    comment: attribute.comment,
    disable_correlation: attribute.disable_correlation,
    ...seenOf(attribute),
    ...(attribute.Tag === undefined ? {} : { Tag: attribute.Tag.map(({ name }) => tagOf(name)) }),
    timestamp,
    to_ids: attribute.to_ids,
    type: attribute.type,
    uuid: attribute.uuid,
    value: attribute.value,
  };
}

function seenOf({ first_seen, last_seen }: Pick<MispAttribute, 'first_seen' | 'last_seen'>) {
  return { ...(first_seen === undefined ? {} : { first_seen }), ...(last_seen === undefined ? {} : { last_seen }) };
}

/** What `manifest.json` holds under the event's UUID. */
export function manifestEntry(event: FeedEvent): Readonly<Record<string, unknown>> {
  return {
    Orgc: event.Orgc,
    Tag: event.Tag,
    info: event.info,
    date: event.date,
    analysis: event.analysis,
    threat_level_id: event.threat_level_id,
    timestamp: event.timestamp,
  };
}

/** Lines of `hashes.csv`: MD5 of each value, a composite one in its parts, and the event's UUID. */
export function hashLines(event: FeedEvent): readonly string[] {
  const attributes = [...event.Attribute, ...event.Object.flatMap((object) => object.Attribute)];
  return attributes
    .flatMap(({ type, value }) => (type.includes('|') || type === 'malware-sample' ? value.split('|') : [value]))
    .map((value) => `${createHash('md5').update(value, 'utf8').digest('hex')},${event.uuid}`);
}
