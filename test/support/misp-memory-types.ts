import { z } from 'zod';

/** What the stand-in MISP holds, and what it is sent. */

export interface MemoryAttribute {
  readonly uuid: string;
  readonly type: string;
  readonly category: string;
  /** As normalised. */
  readonly value: string;
  readonly comment: string;
  readonly to_ids: boolean;
  readonly disable_correlation: boolean;
  readonly object_relation?: string | undefined;
  /** Tags of its own, where it was sent any. */
  readonly tags?: readonly string[];
}

export interface MemoryObject {
  readonly uuid: string;
  readonly name: string;
  readonly comment: string;
  readonly attributes: MemoryAttribute[];
  readonly references: MemoryReference[];
}

export interface MemoryReference {
  readonly uuid: string;
  readonly object_uuid: string;
  readonly referenced_uuid: string;
  readonly relationship_type: string;
}

export interface MemoryEvent {
  readonly id: string;
  readonly uuid: string;
  info: string;
  date: string;
  threat_level_id: string;
  analysis: string;
  readonly distribution: string;
  published: boolean;
  /** When it was last published, in seconds; 0: never. */
  publishedAt: number;
  /** In seconds. */
  timestamp: number;
  /** False: of another organisation, and not shared with this user. */
  visible: boolean;
  /** True: of another organisation: seen, and not to be edited. */
  foreign: boolean;
  readonly tags: string[];
  readonly attributes: MemoryAttribute[];
  readonly objects: MemoryObject[];
  /** Removed softly: not shown, and their UUIDs stay taken. */
  readonly removed: MemoryAttribute[];
  readonly removedObjects: MemoryObject[];
}

/** The role of the key's user. */
export interface MispRole {
  /** perm_add */
  add: boolean;
  /** perm_modify */
  modify: boolean;
  /** perm_tagger: without it all tags are silently left out. */
  tagger: boolean;
  /** perm_tag_editor: unknown tags are created; without it they are silently left out. */
  tagEditor: boolean;
  /** perm_publish */
  publish: boolean;
}

/** MISP takes `true`, `1` and `"1"` alike. */
const flag = z.union([z.boolean(), z.coerce.number().transform((value) => value !== 0)]);

const attributeSchema = z.object({
  uuid: z.string().optional(),
  type: z.string().default(''),
  category: z.string().optional(),
  value: z.string().default(''),
  comment: z.string().default(''),
  to_ids: flag.default(false),
  disable_correlation: flag.default(false),
  object_relation: z.string().optional(),
  Tag: z.array(z.object({ name: z.string() })).optional(),
  deleted: flag.optional(),
});
export type SentAttribute = z.output<typeof attributeSchema>;
export const sentAttributesSchema = z.union([z.array(attributeSchema), attributeSchema.transform((one) => [one])]);

const bareObject = z.object({
  uuid: z.string().optional(),
  name: z.string().default(''),
  comment: z.string().default(''),
  deleted: flag.optional(),
  Attribute: z.array(attributeSchema).default([]),
  ObjectReference: z
    .array(z.object({ uuid: z.string(), referenced_uuid: z.string(), relationship_type: z.string() }))
    .default([]),
});
export type SentObject = z.output<typeof bareObject>;
export const sentObjectSchema = z.union([
  z.object({ Object: bareObject }).transform((body) => body.Object),
  bareObject,
]);

const bareEvent = z.object({
  uuid: z.string().default(() => crypto.randomUUID()),
  info: z.string().default(''),
  date: z.string().default(() => new Date().toISOString().slice(0, 10)),
  threat_level_id: z.coerce.string().default('4'),
  analysis: z.coerce.string().default('0'),
  distribution: z.coerce.string().default('1'),
  sharing_group_id: z.coerce.string().optional(),
  published: flag.default(false),
  Tag: z.array(z.unknown()).default([]),
  Attribute: z.array(attributeSchema).default([]),
  Object: z.array(bareObject).default([]),
});
export const sentEventSchema = z.union([z.object({ Event: bareEvent }).transform((body) => body.Event), bareEvent]);
export type SentEvent = z.output<typeof sentEventSchema>;

const bareEdit = z.object({
  info: z.string().optional(),
  date: z.string().optional(),
  threat_level_id: z.coerce.string().optional(),
  analysis: z.coerce.string().optional(),
  timestamp: z.coerce.number().optional(),
  published: flag.optional(),
  Tag: z.array(z.object({ name: z.string(), deleted: flag.optional() })).default([]),
  Attribute: z.array(attributeSchema).default([]),
  Object: z.array(bareObject).default([]),
});
export const sentEditSchema = z.union([z.object({ Event: bareEdit }).transform((body) => body.Event), bareEdit]);
export type SentEdit = z.output<typeof sentEditSchema>;
