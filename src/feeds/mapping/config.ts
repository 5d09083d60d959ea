import { z } from 'zod';

/** How the rows of a feed become MISP events, as it stands in lurewatch.yaml. What it means is in compile.ts. */

const template = z.string().min(1);
const words = z.union([z.string(), z.array(z.string()).min(1)], 'must be a text or a list of texts');

const condition = z.union(
  [
    words,
    z.strictObject({
      column: z.string().min(1).optional().describe('The column to look at; by default the value itself.'),
      equals: words.optional().describe('A text or a list of texts: it is one of them.'),
      matches: z.string().min(1).optional().describe('A regular expression (RE2): it is found in it.'),
    }),
  ],
  'must be a text, a list of texts, or { column, equals } or { column, matches }',
);
export type ConditionConfig = z.output<typeof condition>;

const formats = z
  .array(z.string().min(1))
  .min(1)
  .optional()
  .describe(
    'Tried in this order: `iso`, `unix` (seconds), `unix-ms`, `rfc2822`, or tokens of luxon like `dd/MM/yyyy HH:mm`. By default `iso`.',
  );
const zone = z
  .string()
  .min(1)
  .optional()
  .describe('Time zone of dates that name none, like Asia/Tokyo. By default UTC.');

const datesShape = { formats, zone };
const dated = z.union(
  [template, z.strictObject({ value: template.describe('A template.'), ...datesShape })],
  'must be a template like "{first_seen}", or { value, formats, zone }',
);
export type DatedConfig = z.output<typeof dated>;
export type DatesConfig = Readonly<z.output<z.ZodObject<typeof datesShape>>>;

const attributeShape = {
  category: z.string().min(1).optional().describe('MISP category. By default that of the type.'),
  value: template.describe('The value: a template.'),
  comment: template.optional().describe('Its comment: a template.'),
  toIds: z.boolean().optional().describe('`to_ids`. By default that of the type.'),
  correlate: z.boolean().optional().describe('`false`: MISP does not correlate it (`disable_correlation`).'),
  unless: condition.optional().describe('Left out where the value is this, or the condition is true.'),
  when: condition.optional().describe('Only where the value is this, or the condition is true.'),
  split: z
    .union(
      [z.string().min(1), z.strictObject({ matches: z.string().min(1).describe('A regular expression (RE2).') })],
      'must be a text like ", " or { matches: expression }',
    )
    .optional()
    .describe('What stands between several values in one: a text, or { matches: expression }. Each is an attribute.'),
  date: z
    .union(
      [
        z.boolean(),
        z.strictObject({
          ...datesShape,
          optional: z
            .boolean()
            .default(false)
            .describe('True: where it is no date, only the attribute is left out, not the row.'),
        }),
      ],
      'must be true, or { formats, zone, optional }',
    )
    .optional()
    .describe('The value is a date, read by these formats. Where it is none the row is rejected.'),
  firstSeen: dated.optional().describe('`first_seen`: a template, or { value, formats, zone }.'),
  lastSeen: dated.optional().describe('`last_seen`: likewise.'),
  repeated: z
    .enum(['leaveOut', 'joinComments'])
    .default('leaveOut')
    .describe(
      'Where the event has this type, category and value already, MISP takes no second one: `leaveOut` it with a warning, or `joinComments` in the first.',
    ),
};

const attribute = z.strictObject({
  type: z
    .union(
      [
        z.string().min(1),
        z.strictObject({
          column: z.string().min(1).describe('The column that names the type.'),
          map: z.record(z.string(), z.string()).optional().describe('From its words to MISP types.'),
        }),
      ],
      'must be a MISP type, `auto`, or { column, map }',
    )
    .describe(
      'A MISP type; `auto`: recognised by the value; { column, map: { theirs: misp-type } }: told by a column.',
    ),
  ...attributeShape,
});
export type AttributeConfig = z.output<typeof attribute>;

const object = z.strictObject({
  name: z.string().min(1).describe('Name of its template (misp-objects).'),
  comment: template.optional().describe('Its comment: a template.'),
  attributes: z
    .array(z.strictObject({ relation: z.string().min(1).describe('Relation of the template.'), ...attributeShape }))
    .min(1)
    .describe('Its attributes. Types are those of the template.'),
});
export type ObjectConfig = z.output<typeof object>;

const event = z.strictObject({
  info: template.describe('Its title: a template like `[feed] {actor} - {victim}`. Missing values are empty there.'),
  date: dated.describe('Its day: a template like `{first_seen|first:10}`, { value, formats, zone }, or `today`.'),
  tags: z.array(template).default([]).describe('Tags: templates. One whose column has no value is left out.'),
  tlp: z
    .enum(['red', 'amber', 'amber+strict', 'green', 'clear', 'none'])
    .optional()
    .describe('The tag `tlp:…`; `none`: no such tag. By default `misp.tlp`.'),
  galaxies: z
    .array(
      z.strictObject({
        type: z.string().min(1).describe('Type of the galaxy, like `threat-actor`.'),
        cluster: template.describe('Name of the cluster: a template.'),
      }),
    )
    .default([])
    .describe('Galaxy clusters, by their tags.'),
  threatLevel: z
    .int()
    .min(1)
    .max(4)
    .optional()
    .describe('1 high, 2 medium, 3 low, 4 undefined. By default `misp.threatLevel`.'),
  analysis: z.int().min(0).max(2).optional().describe('0 initial, 1 ongoing, 2 complete. By default `misp.analysis`.'),
  distribution: z
    .int()
    .min(0)
    .max(4)
    .optional()
    .describe(
      '0 organisation, 1 community, 2 connected communities, 3 all, 4 sharing group. By default `misp.distribution`.',
    ),
  sharingGroup: z
    .int()
    .min(1)
    .optional()
    .describe('Sharing group id, for distribution 4. By default `misp.sharingGroup`.'),
});
export type EventConfig = z.output<typeof event>;

export const mappingShape = {
  groupBy: z
    .array(template)
    .optional()
    .describe(
      'Rows equal in these columns (or templates) become one event. By default each different row; `[]`: all rows are one event. Changing it makes new events of known rows.',
    ),
  event: event
    .optional()
    .describe('What each event is. Needed without a preset, but for events of MISP that are imported as they are.'),
  attributes: z
    .array(attribute)
    .optional()
    .describe('Attributes of the event, for each of its rows. Without a preset, an event needs them or `objects`.'),
  objects: z.array(object).optional().describe('Objects of the event, for each of its rows.'),
  nulls: z
    .array(z.string())
    .optional()
    .describe('Words that stand for no value, like `["N/A", "-"]`. The empty text always does.'),
  dates: z.strictObject(datesShape).optional().describe('Formats and zone of dates where a rule names none.'),
};

const mappingSchema = z.strictObject(mappingShape);
export type MappingConfig = z.output<typeof mappingSchema>;
