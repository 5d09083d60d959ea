import { compileExpression, type Expression } from '../expressions/expression.js';
import type { Extraction } from '../indicators/types.js';
import { boundedValue, maxValueChars } from '../mail/bounded-value.js';
import type { OwnFieldConfig } from './config.js';
import type { AlertEvent } from './types.js';
import { headerSource } from './wishes.js';

const maxValues = 50;
/** Those of known values too. */
const maxMatches = 1000;
/** Of all fields, in one mail: what a character costs grows with the expression, and all else waits meanwhile. */
const maxSteps = 100_000_000;

/** An event field of the configuration, ready to be filled. */
export interface OwnField {
  readonly name: string;
  readonly from: string;
  readonly all: boolean;
  readonly long: boolean;
  readonly expression: Expression;
}

export function compileOwnFields(fields: Readonly<Record<string, OwnFieldConfig>>): readonly OwnField[] {
  return Object.entries(fields).map(([name, { from, all, long, expression }]) => ({
    name,
    from,
    all,
    long,
    expression: compileExpression(expression),
  }));
}

export interface OwnFields {
  /** A field that finds nothing is left out. */
  readonly fields: AlertEvent;
  /** Not all was searched, or more was found than is told. */
  readonly cut: boolean;
}

/** What the expressions of the configuration find. */
export function ownFields(extraction: Extraction, fields: readonly OwnField[]): OwnFields {
  let cut = false;
  const filled = fields.flatMap((field): [string, string][] => {
    const { matches, searchedAll } = matchesOf(extraction, field, maxSteps / fields.length);
    const values = [...new Set(matches.map((match) => boundedValue(match, field.long)))].filter(
      (value) => value !== '',
    );
    const told = values.slice(0, field.all ? maxValues : 1);
    if (field.all) cut ||= !searchedAll || values.length > told.length;
    else cut ||= !searchedAll && told.length === 0;
    const most = maxValueChars(field.long);
    cut ||= matches.slice(0, field.all ? undefined : 1).some((match) => match.length > most);
    if (told.length === 0) return [];
    return [[field.name, field.all ? told.map((value) => value.replaceAll(',', '%2C')).join(',') : (told[0] ?? '')]];
  });
  return { fields: Object.fromEntries(filled), cut };
}

function matchesOf(extraction: Extraction, { from, all, expression }: OwnField, steps: number) {
  // Where the texts are, they were searched already, and what was cut is told.
  if (from === 'body') {
    const found = (extraction.inBody ?? []).filter((each) => each.expression === expression.source);
    return { matches: found.map(({ value }) => value), searchedAll: true };
  }
  const most = all ? maxMatches : 1;
  const matches: string[] = [];
  let searchedAll = true;
  let leftChars = Math.ceil(steps / expression.size);
  for (const text of textsOf(extraction, from)) {
    const piece = text.slice(0, leftChars);
    leftChars -= piece.length;
    if (piece.length < text.length) searchedAll = false;
    for (const match of expression.each(piece)) {
      if (matches.length >= most) return { matches, searchedAll: false };
      matches.push(match);
    }
  }
  return { matches, searchedAll };
}

function textsOf({ subject, from, to, headers = [] }: Extraction, source: string): readonly string[] {
  if (source === 'subject') return [subject ?? ''];
  if (source === 'from') return [from];
  if (source === 'to') return [to];
  const name = headerSource(source)?.toLowerCase();
  return headers.flatMap((header) => (header.name === name ? [header.value] : []));
}
