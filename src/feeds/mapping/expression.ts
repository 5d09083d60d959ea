import { compileExpression, type Expression, expressionMistake } from '../../expressions/expression.js';
import type { MappingCheck, MappingMistake } from './mistakes.js';

/** A regular expression of a mapping. Undefined: a mistake. */
export function mappingExpression(
  source: string,
  path: MappingMistake['path'],
  check: MappingCheck,
): Expression | undefined {
  const mistake = expressionMistake(source);
  if (mistake === undefined) return compileExpression(source);
  check.mistake(path, `is no regular expression (RE2 syntax): ${mistake}`);
  return undefined;
}
