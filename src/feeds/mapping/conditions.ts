import { columnValues } from '../../templates/template.js';
import type { Row } from '../types.js';
import type { ConditionConfig } from './config.js';
import { mappingExpression } from './expression.js';
import type { MappingCheck, MappingMistake } from './mistakes.js';

/** `value`: of the rule that the condition belongs to, one of several where it is split. */
export type Condition = (row: Row, value: string) => boolean;

export function compileCondition(
  config: ConditionConfig,
  path: MappingMistake['path'],
  check: MappingCheck,
): Condition {
  if (typeof config === 'string' || Array.isArray(config)) {
    const words = wordSet(config);
    return (_row, value) => words.has(value.trim());
  }
  const { column, equals, matches } = config;
  if ((equals === undefined) === (matches === undefined)) {
    check.mistake(path, 'needs one of `equals` and `matches`');
  }
  if (column !== undefined) check.column([...path, 'column'], column);
  const holds = compileTest(equals, matches, path, check);
  if (column === undefined) return (_row, value) => holds(value);
  // Null words are for values; a condition may well ask for one of them.
  return (row) => {
    const values = columnValues(row, column, noNulls);
    return values.length === 0 ? holds('') : values.some(holds);
  };
}

const noNulls: ReadonlySet<string> = new Set();

function compileTest(
  equals: string | readonly string[] | undefined,
  matches: string | undefined,
  path: MappingMistake['path'],
  check: MappingCheck,
): (text: string) => boolean {
  if (equals !== undefined) {
    const words = wordSet(equals);
    return (text) => words.has(text.trim());
  }
  const expression = mappingExpression(matches ?? '', [...path, 'matches'], check);
  return (text) => expression?.test(text) ?? false;
}

function wordSet(words: string | readonly string[]): ReadonlySet<string> {
  return new Set((typeof words === 'string' ? [words] : words).map((word) => word.trim()));
}
