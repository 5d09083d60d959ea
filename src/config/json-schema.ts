import { z } from 'zod';
import { isRecord } from './is-record.js';
import { configSchema } from './schema.js';

/** The part of JSON Schema that zod writes for lurewatch.yaml and that the reference and the advice read. */
export interface SchemaNode {
  readonly type?: string | undefined;
  readonly description?: string | undefined;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly format?: string | undefined;
  readonly pattern?: string | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly items?: SchemaNode | undefined;
  readonly properties?: Readonly<Record<string, SchemaNode>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly additionalProperties?: SchemaNode | boolean | undefined;
  readonly oneOf?: readonly SchemaNode[] | undefined;
  readonly anyOf?: readonly SchemaNode[] | undefined;
  /** Of a `kind` that is filled in by the presence of another key: that key. */
  readonly follows?: string | undefined;
  /** What may stand in place of a whole map, in words. */
  readonly shorthand?: string | undefined;
}

const schemaNode: z.ZodType<SchemaNode> = z.lazy(() =>
  z.looseObject({
    type: z.string().optional(),
    description: z.string().optional(),
    enum: z.array(z.unknown()).optional(),
    format: z.string().optional(),
    pattern: z.string().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    items: schemaNode.optional(),
    properties: z.record(z.string(), schemaNode).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([z.boolean(), schemaNode]).optional(),
    oneOf: z.array(schemaNode).optional(),
    anyOf: z.array(schemaNode).optional(),
    follows: z.string().optional(),
    shorthand: z.string().optional(),
  }),
);

/** lurewatch.yaml as users write it (before defaults and conversions). */
export function configJsonSchema(): SchemaNode {
  return jsonSchemaOf(configSchema);
}

/** Any part of it. */
export function jsonSchemaOf(schema: z.ZodType): SchemaNode {
  return schemaNode.parse(z.toJSONSchema(schema, { io: 'input' }));
}

/** The alternatives of a schema, unions within unions laid out flat; a plain schema is its own only one. */
export function alternatives(schema: SchemaNode): readonly SchemaNode[] {
  const members = schema.oneOf ?? schema.anyOf;
  return members === undefined ? [schema] : members.flatMap(alternatives);
}

/**
 * The keys that a map at `path` may have, also within lists and beside other kinds of values, in the variant that `data`
 * chose there by its `kind` (and `api`).
 */
export function knownKeys(
  path: readonly PropertyKey[],
  data: unknown,
  schema: SchemaNode = configJsonSchema(),
): readonly string[] {
  let schemas: readonly SchemaNode[] = [schema];
  let value = data;
  for (const segment of path) {
    schemas = schemas.flatMap((schema) => chosen(schema, value)).flatMap((schema) => child(schema, String(segment)));
    value = isRecord(value) || Array.isArray(value) ? Reflect.get(value, segment) : undefined;
  }
  const keys = schemas
    .flatMap((schema) => chosen(schema, value))
    .flatMap((schema) => Object.keys(schema.properties ?? {}));
  return [...new Set(keys)];
}

function chosen(schema: SchemaNode, value: unknown): readonly SchemaNode[] {
  const all = alternatives(schema);
  const fitting = all.filter((variant) =>
    Object.entries(variant.properties ?? {}).every(([key, property]) => {
      if (property.const === undefined) return true;
      const given = isRecord(value) ? value[key] : undefined;
      if (given === undefined && property.follows !== undefined) return isRecord(value) && property.follows in value;
      return (given ?? property.default) === property.const;
    }),
  );
  return fitting.length > 0 ? fitting : all;
}

function child(schema: SchemaNode, segment: string): readonly SchemaNode[] {
  const property = schema.properties?.[segment];
  if (property !== undefined) return [property];
  if (schema.items !== undefined) return [schema.items];
  return typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : [];
}
