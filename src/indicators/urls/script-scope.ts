import type { Value } from './script-values.js';

const maxNames = 10_000;
/** What the scripts of one document may make and read: some for each of its characters, and for a short one enough. */
const workPerChar = 32;
const leastWork = 200_000;

/** What the scripts of all documents of one mail may make and read: about a second. */
export interface ScriptWork {
  left: number;
}

/** One unit takes about ten nanoseconds: a character that is made or read. */
export const workOf = { step: 8, call: 16, foundChar: 4 };

export function mailScriptWork(): ScriptWork {
  return { left: 100_000_000 };
}

/** What the scripts of one document share: their variables, and the work that may be spent on them all. */
export class ScriptScope {
  readonly variables = new Map<string, Value>();
  readonly #mail: ScriptWork;
  #left: number;

  /** @param chars of the document */
  constructor(chars: number, mail: ScriptWork = mailScriptWork()) {
    this.#left = leastWork + chars * workPerChar;
    this.#mail = mail;
  }

  /** From then on only what is written as one constant is found. */
  get isSpent(): boolean {
    return this.#left <= 0 || this.#mail.left <= 0;
  }

  /** From then on scripts are not read at all. */
  get isMailSpent(): boolean {
    return this.#mail.left <= 0;
  }

  spend(amount: number): boolean {
    this.#left -= amount;
    this.#mail.left -= amount;
    return !this.isSpent;
  }

  /** False where there are too many. */
  keep(name: string, value: Value): boolean {
    if (this.variables.size >= maxNames && !this.variables.has(name)) return false;
    this.variables.set(name, value);
    return true;
  }
}
