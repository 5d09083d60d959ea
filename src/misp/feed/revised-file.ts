import { z } from 'zod';
import type { MispEvent } from '../types.js';
import { feedEvent, type Organisation } from './format.js';
import { parseJson } from './parse-json.js';

/** What an event of a feed is to be. */
export interface RevisedEvent {
  readonly event: MispEvent;
  readonly atMs: number;
  /** What the file has, and the event does not name, stays in it. */
  readonly keeps: boolean;
  /** Tags that do not stay all the same, where the event does not name them. */
  readonly takesBack: readonly string[];
}

const attributesSchema = z.array(z.looseObject({ uuid: z.string() })).default([]);

const fileSchema = z.object({
  Event: z.object({
    timestamp: z.coerce.number(),
    Tag: z.array(z.looseObject({ name: z.string() })).default([]),
    Attribute: attributesSchema,
    Object: z.array(z.looseObject({ uuid: z.string(), Attribute: attributesSchema })).default([]),
  }),
});
type There = z.output<typeof fileSchema>['Event'];

/**
 * The text of an event's file, given the one that is there. Made again from its own result it is that very text: what
 * a crash left is known as done. Otherwise its timestamp is newer than the one there, whatever the clock says, since
 * subscribers take up an event again only then. Pure.
 */
export function revisedFile(there: string | undefined, revised: RevisedEvent, organisation: Organisation): string {
  const seconds = Math.floor(revised.atMs / 1000);
  const old = there === undefined ? undefined : fileSchema.safeParse(parseJson(there)).data?.Event;
  const made = (timestamp: number): string => {
    const event = feedEvent(revised.event, timestamp, organisation);
    return `${JSON.stringify({ Event: revised.keeps && old !== undefined ? withKept(event, old, revised.takesBack) : event })}\n`;
  };
  if (old === undefined) return made(seconds);
  return made(old.timestamp) === there ? there : made(Math.max(seconds, old.timestamp + 1));
}

/** The event with what of the old file it lacks: behind its own, so that the order is the same each time. */
function withKept(event: ReturnType<typeof feedEvent>, old: There, takesBack: readonly string[]) {
  const back = new Set(takesBack.map((name) => name.toLowerCase()));
  const keptTags = old.Tag.filter((tag) => !back.has(nameOf(tag)));
  const { Attribute: attributes = [], Object: objects = [], ...fields } = event;
  const inOld = new Map(old.Object.map((object) => [object.uuid, object.Attribute]));
  const inObjects = new Set(objects.flatMap((object) => object.Attribute.map(({ uuid }) => uuid)));
  const allAttributes = [
    ...attributes,
    ...lackedBy(attributes, old.Attribute, uuidOf).filter(({ uuid }) => !inObjects.has(uuid)),
  ];
  const allObjects = [
    ...objects.map((object) => ({
      ...object,
      Attribute: [...object.Attribute, ...lackedBy(object.Attribute, inOld.get(object.uuid) ?? [], uuidOf)],
    })),
    ...lackedBy(objects, old.Object, uuidOf),
  ];
  return {
    ...fields,
    Tag: [...event.Tag, ...lackedBy(event.Tag, keptTags, nameOf)],
    ...(allAttributes.length === 0 && allObjects.length > 0 ? {} : { Attribute: allAttributes }),
    ...(allObjects.length === 0 ? {} : { Object: allObjects }),
  };
}

const uuidOf = ({ uuid }: { readonly uuid: string }): string => uuid.toLowerCase();
const nameOf = ({ name }: { readonly name: string }): string => name.toLowerCase();

/** Those of `old` whose key none of `named` has. */
function lackedBy<Keyed, Old extends Keyed>(
  named: readonly Keyed[],
  old: readonly Old[],
  keyOf: (each: Keyed) => string,
): readonly Old[] {
  const keys = new Set(named.map(keyOf));
  return old.filter((each) => !keys.has(keyOf(each)));
}
