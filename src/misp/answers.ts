import { z } from 'zod';

/** What MISP answers, as far as it is used. Ids are strings, in some versions numbers. */

const storedEventSchema = z.object({
  Event: z.object({
    id: z.coerce.string(),
    published: z.boolean().catch(false),
    Attribute: z.array(z.object({ uuid: z.string() })).default([]),
    Tag: z.array(z.object({ name: z.string() })).default([]),
  }),
});

/** An event as MISP holds it. MISP normalises values, so attributes are known by UUID only. */
export interface StoredEvent {
  readonly id: string;
  readonly published: boolean;
  /** In lower case. */
  readonly attributeUuids: ReadonlySet<string>;
  /** In lower case, since MISP's look-up of tags ignores case. */
  readonly tagNames: ReadonlySet<string>;
}

export function readStoredEvent(body: unknown): StoredEvent | undefined {
  const parsed = storedEventSchema.safeParse(body);
  if (!parsed.success) return undefined;
  const event = parsed.data.Event;
  return {
    id: event.id,
    published: event.published,
    attributeUuids: new Set(event.Attribute.map((attribute) => attribute.uuid.toLowerCase())),
    tagNames: new Set(event.Tag.map((tag) => tag.name.toLowerCase())),
  };
}

const addedAttribute = z.object({ uuid: z.string() });

/** `POST /attributes/add`: one object where a single one was stored, else a list. */
export const addedAttributesSchema = z.object({
  Attribute: z.union([z.array(addedAttribute), addedAttribute.transform((one) => [one])]).default([]),
  errors: z.unknown().optional(),
});

export const versionSchema = z.object({
  version: z.string(),
  perm_sync: z.boolean().optional().catch(undefined),
  perm_sighting: z.boolean().optional().catch(undefined),
  perm_galaxy_editor: z.boolean().optional().catch(undefined),
});
export type MispVersion = z.output<typeof versionSchema>;

/** Every failure, and the answers of tags/attachTagToObject. */
const failureSchema = z.object({
  saved: z.boolean().optional(),
  name: z.string().optional(),
  message: z.string().optional(),
  errors: z.unknown().optional(),
});

export interface Failure {
  /** True: MISP looked at the content and refused it (`saved: false` or `errors`), whatever the status. */
  readonly validation: boolean;
  /** MISP's own words, on one line. */
  readonly reason: string;
  readonly errors: unknown;
}

/** A failure in MISP's own format; undefined where something else answered. */
export function readFailure(body: unknown): Failure | undefined {
  const parsed = failureSchema.safeParse(body);
  if (!parsed.success) return undefined;
  const { saved, name, message, errors } = parsed.data;
  const details = errors === undefined ? '' : reasons(errors);
  const text = message ?? name ?? '';
  const reason = details === '' || details === text ? text : `${text === '' ? '' : `${text}: `}${details}`;
  return { validation: saved === false || errors !== undefined, reason: oneLine(reason), errors };
}

/** The reason of one attribute of a list; undefined where `errors` does not name it. */
export function attributeReason(errors: unknown, index: number): string | undefined {
  const parsed = z.record(z.string(), z.unknown()).safeParse(errors);
  const own = parsed.success ? parsed.data[`attribute_${index}`] : undefined;
  return own === undefined ? undefined : oneLine(reasons(own));
}

/** `{"Event": {"info": ["must not be empty"]}}` → `Event.info: must not be empty`. */
function reasons(errors: unknown, path = ''): string {
  if (typeof errors === 'string') return path === '' ? errors : `${path}: ${errors}`;
  if (Array.isArray(errors)) return errors.map((each: unknown) => reasons(each, path)).join('; ');
  if (typeof errors !== 'object' || errors === null) return '';
  return Object.entries(errors)
    .map(([field, each]) => reasons(each, path === '' ? field : `${path}.${field}`))
    .filter((text) => text !== '')
    .join('; ');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 500);
}
