import { z } from 'zod';

/**
 * A MISP event as others write it (MISP core format), as far as it is imported. MISP writes flags as `true`, `1` or
 * `"1"` and numbers as strings, depending on place and version; what is of no use here reads as absent, and is told where
 * it is missed.
 */

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String).catch('');

/** Undefined: not said. */
const flag = z
  .union([z.boolean(), z.literal([0, 1, '0', '1'])])
  .transform((value) => value === true || Number(value) === 1)
  .optional()
  .catch(undefined);

const list = z.array(z.unknown()).catch([]);

const tags = z.array(z.object({ name: text, local: flag }).catch({ name: '', local: undefined })).catch([]);

/** Clusters stand here and, as a rule, among the tags as well. */
const galaxies = z
  .array(
    z
      .object({ GalaxyCluster: z.array(z.object({ tag_name: text }).catch({ tag_name: '' })).catch([]) })
      .catch({ GalaxyCluster: [] }),
  )
  .catch([]);

const tagged = { Tag: tags, Galaxy: galaxies };
const seen = { first_seen: text, last_seen: text };

export const sourceEventSchema = z.object({
  ...{ uuid: text, info: text, date: text, threat_level_id: text, analysis: text, timestamp: text, extends_uuid: text },
  ...tagged,
  Attribute: list,
  Object: list,
  EventReport: list,
});
export type SourceEvent = Readonly<z.output<typeof sourceEventSchema>>;

export const sourceAttributeSchema = z.object({
  ...{ uuid: text, type: text, category: text, value: text, comment: text, object_relation: text, data: text },
  ...{ to_ids: flag, disable_correlation: flag, deleted: flag },
  ...seen,
  ...tagged,
});
export type SourceAttribute = Readonly<z.output<typeof sourceAttributeSchema>>;

export const sourceObjectSchema = z.object({
  ...{ uuid: text, name: text, 'meta-category': text, template_uuid: text, template_version: text },
  ...{ description: text, comment: text, deleted: flag },
  ...seen,
  Attribute: list,
  ObjectReference: list,
});
export type SourceObject = Readonly<z.output<typeof sourceObjectSchema>>;
