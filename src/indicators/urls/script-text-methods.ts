import { costOf, linearPattern } from './script-patterns.js';
import { type Caller, isPattern, joined, type Maybe, type Method, maxConstant } from './script-values.js';

/** Costs as much as the text is long. */
function plain(make: (text: string, given: readonly Maybe[]) => Maybe): Method<string> {
  return (text, given, calls) => (calls.spend(text.length) ? make(text, given) : undefined);
}

/** With positions, all of which must be known. */
function cutting(make: (text: string, from: number, to: number | undefined) => string): Method<string> {
  return (text, given, calls) => {
    const [from = 0, to] = given;
    const isKnown = given.every((position) => typeof position === 'number');
    if (!isKnown || typeof from !== 'number') return undefined;
    const piece = make(text, from, typeof to === 'number' ? to : undefined);
    return calls.spend(piece.length) ? piece : undefined;
  };
}

/** The methods of texts. */
export const textMethods: Readonly<Record<string, Method<string>>> = {
  toString: (text: string) => text,
  valueOf: (text: string) => text,
  toLowerCase: plain((text) => text.toLowerCase()),
  toUpperCase: plain((text) => text.toUpperCase()),
  trim: plain((text) => text.trim()),
  trimStart: plain((text) => text.trimStart()),
  trimEnd: plain((text) => text.trimEnd()),
  slice: cutting((text, from, to) => text.slice(from, to)),
  substring: cutting((text, from, to) => text.substring(from, to)),
  substr: cutting((text, from, chars) => {
    const start = from < 0 ? Math.max(0, text.length + from) : from;
    return text.slice(start, chars === undefined ? undefined : start + Math.max(0, chars));
  }),
  charAt: cutting((text, at) => text.charAt(at)),
  at: cutting((text, at) => text.at(at) ?? ''),
  charCodeAt: (text, [at = 0]) => (typeof at === 'number' && at < text.length ? text.charCodeAt(at) : undefined),
  codePointAt: (text, [at = 0]) => (typeof at === 'number' ? text.codePointAt(at) : undefined),
  concat: (text, given, calls) => {
    const all = joined([text, ...given], '');
    return all !== undefined && calls.spend(all.length) ? all : undefined;
  },
  repeat: (text, [times], calls) => {
    if (typeof times !== 'number' || !(times >= 0) || text.length * times > maxConstant) return undefined;
    return calls.spend(text.length * times) ? text.repeat(times) : undefined;
  },
  split: (text, [between], calls) => {
    const by = isPattern(between) ? linearPattern(between) : between;
    const cost = isPattern(between) ? costOf(between, text.length) : text.length;
    if (by === null || (typeof by !== 'string' && !(by instanceof RegExp)) || !calls.spend(2 * cost)) return undefined;
    return text.split(by, maxConstant);
  },
  match: (text, [sought], calls) => {
    const by = isPattern(sought) ? linearPattern(sought) : null;
    if (by === null || !isPattern(sought) || !by.global || !calls.spend(2 * costOf(sought, text.length)))
      return undefined;
    return text.match(by) ?? undefined;
  },
  replace: (text, given, calls) => replaced(text, given, calls, false),
  replaceAll: (text, given, calls) => replaced(text, given, calls, true),
};

function replaced(text: string, [sought, by]: readonly Maybe[], calls: Caller, everywhere: boolean): Maybe {
  // `$1` and its kin would need what was found.
  if (typeof by !== 'string' || /\$[$&`'<\d]/.test(by)) return undefined;
  if (by.length > 1 && text.length * by.length > 4 * maxConstant) return undefined;
  let result: string;
  if (isPattern(sought)) {
    const pattern = linearPattern(sought, everywhere);
    if (pattern === null || !calls.spend(costOf(sought, text.length))) return undefined;
    result = text.replace(pattern, by);
  } else {
    if (typeof sought !== 'string' || !calls.spend(text.length)) return undefined;
    result = everywhere ? text.replaceAll(sought, by) : text.replace(sought, by);
  }
  return result.length <= maxConstant && calls.spend(result.length) ? result : undefined;
}
