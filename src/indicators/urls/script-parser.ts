import { FunctionParser } from './script-functions.js';
import { constant, type Link, nothing, type Syntax } from './script-syntax.js';
import type { ScriptTokens } from './script-tokens.js';
import { maxConstant } from './script-values.js';

const maxDepth = 32;
/** One for all: brackets that are never closed are a chain of them as long as the script. */
const emptyCall: Link = { kind: 'call', given: [] };

/** From the loosest to the tightest; operators that only compare or choose end an expression. */
const levels: ReadonlyMap<string, number> = new Map(
  [['|'], ['^'], ['&'], ['<<', '>>', '>>>'], ['+', '-'], ['*', '/', '%']].flatMap((operators, level) =>
    operators.map((operator) => [operator, level] as const),
  ),
);
const plainNumbers = /[\s\d,.xa-f-]+(?=\])/iy;
const unaries: ReadonlySet<string> = new Set(['+', '-', '~', '!']);

/**
 * Reads expressions of a script, forwards only. What it does not understand ends an expression: what was read until
 * there stays, and the rest is read as something new.
 */
export class ScriptParser {
  readonly #tokens: ScriptTokens;
  readonly #functions: FunctionParser;
  #depth = 0;

  constructor(tokens: ScriptTokens) {
    this.#tokens = tokens;
    this.#functions = new FunctionParser(tokens, () => this.expression());
  }

  /** Whether the name is that of a parameter here, and no variable of the script. */
  isParameter(name: string): boolean {
    return this.#functions.isParameter(name);
  }

  /** Null where none begins. */
  expression(): Syntax | null {
    if (this.#depth >= maxDepth) return null;
    this.#depth++;
    const read = this.#functions.arrow() ?? this.#assignment();
    this.#depth--;
    return read;
  }

  #assignment(): Syntax | null {
    const target = this.#operation(0);
    if (target === null || !isTarget(target)) return target;
    const adds = this.#tokens.is('+=');
    if (!adds && !this.#tokens.is('=')) return target;
    this.#tokens.next();
    return { kind: 'assignment', target, adds, value: this.expression() ?? nothing };
  }

  #operation(least: number): Syntax | null {
    let left = this.#unary();
    if (left === null) return null;
    for (;;) {
      const level = this.#level();
      if (level < least) return left;
      left = this.#run(left, level);
      const last =
        left.kind === 'sum' ? left.terms.at(-1) : left.kind === 'arithmetic' ? left.rest.at(-1)?.operand : null;
      if (last === nothing) return left;
    }
  }

  /** Operators of one level. Sums may have as many terms as the script has letters, so that each takes little memory. */
  #run(first: Syntax, level: number): Syntax {
    const terms: Syntax[] = [first];
    const operators: string[] = [];
    while (this.#level() === level) {
      operators.push(this.#tokens.text);
      this.#tokens.next();
      const operand = this.#operation(level + 1);
      terms.push(operand ?? nothing);
      if (operand === null) break;
    }
    if (operators.every((operator) => operator === '+')) return { kind: 'sum', terms };
    const rest = operators.map((operator, index) => ({ operator, operand: terms[index + 1] ?? nothing }));
    return { kind: 'arithmetic', first, rest };
  }

  #level(): number {
    return this.#tokens.kind === 'mark' ? (levels.get(this.#tokens.text) ?? -1) : -1;
  }

  #unary(): Syntax | null {
    const { kind, text } = this.#tokens;
    if (kind === 'word' && (text === 'new' || text === 'await')) {
      this.#tokens.next();
      return this.#chain();
    }
    if (kind !== 'mark' || !unaries.has(text) || this.#depth >= maxDepth) return this.#chain();
    this.#tokens.next();
    this.#depth++;
    const operand = this.#unary();
    this.#depth--;
    return { kind: 'unary', operator: text, operand: operand ?? nothing };
  }

  #chain(): Syntax | null {
    const base = this.#primary();
    if (base === null) return null;
    let link = this.#link();
    if (link === null) return base;
    const links: Link[] = [];
    for (; link !== null; link = this.#link()) links.push(link);
    return { kind: 'chain', base, links };
  }

  #link(): Link | null {
    const tokens = this.#tokens;
    if (tokens.kind === 'template' && tokens.opens) {
      const raw = constant(tokens.more);
      const template = this.#template();
      return { kind: 'call', given: [template.kind === 'value' ? raw : template] };
    }
    const optional = tokens.pass('?.');
    if (optional || tokens.pass('.')) {
      if (tokens.kind === 'name' || tokens.kind === 'word') {
        const key = constant(tokens.text);
        tokens.next();
        return { kind: 'member', key };
      }
      if (!optional) return null;
    }
    if (tokens.pass('(')) {
      const given = this.#members(')');
      return given.length === 0 ? emptyCall : { kind: 'call', given };
    }
    if (!tokens.pass('[')) return null;
    const key = this.expression() ?? nothing;
    tokens.pass(']');
    return { kind: 'member', key };
  }

  #primary(): Syntax | null {
    const tokens = this.#tokens;
    const { kind, text, more, value } = tokens;
    if (kind === 'template') return this.#template();
    if (kind === 'name' || kind === 'string' || kind === 'number' || kind === 'pattern') {
      tokens.next();
      if (kind === 'name') return { kind, name: text };
      return constant(kind === 'string' ? text : kind === 'number' ? value : { kind, source: text, flags: more });
    }
    if (kind === 'word' && text === 'function') return this.#functions.declared();
    if (this.#depth >= maxDepth || kind !== 'mark') return null;
    if (tokens.pass('(')) {
      return { kind: 'sequence', members: this.#members(')') };
    }
    if (text === '[') return this.#list();
    return tokens.pass('{') ? this.#record() : null;
  }

  /** From the token of its first piece on. What follows a piece of one that was given up is a constant of its own. */
  #template(): Syntax {
    const tokens = this.#tokens;
    const terms: Syntax[] = [constant(tokens.text)];
    let { closes } = tokens;
    tokens.next();
    while (!closes) {
      terms.push(this.expression() ?? nothing);
      if (tokens.kind !== 'template' || tokens.opens) return { kind: 'sum', terms: [...terms, nothing] };
      terms.push(constant(tokens.text));
      closes = tokens.closes;
      tokens.next();
    }
    return terms.length === 1 ? (terms[0] ?? nothing) : { kind: 'sum', terms };
  }

  /** Numbers, of which there may be very many, are read as one. */
  #list(): Syntax {
    this.#tokens.next();
    if (this.#tokens.kind === 'number') {
      const numbers = this.#tokens.matches(plainNumbers);
      const values = numbers?.replace(/,\s*$/, '').split(',', maxConstant).map(Number);
      if (numbers !== null && values?.every(Number.isFinite)) {
        this.#tokens.skip(numbers.length);
        this.#tokens.pass(']');
        return constant(values);
      }
    }
    return { kind: 'list', members: this.#members(']') };
  }

  /** Up to the closing mark, or to what is not understood. */
  #members(close: string): Syntax[] {
    const members: Syntax[] = [];
    while (!this.#tokens.pass(close)) {
      const spread = this.#tokens.pass('...');
      const member = this.expression();
      if (member !== null) members.push(spread ? { kind: 'spread', of: member } : member);
      else if (this.#tokens.is(',')) members.push(nothing);
      if (!this.#tokens.pass(',') && !this.#tokens.is(close)) break;
    }
    return members;
  }

  #record(): Syntax {
    const tokens = this.#tokens;
    const members: [Syntax, Syntax][] = [];
    while (!tokens.pass('}')) {
      const key = this.#key();
      if (key === null) break;
      const value = tokens.pass(':') ? this.expression() : key.short;
      if (value === null) break;
      members.push([key.name, value]);
      if (!tokens.pass(',') && !tokens.is('}')) break;
    }
    return { kind: 'record', members };
  }

  #key(): { name: Syntax; short: Syntax | null } | null {
    const tokens = this.#tokens;
    const { kind, text } = tokens;
    if (tokens.pass('[')) {
      const name = this.expression() ?? nothing;
      return tokens.pass(']') ? { name, short: null } : null;
    }
    if (kind !== 'name' && kind !== 'word' && kind !== 'string' && kind !== 'number') return null;
    tokens.next();
    return { name: constant(text), short: kind === 'name' ? { kind, name: text } : null };
  }
}

function isTarget({ kind }: Syntax): boolean {
  return kind === 'name' || kind === 'chain' || kind === 'list' || kind === 'record';
}
