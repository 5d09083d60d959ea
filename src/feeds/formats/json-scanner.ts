import { keptChars } from './reader.js';

/** A value within a document, cut out of its text. */
export interface CutValue {
  /** Its text; of one that is too long the beginning. */
  readonly text: string;
  readonly tooLong: boolean;
}

/** Cuts the text of one JSON value, as it comes in pieces, at its end: strings and nesting are all that counts for that. */
export class ValueCutter {
  readonly #maxChars: number;
  #kept = '';
  #depth = 0;
  #inString = false;
  #escaped = false;
  #kind: 'container' | 'string' | 'scalar' = 'scalar';
  #tooLong = false;

  /** @param maxChars 0: the value is passed over */
  constructor(maxChars: number, first: string) {
    this.#maxChars = maxChars;
    if (first === '{' || first === '[') this.#kind = 'container';
    else if (first === '"') this.#kind = 'string';
  }

  /** @returns the place after the value, or -1 where it goes on; beginning with its first character */
  read(text: string, from: number): number {
    const end = this.#kind === 'scalar' ? scalarEnd(text, from) : this.#endOf(text, from);
    if (this.#maxChars > 0 && !this.#tooLong) {
      this.#kept += end < 0 ? text.slice(from) : text.slice(from, end);
      this.#tooLong = this.#kept.length > this.#maxChars;
      if (this.#tooLong) this.#kept = this.#kept.slice(0, keptChars);
    }
    return end;
  }

  get value(): CutValue {
    return { text: this.#kept, tooLong: this.#tooLong };
  }

  #endOf(text: string, from: number): number {
    let depth = this.#depth;
    let inString = this.#inString;
    let at = from;
    if (this.#escaped && at < text.length) {
      this.#escaped = false;
      at += 1;
    }
    for (; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (inString) {
        if (code === backslash) {
          at += 1;
          this.#escaped = at >= text.length;
        } else if (code === quotationMark) {
          inString = false;
          if (depth === 0) return at + 1;
        }
      } else if (code === quotationMark) inString = true;
      else if (code === 0x7b || code === 0x5b) depth += 1;
      else if (code === 0x7d || code === 0x5d) {
        depth -= 1;
        if (depth === 0) return at + 1;
      }
    }
    this.#depth = depth;
    this.#inString = inString;
    return -1;
  }
}

const quotationMark = 0x22;
const backslash = 0x5c;

/** A number, true, false or null ends before what cannot be part of it. */
function scalarEnd(text: string, from: number): number {
  const pattern = /[\s,\]}:[{"]/g;
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? -1;
}
