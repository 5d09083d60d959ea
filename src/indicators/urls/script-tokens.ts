import { escapeAt } from './script-escapes.js';

export type TokenKind = 'end' | 'name' | 'word' | 'number' | 'string' | 'template' | 'pattern' | 'mark';

const maxRegularExpression = 200;
const maxOpenTemplates = 64;

const blanks = /\s+/y;
const name = /#?[\p{L}$_][\p{L}\p{N}$_]*/uy;
const number = /(?:0x[\da-f_]+|0b[01_]+|0o[0-7_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:e[+-]?\d+)?)n?/iy;
const mark = /=>|\.\.\.|\?\.(?!\d)|>>>=?|<<=?|>>=?|\*\*=?|[=!]==?|&&=?|\|\|=?|\?\?=?|\+\+|--|[-+*/%&|^<>]=|[\s\S]/y;
const regularExpression = /^\/((?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([a-z]*)/;
const words: ReadonlySet<string> = new Set(
  'await break case catch class const continue debugger default delete do else export extends finally for function if import in instanceof let new of return super switch throw try typeof var void while with yield'.split(
    ' ',
  ),
);

/**
 * The tokens of a script, one at a time, forwards only. Linear. What was no code (an apostrophe in what is prose, a
 * quote that is never closed) is a mark like any other character.
 */
export class ScriptTokens {
  kind: TokenKind = 'end';
  /** The text of names and marks, the value of strings and pieces of templates, the source of regular expressions. */
  text = '';
  /** The flags of a regular expression; a piece of a template as it is written. */
  more = '';
  value = 0;
  /** Of a piece of a template: begins and ends with its quote, and not with an expression. */
  opens = false;
  closes = false;
  /** Where the token starts. */
  start = 0;
  /** How many braces are open. */
  depth = 0;
  readonly #script: string;
  #at = 0;
  /** Until where each quote was sought in vain: from within there, it is not sought again. */
  readonly #unclosed = new Map<string, number>();
  #commentsEnd = true;
  /** How many braces are open in the expressions of the templates around. */
  readonly #templates: number[] = [];

  constructor(script: string) {
    this.#script = script;
    this.next();
  }

  is(text: string): boolean {
    return this.kind === 'mark' && this.text === text;
  }

  /** Passes over the mark if it is there. */
  pass(text: string): boolean {
    if (!this.is(text)) return false;
    this.next();
    return true;
  }

  /** Whether the script goes on like this, from the start of the token. */
  matches(sticky: RegExp): string | null {
    sticky.lastIndex = this.start;
    return sticky.exec(this.#script)?.[0] ?? null;
  }

  /** Takes so many characters, from the start of the token, as one. */
  skip(chars: number): void {
    this.#at = this.start + chars;
    this.next();
  }

  next(): void {
    const divides = this.#dividesNext();
    if (this.kind === 'mark') this.depth += this.text === '{' ? 1 : this.text === '}' ? -1 : 0;
    this.#passBlanks();
    this.start = this.#at;
    const character = this.#script[this.#at];
    if (character === undefined) this.#set('end', '');
    else if (character === '"' || character === "'") this.#string(character);
    else if (character === '`') this.#template(true);
    else if (character === '}' && this.#templates.at(-1) === 0) this.#template(false);
    else if (character === '/' && !divides && this.#pattern()) return;
    else this.#other();
  }

  #dividesNext(): boolean {
    if (this.kind === 'mark') return this.text === ')' || this.text === ']';
    return this.kind !== 'end' && this.kind !== 'word' && !(this.kind === 'template' && !this.closes);
  }

  #other(): void {
    const digits = this.#match(number);
    if (digits !== null) {
      const plain = digits.replaceAll('_', '').replace(/n$/, '');
      this.#set('number', digits);
      this.value = /^0[0-7]+$/.test(plain) ? Number.parseInt(plain, 8) : Number(plain);
      return;
    }
    const identifier = this.#match(name);
    if (identifier !== null) {
      this.#set(words.has(identifier) ? 'word' : 'name', identifier);
      return;
    }
    const text = this.#match(mark) ?? '';
    const open = this.#templates.length - 1;
    if (open >= 0) this.#templates[open] = (this.#templates[open] ?? 0) + (text === '{' ? 1 : text === '}' ? -1 : 0);
    this.#set('mark', text);
  }

  #string(quote: string): void {
    const end = this.#untilQuote(this.#at + 1, quote, false);
    if (end === null) {
      this.#other();
      return;
    }
    this.#set('string', end.text);
    this.#at = end.at + 1;
  }

  /** A piece up to the quote or to `${`. */
  #template(opens: boolean): void {
    const from = this.#at + 1;
    const end = this.#untilQuote(from, '`', true);
    if (!opens) this.#templates.pop();
    if (end === null || this.#templates.length >= maxOpenTemplates) {
      this.#other();
      return;
    }
    this.#set('template', end.text);
    this.more = this.#script.slice(from, end.at);
    this.opens = opens;
    this.closes = this.#script[end.at] === '`';
    if (!this.closes) this.#templates.push(0);
    this.#at = end.at + (this.closes ? 1 : 2);
  }

  /** With its escapes undone; null where it is not closed (on its line): an apostrophe in what was no code. */
  #untilQuote(start: number, quote: string, isTemplate: boolean): { text: string; at: number } | null {
    if (start <= (this.#unclosed.get(quote) ?? -1)) return null;
    let text = '';
    let from = start;
    let at = start;
    for (; at < this.#script.length; at++) {
      const character = this.#script[at];
      if (character === quote || (isTemplate && character === '$' && this.#script[at + 1] === '{'))
        return { text: text + this.#script.slice(from, at), at };
      if (character === '\n' && !isTemplate) break;
      if (character === '\\') {
        const undone = escapeAt(this.#script, at + 1);
        text += this.#script.slice(from, at) + undone.text;
        at += undone.length;
        from = at + 1;
      }
    }
    this.#unclosed.set(quote, at);
    return null;
  }

  #pattern(): boolean {
    const match = regularExpression.exec(this.#script.slice(this.#at, this.#at + maxRegularExpression));
    if (match === null) return false;
    this.#set('pattern', match[1] ?? '');
    this.more = match[2] ?? '';
    this.#at += match[0].length;
    return true;
  }

  #passBlanks(): void {
    for (;;) {
      this.#match(blanks);
      const isLine = this.#script.startsWith('//', this.#at);
      if (!isLine && !(this.#commentsEnd && this.#script.startsWith('/*', this.#at))) return;
      const end = this.#script.indexOf(isLine ? '\n' : '*/', this.#at + 2);
      if (end >= 0) this.#at = end + (isLine ? 1 : 2);
      else if (isLine) this.#at = this.#script.length;
      else this.#commentsEnd = false;
    }
  }

  #set(kind: TokenKind, text: string): void {
    this.kind = kind;
    this.text = text;
  }

  #match(expression: RegExp): string | null {
    const start = this.#at;
    expression.lastIndex = start;
    // Without the list that `exec` makes of each.
    if (!expression.test(this.#script)) return null;
    this.#at = expression.lastIndex;
    return this.#script.slice(start, this.#at);
  }
}
