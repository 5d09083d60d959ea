import { alternatives, type SchemaNode } from './json-schema.js';

/** What a key of the configuration takes, in words for the tables of the reference. */
export function valueWords(schema: SchemaNode): string {
  const items = [...(schema.shorthand === undefined ? [] : [schema.shorthand]), ...wordsOf(schema)];
  // One choice among values, as against a choice among kinds of values.
  if (schema.enum !== undefined || schema.type === 'boolean') return items.join(', ');
  if (alternatives(schema).every((one) => one.const !== undefined)) return items.join(', ');
  return orList(items);
}

function wordsOf(schema: SchemaNode): readonly string[] {
  if (isSecret(schema)) return ['`{ env: NAME }`', '`{ file: PATH }`'];
  const members = schema.oneOf ?? schema.anyOf;
  if (members !== undefined) return [...new Set(members.flatMap(wordsOf))];
  if (schema.const !== undefined) return [code(schema.const)];
  if (schema.enum !== undefined) return schema.enum.map(code);
  if (schema.type === 'array') return [`list of ${schema.items === undefined ? 'values' : plural(schema.items)}`];
  if (schema.type === 'object') return [mapWords(schema)];
  if (schema.type === 'boolean') return ['`true`', '`false`'];
  return [scalarWords(schema)];
}

function mapWords(schema: SchemaNode): string {
  const named = schema.additionalProperties;
  if (typeof named !== 'object' || Object.keys(named).length === 0) return 'map';
  return namedMaps(schema).length > 0 ? 'map of names' : `map of names to ${valueWords(named)}`;
}

function plural(schema: SchemaNode): string {
  const words = valueWords(schema);
  return words === 'text' || words === 'map' ? `${words}s` : words;
}

function scalarWords(schema: SchemaNode): string {
  if (schema.pattern?.includes('(ms|s|m|h|d)') === true) return 'duration';
  if (schema.format === 'date') return 'day';
  if (schema.format === 'date-time') return 'time';
  if (schema.format === 'uri') return 'URL';
  if (schema.format === 'uuid') return 'UUID';
  if (schema.type !== 'integer' && schema.type !== 'number') return 'text';
  return `${schema.type === 'integer' ? 'whole ' : ''}number${range(schema)}`;
}

function range({ minimum, maximum }: SchemaNode): string {
  const low = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined;
  const high = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  if (low !== undefined && high !== undefined) return `, ${low} to ${high}`;
  if (low !== undefined) return `, at least ${low}`;
  return high === undefined ? '' : `, at most ${high}`;
}

/** What counts where the key is not written. */
export function defaultWords(key: string, schema: SchemaNode, required: boolean): string {
  const { default: standard, follows } = schema;
  if (follows !== undefined) return `follows from \`${follows}\``;
  if (standard === undefined) return required ? '**required**' : 'none';
  if (isEmptyMap(standard)) return schema.properties === undefined ? 'none' : 'see its keys';
  const mebibytes = /bytes$/i.test(key) && typeof standard === 'number' ? standard / 2 ** 20 : 0;
  return mebibytes >= 1 && Number.isInteger(mebibytes) ? `${code(standard)} (${mebibytes} MiB)` : code(standard);
}

function isEmptyMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}

/** The maps with known keys among what a key takes; a secret is none. */
export function keyedMaps(schema: SchemaNode): readonly SchemaNode[] {
  if (isSecret(schema)) return [];
  const members = schema.oneOf ?? schema.anyOf;
  if (members !== undefined) return members.flatMap(keyedMaps);
  return schema.properties === undefined ? [] : [schema];
}

/** Of a map of names, those that stand under each name; none where that may be another kind of value. */
export function namedMaps({ additionalProperties: named }: SchemaNode): readonly SchemaNode[] {
  if (typeof named !== 'object') return [];
  const maps = keyedMaps(named);
  return maps.length === alternatives(named).length ? maps : [];
}

/** `{ env }` or `{ file }`: told in one word everywhere. */
function isSecret(schema: SchemaNode): boolean {
  const keys = (schema.anyOf ?? schema.oneOf ?? []).map((one) => Object.keys(one.properties ?? {}).join());
  return keys.length === 2 && keys.includes('env') && keys.includes('file');
}

export function code(value: unknown): string {
  // An empty text, or a tab, would not be seen.
  const plain = typeof value === 'string' && /^\P{Cc}+$/u.test(value);
  return `\`${plain ? value : JSON.stringify(value)}\``;
}

function orList(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} or ${last}`;
}
