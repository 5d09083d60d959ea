import { keptChars } from './reader.js';

export interface LineTaker {
  /** @param line without its line feed; a carriage return before that is still there */
  line(line: string, number: number): void;
  /** @param beginning of a line that is longer than the limit */
  longLine(beginning: string, number: number): void;
}

/** Cuts text into lines as it comes; of a line that is too long it keeps the beginning only. */
export class Lines {
  readonly #maxChars: number;
  readonly #taker: LineTaker;
  #number = 1;
  #rest = '';
  #tooLong = false;

  constructor(maxChars: number, taker: LineTaker) {
    this.#maxChars = maxChars;
    this.#taker = taker;
  }

  read(text: string): void {
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      if (from === 0 && (this.#rest !== '' || this.#tooLong)) this.#line(this.#rest + text.slice(0, end));
      else this.#line(text.slice(from, end));
      from = end + 1;
    }
    this.#rest += from === 0 ? text : text.slice(from);
    // One more for a carriage return.
    if (this.#rest.length > this.#maxChars + 1) {
      this.#rest = this.#rest.slice(0, keptChars);
      this.#tooLong = true;
    }
  }

  end(): void {
    if (this.#rest !== '' || this.#tooLong) this.#line(this.#rest);
  }

  #line(line: string): void {
    const number = this.#number;
    this.#number += 1;
    const tooLong = this.#tooLong || line.length > this.#maxChars + 1;
    this.#rest = '';
    this.#tooLong = false;
    if (tooLong) this.#taker.longLine(line.slice(0, keptChars), number);
    else this.#taker.line(line, number);
  }
}

/** A line without the carriage returns at its end. */
export function withoutReturn(line: string): string {
  let end = line.length;
  while (line.charCodeAt(end - 1) === 0x0d) end -= 1;
  return end === line.length ? line : line.slice(0, end);
}
