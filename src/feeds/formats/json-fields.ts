import type { Row } from '../types.js';
import { setField } from './set-field.js';

type Fields = Record<string, string | readonly string[]>;

const deepest = 32;

/**
 * A JSON value as the fields of a row: see `Row`. A value that is no object is the field `value`, and the values of a
 * list are called by their numbers.
 * @throws SyntaxError for what is no JSON, RangeError for what nests too deeply
 */
export function jsonFields(raw: string): Row['fields'] {
  const value: unknown = JSON.parse(raw);
  const exact: unknown = oddNumber.test(raw) ? JSON.parse(numbersQuoted(raw)) : value;
  const fields: Fields = {};
  if (isObject(value) && isObject(exact)) addObject(fields, '', value, exact, 1);
  else if (Array.isArray(value) && Array.isArray(exact)) {
    for (const [index, item] of value.entries()) addField(fields, String(index + 1), item, exact[index], 1);
  } else addField(fields, 'value', value, exact, 1);
  return fields;
}

/** A number that JavaScript would write in another way: an id of twenty digits, `1.50`, `1e3`. */
const oddNumber = /(?:^|[:,[])\s*(?:-0|-?\d{16}|-?\d+[.eE])/;

/** Strings are matched so that numbers within them stay as they are. */
function numbersQuoted(raw: string): string {
  return raw.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) => (token.startsWith('"') ? token : `"${token}"`));
}

function addObject(
  fields: Fields,
  prefix: string,
  value: Readonly<Record<string, unknown>>,
  exact: Readonly<Record<string, unknown>>,
  depth: number,
): void {
  if (depth > deepest) throw new RangeError(`nests deeper than ${deepest}`);
  for (const key of Object.keys(value)) addField(fields, prefix + key, value[key], exact[key], depth);
}

function addField(fields: Fields, name: string, value: unknown, exact: unknown, depth: number): void {
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value.filter((item) => item !== null);
    const scalar = items.every((item) => typeof item !== 'object');
    const exactItems: readonly unknown[] = Array.isArray(exact) ? exact.filter((item) => item !== null) : [];
    setField<Fields[string]>(fields, name, scalar ? exactItems.map(String) : JSON.stringify(value));
  } else if (isObject(value)) addObject(fields, `${name}.`, value, isObject(exact) ? exact : {}, depth + 1);
  else setField<Fields[string]>(fields, name, String(exact));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
