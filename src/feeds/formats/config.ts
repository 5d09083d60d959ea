import { z } from 'zod';
import { isKnownCharset } from './charset.js';
import { keptTypes } from './indicator.js';
import { patternMistake } from './log-pattern.js';

/** `format` of a feed: how its files are written. */

const charset = z
  .string()
  .refine(isKnownCharset, 'must be a charset, like utf-8, utf-16, shift_jis, euc-jp or windows-1252')
  .default('utf-8')
  .describe('What the text is written in. A byte order mark at the start of a file is stronger.');

function recordLimit(characters: number) {
  return z
    .int()
    .min(100)
    .max(256 * 1024 * 1024)
    .default(characters)
    .describe(
      'The longest record, in characters. A longer one is a rejected row, of which only the beginning is kept.',
    );
}

const common = { charset, maxRecordChars: recordLimit(1024 * 1024) };

const delimiter = z
  .string()
  .min(1)
  .max(8)
  .regex(/^[^\r\n]+$/, 'must not hold a line break');

const quote = z.union(
  [z.string().regex(/^[^\r\n]$/), z.literal(false)],
  'must be one character, or false where quotes mean nothing',
);

const comment = z.string().min(1).max(8);

const delimitedShape = {
  header: z
    .union([z.boolean(), z.array(z.string().min(1)).min(1)])
    .default(true)
    .describe(
      'True: the first line names the columns. A list: these are their names, and the first line is a row. False: they are called `1`, `2`, and so on. An empty or repeated name is replaced by the number of its column.',
    ),
  comment: comment.optional().describe('Lines that begin with this are passed over.'),
  trim: z
    .boolean()
    .default(false)
    .describe('True: blanks around a value do not belong to it, and a quote may follow them.'),
  skipLines: z.int().min(0).max(1000).default(0).describe('So many lines at the start are passed over.'),
  ...common,
};

const csvFormat = z.strictObject({
  kind: z.literal('csv').describe('A header line and columns (RFC 4180). A row with more or fewer is rejected.'),
  delimiter: delimiter.default(',').describe('What stands between two columns.'),
  quote: quote
    .default('"')
    .describe('What encloses a value with delimiters or line breaks; twice, it stands for itself.'),
  ...delimitedShape,
});

const tsvFormat = z.strictObject({
  kind: z.literal('tsv').describe('Columns with tabs between them.'),
  delimiter: delimiter.default('\t').describe('What stands between two columns.'),
  quote: quote
    .default(false)
    .describe('By default quotes are text like any other, since names hold stray ones. `"`: as in CSV.'),
  ...delimitedShape,
});

const jsonFormat = z.strictObject({
  kind: z.literal('json').describe('One JSON document with a list of rows.'),
  path: z
    .string()
    .regex(/^$|^[^.]+(\.[^.]+)*$/, 'must be keys with dots between them, like data.items')
    .refine((path) => path.split('.').filter((segment) => segment === '*').length <= 1, 'may have one * at most')
    .default('')
    .describe(
      'Where the list is: keys with dots between them, like `data.items`; `*` stands for every key of an object. By default the document is the list. An object in place of the list is one row.',
    ),
  keyField: z.string().min(1).optional().describe('With `*`: the name of a field that gets the key.'),
  ...common,
});

const jsonLinesFormat = z.strictObject({
  kind: z.literal('jsonl').describe('JSON Lines: each line is a JSON object.'),
  ...common,
});

const unmatched = z
  .enum(['reject', 'skip'])
  .default('reject')
  .describe('What becomes of lines that do not fit: rejected rows, or nothing.');

const logFormat = z.strictObject({
  kind: z.literal('log').describe('A log, read line by line with a regular expression.'),
  pattern: z
    .string()
    .min(1)
    .superRefine((pattern, context) => {
      const message = patternMistake(pattern);
      if (message !== null) context.addIssue({ code: 'custom', message });
    })
    .describe(
      'A regular expression (RE2 syntax: no look-around, no back-references, and so never slow) with a named group, `(?P<ip>\\S+)`, for each field. It may match anywhere in the line.',
    ),
  unmatched,
  comment: comment.optional().describe('Lines that begin with this are passed over.'),
  ...common,
});

const keyValueFormat = z.strictObject({
  kind: z
    .literal('keyValue')
    .describe('A log of `key=value` pairs with blanks between them; values may stand in double quotes.'),
  separator: z
    .string()
    .regex(/^[^\s"\\]$/, 'must be one character')
    .default('=')
    .describe('What stands between key and value.'),
  unmatched,
  comment: comment.optional().describe('Lines that begin with this are passed over.'),
  ...common,
});

const listFormat = z.strictObject({
  kind: z
    .literal('list')
    .describe(
      'One indicator a line, defanged or not. Its fields are `value`, `type` (of MISP), `original` and `comment`.',
    ),
  type: z
    .enum(keptTypes)
    .optional()
    .describe('What every line is. By default that is recognised, and a line that is nothing known is rejected.'),
  comment: z
    .array(comment)
    .default(['#', ';', '//'])
    .describe('What begins a comment, at the start of a line or after a blank.'),
  ...common,
});

const mispFormat = z.strictObject({
  kind: z
    .literal('misp')
    .describe(
      'Events as MISP exports them: one, a list, an answer of its REST interface, or the files of its feeds. Without `event`, `attributes` and `objects` they are imported as they are; for those, the field `event` is the event.',
    ),
  charset,
  maxRecordChars: recordLimit(64 * 1024 * 1024),
  adopt: z
    .boolean()
    .default(false)
    .describe(
      'Of events imported as they are. False: an event that MISP has and this feed did not write stays as it is, and its row is rejected (LW_ROW_TAKEN). True: the feed rewrites any event in MISP whose UUID it names, as far as MISP lets its key do so, and marks it by `tagGone`: alerts and events of analysts, too.',
    ),
});

export const formatSchema = z.discriminatedUnion('kind', [
  csvFormat,
  tsvFormat,
  jsonFormat,
  jsonLinesFormat,
  logFormat,
  keyValueFormat,
  listFormat,
  mispFormat,
]);

export type FormatConfig = z.output<typeof formatSchema>;
export type DelimitedFormat = z.output<typeof csvFormat> | z.output<typeof tsvFormat>;
export type JsonFormat = z.output<typeof jsonFormat>;
export type LogFormat = z.output<typeof logFormat>;
export type KeyValueFormat = z.output<typeof keyValueFormat>;
export type ListFormat = z.output<typeof listFormat>;
