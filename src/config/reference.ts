import { catalogue, type ErrorKind, type WarningKind, warningCatalogue } from '../errors/catalogue.js';
import { presets } from '../feeds/presets/presets.js';
import { configJsonSchema, jsonSchemaOf } from './json-schema.js';
import { cell, plainTable, referenceSections } from './reference-sections.js';

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

feeds:
  # A known feed: its preset says how it is written and what its rows become.
  ransomwatch: { preset: ransomwatch, source: ./ransomwatch.tsv, at: "06:00", timezone: Asia/Tokyo }
  # One of your own: a CSV file with the columns name, url and seen.
  phishing:
    source: { url: https://feeds.example.com/phishing.csv, headers: { Auth-Key: { env: PHISHING_KEY } } }
    format: { kind: csv }
    groupBy: [url]
    event:
      info: "Phishing against {name}"
      date: "{seen}"
      tags: [phishing]
    attributes:
      - { type: url, value: "{url}", comment: "Seen {seen}", toIds: true }
    every: 1h
`;

/** docs/configuration.md, from the schema and its descriptions. */
export function configurationReference(): string {
  return `# Configuration

<!-- Written by \`npm run docs\` from src/config/schema.ts: change it there. -->

Lurewatch reads one YAML file: the one that \`--config\` names, else the one that \`LUREWATCH_CONFIG\` names, else
\`lurewatch.yaml\` in the current folder. Paths in it start from the folder that it lies in. Every mistake is reported at
once, with line, column and reason, and commands then end with exit status 2.

- **Secrets** never stand in the file. Where one is needed, say where it is: \`{ env: NAME }\` (an environment variable) or
  \`{ file: /run/secrets/name }\` (a file; one line break at its end does not count).
- **Durations** are a number with a unit: \`500ms\`, \`30s\`, \`1m\`, \`2h\`, \`1d\`.
- **Names** of mailboxes, targets and feeds are lower-case letters, digits, \`-\` and \`_\`. They stand in workflow ids,
  alerts and, as identities of events, in MISP: a renamed feed makes new events.
- **Templates** (in feeds) are texts with columns in braces: \`{first_seen|first:10}\`. docs/feeds.md tells what they can.
- In the tables, \`limits.depth\` is the key \`depth\` of the map \`limits\`, and \`galaxies[].type\` the key \`type\` of each map
  in the list \`galaxies\`.
- The connection to **Temporal** is not configured here but as for Temporal's own CLI: \`TEMPORAL_ADDRESS\`,
  \`TEMPORAL_NAMESPACE\`, \`TEMPORAL_API_KEY\`, \`TEMPORAL_TLS_*\`, or a profile in \`temporal.toml\`.

## Example

\`\`\`yaml
${exampleConfig.trimEnd()}
\`\`\`

${[...referenceSections(configJsonSchema()), ...presetSections()].join('\n\n')}
`;
}

/** docs/errors.md, from the catalogue. */
export function errorReference(): string {
  const kinds: readonly (readonly [string, ErrorKind])[] = Object.entries(catalogue);
  const rows = kinds.map(
    ([code, { retryable, meaning, mend }]) =>
      `| \`${code}\` | ${retryable ? 'yes' : 'no'} | ${cell(meaning)} | ${cell(mend)} |`,
  );
  const warnings: readonly (readonly [string, WarningKind])[] = Object.entries(warningCatalogue);
  const warningRows = warnings.map(([code, { meaning, mend }]) => `| \`${code}\` | ${cell(meaning)} | ${cell(mend)} |`);
  return `# Errors

<!-- Written by \`npm run docs\` from src/errors/catalogue.ts: change it there. -->

Every error has a stable code. It stands in brackets at the end of the message, is the \`type\` of the failure in Temporal's
Web UI, and is what an alert rule should match. "Tried again" says whether Lurewatch goes on by itself; where it does not,
a person has to mend something first.

| Code | Tried again | Meaning | What to do |
| --- | --- | --- | --- |
${rows.join('\n')}

## Warnings

What was done all the same, though not as a whole. The code stands with the reason in the result of \`importFeed\`, at the end
of the line in \`lurewatch import\`, and with what the store keeps of each event that was written.

| Code | Meaning | What to do |
| --- | --- | --- |
${warningRows.join('\n')}
`;
}

/** The options of each preset of feeds. */
function presetSections(): readonly string[] {
  const each = [...presets.values()].map(({ name, title, documentation, options }) => {
    return `#### Preset \`${name}\`\n\n${title}: <${documentation}>\n\n${plainTable(jsonSchemaOf(options))}`;
  });
  return [`### Options of presets\n\nWhat \`feeds.<name>.options\` takes, by \`feeds.<name>.preset\`.`, ...each];
}
