import { z } from 'zod';

/** What the presets for the exports of abuse.ch have in common. */

export const per = z
  .enum(['row', 'day'])
  .default('row')
  .describe(
    '`row`: an event a row, so that its tags say exactly what it is, and it stays when the row leaves the export. `day`: one event for all rows of a day; what leaves the export leaves it, so give it exports of whole days.',
  );

export const feedTags = z
  .boolean()
  .default(true)
  .describe('The tags that people give there, each with the name of the feed before it. `per: day` has none.');

/** What stands for no value in the exports. */
export const nulls = ['None', 'n/a', 'N/A', 'null'];

/** A comment of many lines, its last one the header, blanks after the commas, and a comment at the end. */
export function commentedCsv(columns: readonly string[]) {
  return { kind: 'csv' as const, header: [...columns], comment: '#', trim: true };
}

/** An object with a list of rows under the id of each. */
export function jsonById(idField: string) {
  return { kind: 'json' as const, path: '*', keyField: idField };
}
