import { z } from 'zod';

/** A MISP event as it stands in our own records (MispEvent, types.ts); what later versions add stays. */

const attributeSchema = z.looseObject({
  uuid: z.string(),
  type: z.string(),
  category: z.string(),
  value: z.string(),
  comment: z.string(),
  to_ids: z.boolean(),
  disable_correlation: z.boolean(),
});

export const mispEventSchema = z.looseObject({
  uuid: z.string(),
  info: z.string(),
  date: z.string(),
  threat_level_id: z.string(),
  analysis: z.string(),
  distribution: z.string(),
  published: z.boolean(),
  Tag: z.array(z.looseObject({ name: z.string() })),
  Attribute: z.array(attributeSchema),
  Object: z
    .array(
      z.looseObject({
        uuid: z.string(),
        name: z.string(),
        'meta-category': z.string(),
        template_uuid: z.string(),
        template_version: z.string(),
        description: z.string(),
        comment: z.string(),
        Attribute: z.array(attributeSchema.extend({ object_relation: z.string() })),
        ObjectReference: z
          .array(
            z.looseObject({
              uuid: z.string(),
              object_uuid: z.string(),
              referenced_uuid: z.string(),
              relationship_type: z.string(),
              comment: z.string(),
            }),
          )
          .exactOptional(),
      }),
    )
    .exactOptional(),
});
