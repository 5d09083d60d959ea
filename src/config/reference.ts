import { catalogue, type ErrorKind } from '../errors/catalogue.js';
import { alternatives, configJsonSchema, type SchemaNode } from './json-schema.js';

/** A whole configuration to start from. A test loads it. */
export const exampleConfig = `store: { kind: file, path: ./var }

mailboxes:
  soc:
    host: imap.example.com
    username: soc@example.com
    password: { env: SOC_IMAP_PASSWORD }
    folders: [INBOX]
    every: 1m
    targets: [cases]
  reports: { kind: directory, path: ./mail, targets: [cases, hook] }

targets:
  cases: { kind: file, path: ./var/cases }
  hook:
    kind: webhook
    url: https://soar.example.com/alerts
    secret: { file: /run/secrets/webhook }

misp:
  url: https://misp.example.com
  key: { env: MISP_KEY }
  tlp: amber
`;

/** docs/configuration.md, from the schema and its descriptions. */
export function configurationReference(): string {
  const schema = configJsonSchema();
  return `# Configuration

<!-- Written by \`npm run docs\` from src/config/schema.ts: change it there. -->

Lurewatch reads one YAML file: the one that \`--config\` names, else the one that \`LUREWATCH_CONFIG\` names, else
\`lurewatch.yaml\` in the current folder. Paths in it start from the folder that it lies in. Every mistake is reported at
once, with line, column and reason, and commands then end with exit status 2.

- **Secrets** never stand in the file. Where one is needed, say where it is: \`{ env: NAME }\` (an environment variable) or
  \`{ file: /run/secrets/name }\` (a file; one line break at its end does not count).
- **Durations** are a number with a unit: \`500ms\`, \`30s\`, \`1m\`, \`2h\`, \`1d\`.
- **Names** of mailboxes and targets are lower-case letters, digits, \`-\` and \`_\`. They stand in workflow ids and alerts.
- The connection to **Temporal** is not configured here but as for Temporal's own CLI: \`TEMPORAL_ADDRESS\`,
  \`TEMPORAL_NAMESPACE\`, \`TEMPORAL_API_KEY\`, \`TEMPORAL_TLS_*\`, or a profile in \`temporal.toml\`.

## Example

\`\`\`yaml
${exampleConfig.trimEnd()}
\`\`\`

${sections('', schema, 2).join('\n\n')}
`;
}

/** docs/errors.md, from the catalogue. */
export function errorReference(): string {
  const kinds: readonly (readonly [string, ErrorKind])[] = Object.entries(catalogue);
  const rows = kinds.map(
    ([code, { retryable, meaning, mend }]) =>
      `| \`${code}\` | ${retryable ? 'yes' : 'no'} | ${cell(meaning)} | ${cell(mend)} |`,
  );
  return `# Errors

<!-- Written by \`npm run docs\` from src/errors/catalogue.ts: change it there. -->

Every error has a stable code. It stands in brackets at the end of the message, is the \`type\` of the failure in Temporal's
Web UI, and is what an alert rule should match. "Tried again" says whether Lurewatch goes on by itself; where it does not,
a person has to mend something first.

| Code | Tried again | Meaning | What to do |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

/** A section for the map at `path`, and one for each map of names or variant below it. */
function sections(path: string, schema: SchemaNode, level: number): readonly string[] {
  const rows: string[] = [];
  const below: string[] = [];
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const place = path === '' ? key : `${path}.${key}`;
    const named = property.additionalProperties;
    if (typeof named === 'object') {
      rows.push(row(key, `map of names, see [below](#${anchor(place)})`, 'none', property.description));
      below.push(...variantSections(place, `${place}.<name>`, property, named, level));
    } else if (isVariants(property)) {
      rows.push(row(key, `see [below](#${anchor(place)})`, 'none', property.description));
      below.push(...variantSections(place, place, property, property, level));
    } else if (property.properties !== undefined) {
      if (path === '') {
        rows.push(row(key, `see [below](#${anchor(place)})`, defaultOf(property, false), property.description));
        below.push(
          `${'#'.repeat(level)} ${place}\n\n${property.description ?? ''}`,
          ...sections(place, property, level + 1),
        );
      } else {
        rows.push(row(key, 'map', 'see its keys', property.description));
        const required = property.required ?? [];
        for (const [inner, node] of Object.entries(property.properties)) {
          rows.push(row(`${key}.${inner}`, typeOf(node), defaultOf(node, required.includes(inner)), node.description));
        }
      }
    } else {
      const required = (schema.required ?? []).includes(key);
      rows.push(row(key, typeOf(property), defaultOf(property, required), property.description));
    }
  }
  const head = path === '' ? `${'#'.repeat(level)} Top level\n\n` : '';
  return [`${head}| Key | Value | Default | Meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}`, ...below];
}

function variantSections(
  place: string,
  shownPlace: string,
  property: SchemaNode,
  schema: SchemaNode,
  level: number,
): readonly string[] {
  const head = `${'#'.repeat(level)} ${place}\n\n${property.description ?? ''}`;
  const all = alternatives(schema);
  const each = all.flatMap((variant) => [
    `${'#'.repeat(level + 1)} \`${shownPlace}\` with ${constants(variant)}`,
    ...sections(shownPlace, variant, level + 2),
  ]);
  return [head, ...each];
}

/** Maps that differ by a constant (`kind`), unlike the two spellings of a secret. */
function isVariants(schema: SchemaNode): boolean {
  const all = alternatives(schema);
  return all.length > 1 && all.every((variant) => constants(variant) !== '');
}

function constants(schema: SchemaNode): string {
  return Object.entries(schema.properties ?? {})
    .filter(([, property]) => property.const !== undefined)
    .map(
      ([key, property]) => `\`${key}: ${String(property.const)}\`${property.default === undefined ? '' : ' (default)'}`,
    )
    .join(', ');
}

function typeOf(schema: SchemaNode): string {
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(', ');
  const members = alternatives(schema);
  if (members.length > 1) {
    return members.every((member) => member.const !== undefined)
      ? members.map((member) => code(member.const)).join(', ')
      : '`{ env: NAME }` or `{ file: PATH }`';
  }
  if (schema.type === 'array') return `list of ${schema.items === undefined ? 'values' : typeOf(schema.items)}`;
  if (schema.pattern?.includes('(ms|s|m|h|d)') === true) return 'duration';
  if (schema.format === 'date') return 'day';
  if (schema.format === 'uri') return 'URL';
  if (schema.format === 'uuid') return 'UUID';
  if (schema.type === 'boolean') return '`true`, `false`';
  if (schema.type === 'integer' || schema.type === 'number')
    return `${schema.type === 'integer' ? 'whole ' : ''}number${range(schema)}`;
  return 'text';
}

function range({ minimum, maximum }: SchemaNode): string {
  const low = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined;
  const high = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  if (low !== undefined && high !== undefined) return `, ${low} to ${high}`;
  if (low !== undefined) return `, at least ${low}`;
  return high === undefined ? '' : `, at most ${high}`;
}

function defaultOf(schema: SchemaNode, required: boolean): string {
  if (schema.default !== undefined) return code(schema.default);
  return required ? '**required**' : 'none';
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function row(key: string, type: string, standard: string, meaning = ''): string {
  return `| \`${key}\` | ${cell(type)} | ${cell(standard)} | ${cell(meaning)} |`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function anchor(place: string): string {
  return place.toLowerCase().replace(/[^a-z0-9-]/g, '');
}
