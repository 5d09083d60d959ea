import { hostNameOf } from '../observables/registrable-domain.js';
import { textOfCodes } from './encoded-constants.js';
import { halfHostChars } from './half-host.js';
import { type ScriptScope, workOf } from './script-scope.js';
import { isNumbers, type Maybe } from './script-values.js';

const leastChars = 4;
const maxDepth = 3;
/** Longer ones are no addresses that something is added to. */
const maxPieceChars = 300;
const maxWritten = 4 * 1024 * 1024;
const onlyHost = /^(?:https?:)?\/\/([^/?#]*)$/i;

/** The constants of a script as they are found: whole ones, and not the pieces that they were made of. */
export class FoundConstants {
  unread = '';
  readonly #texts = new Set<string>();
  readonly #code = new Set<string>();
  readonly #pieces = new Set<string>();
  readonly #seen = new Set<object>();
  readonly #scope: ScriptScope;
  readonly #unfinished = new Set<string>();
  #written = '';

  constructor(scope: ScriptScope) {
    this.#scope = scope;
  }

  get texts(): string[] {
    return [...this.#texts, this.#written].filter((text) => text.length >= leastChars && !this.#isPiece(text));
  }

  get code(): string[] {
    return [...this.#code];
  }

  add(value: Maybe, depth = 0): void {
    if (typeof value === 'string') {
      if (value.length < leastChars || this.#texts.has(value)) return;
      this.#scope.spend(value.length * workOf.foundChar);
      this.#texts.add(value);
      return;
    }
    if (typeof value !== 'object' || depth > maxDepth || this.#seen.has(value)) return;
    if (!Array.isArray(value) && !(value instanceof Map)) return;
    this.#seen.add(value);
    if (isNumbers(value)) this.add(textOfCodes(value) ?? undefined);
    else for (const member of value.values()) this.add(member, depth + 1);
  }

  /** What comes next is known to no one: a host without its end is none. */
  addUnfinished(value: Maybe): void {
    if (typeof value !== 'string') {
      this.add(value);
      return;
    }
    if (this.#unfinished.has(value)) return;
    this.#unfinished.add(value);
    this.add(value.slice(0, value.length - halfHostChars(value)));
  }

  /** A text that went into a longer one, where it was no address yet: a whole one may be hidden behind a decoy. */
  addPiece(value: Maybe): void {
    if (typeof value === 'string' && value.length <= maxPieceChars && onlyHost.test(value)) this.#pieces.add(value);
  }

  addCode(text: string): void {
    this.#code.add(text);
  }

  /** What is written piece by piece is one page. */
  addWritten(text: string): void {
    if (this.#written.length + text.length <= maxWritten) this.#written += text;
  }

  addAll(other: FoundConstants): void {
    for (const text of other.texts) this.#texts.add(text);
    for (const text of other.code) this.#code.add(text);
    if (other.unread.length > this.unread.length) this.unread = other.unread;
  }

  #isPiece(text: string): boolean {
    return this.#pieces.has(text) && hostNameOf(onlyHost.exec(text)?.[1] ?? '')?.known !== true;
  }
}
