export interface PdfString {
  /** As people read it. */
  readonly value: string;
  readonly end: number;
}

const maxStringChars = 16 * 1024;
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** What may stand between two tokens (ISO 32000-2 §7.2.3), as a source of expressions. */
export const gap = '(?:[\\s\\0]|%[^\\r\\n]{0,100}[\\r\\n])*';

/** The string that begins there; null where none does. */
export function stringAt(text: string, start: number): PdfString | null {
  if (text[start] === '(') return literalString(text, start);
  if (text[start] === '<' && text[start + 1] !== '<') return hexString(text, start);
  return null;
}

/** A name with each letter as it stands or escaped (ISO 32000-2 §7.3.5), as a source of expressions. */
export function escapable(name: string): string {
  return name.replaceAll(/[A-Za-z]/g, (letter) => `(?:${letter}|#${letter.charCodeAt(0).toString(16)})`);
}

/** A dictionary whose names have no escapes. */
export function withoutEscapes(dictionary: string): string {
  return dictionary.replaceAll(/#([2-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** ISO 32000-2 §7.3.4.2. */
function literalString(text: string, start: number): PdfString {
  let value = '';
  let depth = 1;
  let at = start + 1;
  for (; at < text.length && at - start < maxStringChars; at++) {
    const character = text.charAt(at);
    if (character === '\\') {
      const octal = /^[0-7]{1,3}/.exec(text.slice(at + 1, at + 4))?.[0];
      const next = text.charAt(at + 1);
      if (octal !== undefined) value += String.fromCharCode(Number.parseInt(octal, 8) & 255);
      else if (next !== '\n' && next !== '\r') value += escapes[next] ?? next;
      at += octal?.length ?? 1;
      if (next === '\r' && text.charAt(at + 1) === '\n') at += 1;
      continue;
    }
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (depth === 0) break;
    value += character;
  }
  return { value: decoded(value), end: at + 1 };
}

/** ISO 32000-2 §7.3.4.3. */
function hexString(text: string, start: number): PdfString {
  const close = text.slice(start, start + maxStringChars).indexOf('>');
  const end = close < 0 ? start + 1 : start + close + 1;
  const digits = text.slice(start + 1, end - 1).replaceAll(/[^0-9a-f]/gi, '');
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex');
  return { value: decoded(bytes.toString('latin1')), end };
}

/** Text strings: UTF-16 or UTF-8 by their mark (ISO 32000-2 §7.9.2.2), else a byte a letter. */
export function decoded(value: string): string {
  const bytes = Buffer.from(value, 'latin1');
  if (value.startsWith('\xfe\xff') && bytes.length % 2 === 0) return bytes.swap16().toString('utf16le').slice(1);
  if (value.startsWith('\xff\xfe')) return bytes.toString('utf16le').slice(1);
  return value.startsWith('\xef\xbb\xbf') ? bytes.toString().slice(1) : value;
}
