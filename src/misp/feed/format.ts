import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { MispEvent } from '../types.js';

/**
 * A MISP feed as PyMISP's feed generator writes it (`MISPEvent.to_feed`, `.manifest`, `tools/feed.py`): distribution
 * and sharing group are not in it, since each subscriber sets those for the feed. Pure.
 */

const tagSchema = z.looseObject({ name: z.string() });
const organisationSchema = z.looseObject({ name: z.string(), uuid: z.string() });

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
    Attribute: z.array(z.object({ type: z.string(), value: z.string() })).default([]),
  }),
});
export type FeedEvent = z.output<typeof feedFileSchema>['Event'];

export interface Organisation {
  readonly name: string;
  readonly uuid: string;
}

/** The bytes of `<uuid>.json`: the same for the same alert document, at any time. */
export function feedFile(event: MispEvent, receivedAtMs: number, organisation: Organisation): string {
  const timestamp = String(Math.floor(receivedAtMs / 1000));
  const file = {
    Event: {
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
      Tag: event.Tag.map((tag) => ({ colour: '#ffffff', local: false, name: tag.name, relationship_type: '' })),
      Attribute: event.Attribute.map((attribute) => ({
        category: attribute.category,
        comment: attribute.comment,
        disable_correlation: attribute.disable_correlation,
        timestamp,
        to_ids: attribute.to_ids,
        type: attribute.type,
        uuid: attribute.uuid,
        value: attribute.value,
      })),
    },
  };
  return `${JSON.stringify(file)}\n`;
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
  return event.Attribute.flatMap(({ type, value }) => (type.includes('|') ? value.split('|') : [value])).map(
    (value) => `${createHash('md5').update(value, 'utf8').digest('hex')},${event.uuid}`,
  );
}
