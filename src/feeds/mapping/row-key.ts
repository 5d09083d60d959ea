import { createHash } from 'node:crypto';
import { compileTemplate, type Template } from '../../templates/template.js';
import type { Row } from '../types.js';
import type { RuleContext } from './attribute-rule.js';
import { type RejectedByRule, reject } from './row-result.js';

export type RowKey = (row: Row) => string | RejectedByRule;

/** Longer ones are only known by their hash: a key stands in the ledger and in messages. */
const longestKey = 256;

/** `groupBy` compiled: rows of an equal key become one event. Blanks around values make no difference. */
export function compileKey(groupBy: readonly string[] | undefined, context: RuleContext): RowKey {
  if (groupBy === undefined) return (row) => short(allColumns(row));
  if (groupBy.length === 0) return () => '[]';
  const templates = groupBy.map((source, index) => {
    const template = source.includes('{') ? source : `{${source}}`;
    return compileTemplate(template, ['groupBy', index], context.nulls, context.check);
  });
  return (row) => {
    const values = templates.map((template) => part(template, row));
    if (values.some((value) => value !== '')) return short(JSON.stringify(values));
    return reject(
      row,
      'LW_ROW_VALUE',
      'groupBy',
      `none of ${groupBy.join(', ')} has a value, and they tell events apart`,
    );
  };
}

function part(template: Template, row: Row): string {
  return template.renderAnyway(row).trim();
}

/** In the order of their names, so that columns that change places make no new events. Empty ones do not count. */
function allColumns({ fields }: Row): string {
  const names = Object.keys(fields).sort();
  const pairs: (readonly [string, string | readonly string[]])[] = [];
  for (const name of names) {
    const field = fields[name] ?? '';
    const value = typeof field === 'string' ? field.trim() : field;
    if (value.length > 0) pairs.push([name, value]);
  }
  return JSON.stringify(pairs);
}

function short(key: string): string {
  return key.length <= longestKey ? key : `sha256:${createHash('sha256').update(key).digest('hex')}`;
}
