import { z } from 'zod';
import { alertPriority, expression } from '../config/fields.js';

/** What the alerts of a mailbox say. The descriptions are the configuration reference. */

const headerName = z.string().regex(/^[!-9;-~]{1,200}$/, 'must be the name of a header field, without the colon');

const ownFieldSchema = z.strictObject({
  from: z
    .string()
    .regex(
      /^(?:subject|body|from|to|header:[!-9;-~]{1,200})$/,
      'must be `subject`, `body`, `from`, `to` or `header:NAME`',
    )
    .describe(
      'Where the expression is tried: `subject`, `from`, `to`, `header:NAME`, or `body`: the texts of the mail and of mails attached to it.',
    ),
  expression: expression.describe('What the field holds: its first group, or all that it matches (RE2 syntax).'),
  all: z.boolean().default(false).describe('True: every match, comma-joined. By default the first.'),
  long: z
    .boolean()
    .default(false)
    .describe('True: a value has up to 20,000 characters, and keeps its lines. By default 1,000, on one line.'),
});

const template = z.string().min(1).max(1000);

export const alertSchema = z
  .strictObject({
    headers: z
      .union([z.array(headerName).min(1).max(50), z.strictObject({ matches: expression })])
      .optional()
      .describe(
        'Header fields that become event fields `header_<name>` (lower case, `_` for `-`): their names, or an expression that such names match, whatever their case.',
      ),
    fields: z
      .record(
        z
          .string()
          .regex(
            /^[A-Za-z][A-Za-z0-9_]{0,63}$/,
            'must begin with a letter, and be of letters, digits and _, at most 64',
          ),
        ownFieldSchema,
      )
      .refine((fields) => Object.keys(fields).length <= 50, 'must be at most 50')
      .default({})
      .describe('Event fields of your own, each under its name, which is none of the alert’s.'),
    alertName: template
      .optional()
      .describe('`name` of the alert, with event fields in it: `[Phish] {Subject|first:80}`. By default the Subject.'),
    caseName: template
      .optional()
      .describe(
        'Name of the case, likewise; it stands in the event field `custom_case_name`, as of Google’s connectors.',
      ),
    attachOriginal: z
      .boolean()
      .default(false)
      .describe('True: the mail itself goes with the alert to the targets that take files.'),
  })
  .optional()
  .describe('What the alerts say beyond what they always do: docs/alert-fields.md.');

const fieldName = z.string().min(1).max(250);

/** The environment by what stands in the mail. */
export const environmentSchema = z.union([
  z.string(),
  z.strictObject({
    field: fieldName.describe('The event field that tells it.'),
    expression: expression
      .optional()
      .describe('What of the field counts: the first group, or all that it matches (RE2 syntax). By default all.'),
    map: z
      .record(z.string(), z.string().min(1))
      .optional()
      .describe('From what counts to the environment, whatever its case. Without it that is the environment itself.'),
    otherwise: z
      .string()
      .default('Default Environment')
      .describe('The environment where the field holds nothing, or nothing that is known.'),
  }),
]);

/** The priority likewise. */
export const prioritySchema = z.union([
  alertPriority,
  z.strictObject({
    field: fieldName.describe('The event field that tells it.'),
    expression: expression.optional().describe('What of the field counts, as of `environment`.'),
    map: z.record(z.string(), alertPriority).describe('From what counts to the priority, whatever its case.'),
    otherwise: alertPriority.default(60).describe('The priority where the field holds nothing that is known.'),
  }),
]);

export type AlertConfig = NonNullable<z.output<typeof alertSchema>>;
export type OwnFieldConfig = z.output<typeof ownFieldSchema>;
export type EnvironmentConfig = z.output<typeof environmentSchema>;
export type PriorityConfig = z.output<typeof prioritySchema>;
