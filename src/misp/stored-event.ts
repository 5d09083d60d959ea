import { z } from 'zod';

/** MISP writes booleans as `true`, `1` or `"1"`, and numbers as strings, depending on place and version. */
const flag = z.union([z.boolean(), z.coerce.number().transform((value) => value !== 0)]).catch(false);
const text = z.coerce.string().catch('');

const attributeSchema = z.object({ uuid: z.string(), deleted: flag.optional() });

const storedEventSchema = z.object({
  Event: z.object({
    id: z.coerce.string(),
    info: text,
    date: text,
    threat_level_id: text,
    analysis: text,
    distribution: text,
    sharing_group_id: text,
    published: flag,
    publish_timestamp: z.coerce.number().catch(0),
    Attribute: z.array(attributeSchema).default([]),
    Object: z
      .array(
        z.object({
          uuid: z.string(),
          deleted: flag.optional(),
          Attribute: z.array(attributeSchema).default([]),
          ObjectReference: z.array(attributeSchema).default([]),
        }),
      )
      .default([]),
    Tag: z.array(z.object({ name: z.string() })).default([]),
  }),
});

/** The fields of an event that an update may change. */
export const eventFields = ['info', 'date', 'threat_level_id', 'analysis'] as const;
export type EventField = (typeof eventFields)[number];

/** An event as MISP holds it. MISP normalises values, so attributes are known by UUID only. */
export interface StoredEvent {
  readonly id: string;
  readonly fields: Readonly<Record<EventField, string>>;
  /** Who may see it; '' where MISP does not say. */
  readonly distribution: string;
  readonly sharingGroup: string;
  readonly published: boolean;
  /** When it was last published, whether or not it still is; in seconds, 0: never. */
  readonly publishedAt: number;
  /** Those outside of objects, in lower case. */
  readonly attributeUuids: ReadonlySet<string>;
  /** Objects, and the attributes of each; in lower case. */
  readonly objects: ReadonlyMap<string, ReadonlySet<string>>;
  /** References between objects, in lower case. */
  readonly references: ReadonlySet<string>;
  /** In lower case, since MISP's look-up of tags ignores case. */
  readonly tagNames: ReadonlySet<string>;
}

/** What MISP removed softly counts as not there: as a rule it leaves that out itself. */
export function readStoredEvent(body: unknown): StoredEvent | undefined {
  const parsed = storedEventSchema.safeParse(body);
  if (!parsed.success) return undefined;
  const event = parsed.data.Event;
  return {
    id: event.id,
    fields: {
      info: event.info,
      date: event.date,
      threat_level_id: event.threat_level_id,
      analysis: event.analysis,
    },
    distribution: event.distribution,
    sharingGroup: event.sharing_group_id,
    published: event.published,
    publishedAt: event.publish_timestamp,
    attributeUuids: uuidsOf(event.Attribute),
    objects: new Map(
      event.Object.filter(({ deleted }) => deleted !== true).map((object) => [
        object.uuid.toLowerCase(),
        uuidsOf(object.Attribute),
      ]),
    ),
    references: uuidsOf(event.Object.flatMap(({ ObjectReference: references }) => references)),
    tagNames: new Set(event.Tag.map((tag) => tag.name.toLowerCase())),
  };
}

function uuidsOf(attributes: readonly z.output<typeof attributeSchema>[]): ReadonlySet<string> {
  return new Set(attributes.filter(({ deleted }) => deleted !== true).map(({ uuid }) => uuid.toLowerCase()));
}
