import { FoundConstants } from './found-constants.js';
import { ScriptEvaluator } from './script-evaluator.js';
import { ScriptParser } from './script-parser.js';
import { ScriptScope } from './script-scope.js';
import { ScriptTokens } from './script-tokens.js';
import { ScriptVariables } from './script-variables.js';

export interface ScriptConstants {
  /** As they are when they are put together and decoded. */
  readonly texts: readonly string[];
  /** Those of them that the script would run. */
  readonly code: readonly string[];
  /** What of the script was not read any more. */
  readonly unread: string;
}

/** Behind these a brace begins an object, and no block. */
const beforeObjects: ReadonlySet<string> = new Set(['const', 'let', 'var', 'return', ',', '(', ':', '?']);

/**
 * The constant texts of a script: literals and what operators, variables, lists, objects, methods of strings and the
 * decoders of browsers make of them. Nothing is run: what is not constant ends a text. Linear, within the work that
 * the scope allows.
 */
export function scriptConstants(script: string, scope = new ScriptScope(script.length)): ScriptConstants {
  const found = new FoundConstants(scope);
  if (!readAll(script, scope, found)) return found;
  const again = new FoundConstants(scope);
  readAll(script, scope, again);
  if (scope.isSpent) again.addAll(found);
  return again;
}

/** Whether it is to be read again, since it used what it declares later. */
function readAll(script: string, scope: ScriptScope, found: FoundConstants): boolean {
  const tokens = new ScriptTokens(script);
  const parser = new ScriptParser(tokens);
  const variables = new ScriptVariables(scope, found, (name) => parser.isParameter(name));
  const evaluator = new ScriptEvaluator(scope, found, variables);
  let before = '';
  while (tokens.kind !== 'end') {
    if (scope.isMailSpent) {
      found.unread = script.slice(tokens.start);
      break;
    }
    const { start } = tokens;
    const isBlock = tokens.is('{') && !beforeObjects.has(before);
    before = tokens.text;
    const expression = isBlock ? null : parser.expression();
    if (expression !== null) evaluator.read(expression);
    if (tokens.start === start) tokens.next();
  }
  variables.end();
  return variables.cameLate && !scope.isSpent;
}
