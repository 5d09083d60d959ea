import type { Syntax } from './script-syntax.js';

/** A constant of a script. What is not known is `undefined`, also as a member of a list. */
export type Value = string | number | List | Members | Pattern | Lambda | Native;
export type Maybe = Value | undefined;

export type List = Maybe[];
/** An object: its members by name. */
export type Members = Map<string, Value>;

export interface Pattern {
  readonly kind: 'pattern';
  readonly source: string;
  readonly flags: string;
}

/** A function of the script that only gives back an expression. */
export interface Lambda {
  readonly kind: 'lambda';
  readonly parameters: readonly string[];
  readonly body: Syntax;
}

/** A function that browsers have. */
export interface Native {
  readonly kind: 'native';
  readonly call: (given: readonly Maybe[], calls: Caller) => Maybe;
  readonly members?: ReadonlyMap<string, Value>;
}

/** What functions need of the one that calls them. */
export interface Caller {
  /** Undefined where it is no function, or not constant. */
  call(called: Maybe, given: readonly Maybe[]): Maybe;
  /** Asks before that much is made or read; false where there was too much. */
  spend(amount: number): boolean;
  /** A text that the script would run. */
  code(text: string): void;
  /** A text that the script would write into its page. */
  write(text: string): void;
}

export type Method<Receiver> = (receiver: Receiver, given: readonly Maybe[], calls: Caller) => Maybe;

/** Longer constants, and lists, are not made: `a = a + a` doubles for ever. */
export const maxConstant = 1024 * 1024;

export function isLambda(value: Maybe): value is Lambda {
  return typeof value === 'object' && 'kind' in value && value.kind === 'lambda';
}

export function isNative(value: Maybe): value is Native {
  return typeof value === 'object' && 'kind' in value && value.kind === 'native';
}

export function isPattern(value: Maybe): value is Pattern {
  return typeof value === 'object' && 'kind' in value && value.kind === 'pattern';
}

export function isNumbers(value: Maybe): value is number[] {
  return Array.isArray(value) && value.every((member) => typeof member === 'number');
}

/** As `String(value)` gives it, for texts and numbers. */
export function textOf(value: Maybe): string | undefined {
  return typeof value === 'number' ? String(value) : typeof value === 'string' ? value : undefined;
}

export function joined(list: List, between: string): string | undefined {
  let length = between.length * list.length;
  const texts: string[] = [];
  for (const member of list) {
    if (typeof member !== 'string' && typeof member !== 'number') return undefined;
    const text = String(member);
    length += text.length;
    if (length > maxConstant) return undefined;
    texts.push(text);
  }
  return texts.join(between);
}

/** Characters of these codes; in pieces, since a call takes only so many. */
export function fromCodes(codes: readonly number[]): string {
  const pieces: string[] = [];
  for (let at = 0; at < codes.length; at += 8192) pieces.push(String.fromCharCode(...codes.slice(at, at + 8192)));
  return pieces.join('');
}
