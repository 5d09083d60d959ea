import type { Value } from './script-values.js';

/** What of the expressions of JavaScript can be constant. */
export type Syntax =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'name'; readonly name: string }
  /** Anything whose value depends on what is not known here. */
  | { readonly kind: 'unknown'; readonly within: readonly Syntax[] }
  /** Between commas and in parentheses: its value is the last. */
  | { readonly kind: 'sequence'; readonly members: readonly Syntax[] }
  | { readonly kind: 'sum'; readonly terms: readonly Syntax[] }
  | { readonly kind: 'arithmetic'; readonly first: Syntax; readonly rest: readonly Operation[] }
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Syntax }
  | { readonly kind: 'list'; readonly members: readonly Syntax[] }
  | { readonly kind: 'spread'; readonly of: Syntax }
  | { readonly kind: 'record'; readonly members: readonly (readonly [Syntax, Syntax])[] }
  | { readonly kind: 'chain'; readonly base: Syntax; readonly links: readonly Link[] }
  | { readonly kind: 'lambda'; readonly parameters: readonly string[]; readonly body: Syntax }
  | { readonly kind: 'assignment'; readonly target: Syntax; readonly adds: boolean; readonly value: Syntax };

export interface Operation {
  readonly operator: string;
  readonly operand: Syntax;
}

/** `.key`, `[key]` or `(…)`. */
export type Link =
  | { readonly kind: 'member'; readonly key: Syntax }
  | { readonly kind: 'call'; readonly given: readonly Syntax[] };

export const nothing: Syntax = { kind: 'unknown', within: [] };

/** One for all of them: scripts that hide something put it together from single letters. */
const letters: readonly Syntax[] = Array.from({ length: 128 }, (_, code) => ({
  kind: 'value',
  value: String.fromCharCode(code),
}));

export function constant(value: Value): Syntax {
  const letter = typeof value === 'string' && value.length === 1 ? letters[value.charCodeAt(0)] : undefined;
  return letter ?? { kind: 'value', value };
}
