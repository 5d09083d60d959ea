import type { Pattern } from './script-values.js';

/** One character: itself, an escape or a class. */
const atom = String.raw`(?:[^\\[\](){}*+?.^$|]|\.|\\(?:[dDwWsS]|x[\da-f]{2}|u[\da-f]{4}|[^\da-z])|\[\^?(?:[^\]\\[]|\\[^\n])+\])`;
const repeatedAtom = new RegExp(String.raw`^${atom}(?:[+*]|\{\d{1,3}(?:,\d{0,3})?\})?$`, 'i');
const alternatives = new RegExp(String.raw`^${atom}+(?:\|${atom}+)*$`, 'i');
const maxSource = 200;

/**
 * A pattern that takes linear time on any text: one character repeated, or texts of fixed lengths. Null for any
 * other, and for what is no pattern.
 */
export function linearPattern({ source, flags }: Pattern, everywhere = false): RegExp | null {
  if (source.length > maxSource || !/^[gimsu]{0,5}$/.test(flags)) return null;
  if (!repeatedAtom.test(source) && !alternatives.test(source)) return null;
  try {
    return new RegExp(source, everywhere && !flags.includes('g') ? `${flags}g` : flags);
  } catch {
    return null;
  }
}

/** What using it on a text of this length costs. */
export function costOf({ source }: Pattern, chars: number): number {
  return chars * Math.ceil(source.length / 8);
}
