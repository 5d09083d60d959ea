import { nothing, type Syntax } from './script-syntax.js';
import type { ScriptTokens } from './script-tokens.js';

const maxParameters = 8;
const maxShadows = 32;
const parameter = /[\w$]+\s*=>/y;
const parameterList = /\(\s*(?:[\w$]+\s*(?:,\s*[\w$]+\s*){0,7})?\)\s*=>/y;

/** Reads the functions of a script: those that give back an expression, and of the others what hides variables. */
export class FunctionParser {
  readonly #tokens: ScriptTokens;
  readonly #expression: () => Syntax | null;
  /** The parameters of the functions around, and how many braces were open where their bodies began. */
  readonly #shadows: { readonly parameters: readonly string[]; readonly depth: number }[] = [];

  constructor(tokens: ScriptTokens, expression: () => Syntax | null) {
    this.#tokens = tokens;
    this.#expression = expression;
  }

  /** Whether the name is that of a parameter here, and no variable of the script. */
  isParameter(name: string): boolean {
    while (this.#tokens.depth < (this.#shadows.at(-1)?.depth ?? Number.NEGATIVE_INFINITY)) this.#shadows.pop();
    return this.#shadows.some(({ parameters }) => parameters.includes(name));
  }

  /** `x => …`, `(x, y) => …`; null for anything else. */
  arrow(): Syntax | null {
    const tokens = this.#tokens;
    const { kind, text } = tokens;
    if (kind === 'name' && tokens.matches(parameter) !== null) {
      tokens.next();
      tokens.next();
      return this.#lambda([text]);
    }
    if (!tokens.is('(') || tokens.matches(parameterList) === null) return null;
    tokens.next();
    const parameters = this.#parameters();
    tokens.next();
    return this.#lambda(parameters);
  }

  /** From the word `function` on. */
  declared(): Syntax {
    const tokens = this.#tokens;
    tokens.next();
    const { kind, text } = tokens;
    if (kind === 'name') tokens.next();
    const parameters = tokens.pass('(') ? this.#parameters() : [];
    const read = tokens.is('{') ? this.#lambda(parameters) : nothing;
    return kind === 'name' && read.kind === 'lambda'
      ? { kind: 'assignment', target: { kind, name: text }, adds: false, value: read }
      : read;
  }

  #parameters(): string[] {
    const parameters: string[] = [];
    while (this.#tokens.kind === 'name' && parameters.length < maxParameters) {
      parameters.push(this.#tokens.text);
      this.#tokens.next();
      if (!this.#tokens.pass(',')) break;
    }
    this.#tokens.pass(')');
    return parameters;
  }

  /** The body of one that does more than give back an expression is read like the rest of the script. */
  #lambda(parameters: readonly string[]): Syntax {
    const tokens = this.#tokens;
    const braces = tokens.pass('{');
    const { depth } = tokens;
    if (braces && !(tokens.kind === 'word' && tokens.text === 'return')) {
      this.#shadow(parameters, depth);
      return nothing;
    }
    if (braces) tokens.next();
    const body = this.#expression() ?? nothing;
    const lambda: Syntax = { kind: 'lambda', parameters, body };
    if (braces) {
      tokens.pass(';');
      if (!tokens.pass('}')) {
        this.#shadow(parameters, depth);
        return { kind: 'unknown', within: [lambda] };
      }
    }
    return lambda;
  }

  #shadow(parameters: readonly string[], depth: number): void {
    if (parameters.length > 0 && this.#shadows.length < maxShadows) this.#shadows.push({ parameters, depth });
  }
}
