import { RE2JS } from 're2js';
import type { MappingCheck, MappingMistake } from './mistakes.js';

/** A regular expression whose time is linear in the text, since the texts are other people's. Undefined: a mistake. */
export function compileExpression(
  expression: string,
  path: MappingMistake['path'],
  check: MappingCheck,
): RE2JS | undefined {
  try {
    return RE2JS.compile(expression);
  } catch (error) {
    check.mistake(
      path,
      `is no regular expression (RE2 syntax): ${error instanceof Error ? error.message : String(error)}`,
    );
    return undefined;
  }
}
