import { z } from 'zod';

/** What MISP answers, as far as it is used. Ids are strings, in some versions numbers. */

const addedAttribute = z.object({ uuid: z.string() });

/** `POST /attributes/add`: one object where a single one was stored, else a list. */
export const addedAttributesSchema = z.object({
  Attribute: z.union([z.array(addedAttribute), addedAttribute.transform((one) => [one])]).default([]),
  errors: z.unknown().optional(),
});

/** An empty answer is a list, as PHP writes all that is empty. */
export const warninglistsSchema = z.preprocess(
  (body) => (Array.isArray(body) && body.length === 0 ? {} : body),
  z.record(z.string(), z.array(z.object({ name: z.string() }))),
);

export const versionSchema = z.object({
  version: z.string(),
  perm_sync: z.boolean().optional().catch(undefined),
  perm_sighting: z.boolean().optional().catch(undefined),
  perm_galaxy_editor: z.boolean().optional().catch(undefined),
});
export type MispVersion = z.output<typeof versionSchema>;

const permission = z
  .union([z.boolean(), z.coerce.number().transform((value) => value !== 0)])
  .optional()
  .catch(undefined);

/** `GET /users/view/me`: the role of the key's user. */
export const userSchema = z.object({
  Role: z.object({
    name: z.string().optional().catch(undefined),
    perm_add: permission,
    perm_modify: permission,
    perm_tagger: permission,
    perm_tag_editor: permission,
    perm_publish: permission,
  }),
});
export type MispRole = z.output<typeof userSchema>['Role'];

/** `POST /events/index` with `minimal`. */
export const indexSchema = z.array(z.object({ uuid: z.string() }));

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
