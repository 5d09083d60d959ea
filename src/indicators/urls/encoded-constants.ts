import { percentDecoded } from '../unwrap/decode.js';
import { fromCodes } from './script-values.js';

/** How a URL or a page begins; nothing else that is encoded is of interest, and garbage does not begin like this. */
const start =
  /^[\s\ufeff]{0,20}(?:(?:https?|ftp):[\\/]{2}|javascript:|data:text\/html|<!doctype|<!--|<\?xml|<(?:html|head|body|script|svg|iframe|form|meta|a|div|style|title|img|table|center|base|p|span|link|button)(?:[\s>/]|$))/i;
/** So many characters tell whether it begins so. */
const startChars = 48;
const leastChars = 12;
const maxRounds = 4;
/** Of a URL or page each of whose bytes was changed by one key: enough letters that nothing else has by chance. */
const keyedStarts = [
  'http',
  '<htm',
  '<HTM',
  '<!do',
  '<!DO',
  '<hea',
  '<bod',
  '<scr',
  '<svg',
  '<ifr',
  '<for',
  '<met',
].map(codesOf);

const decoders: readonly ((text: string) => string | null)[] = [
  base64,
  hexadecimal,
  percentEncoded,
  codeList,
  backwards,
  (text) => keyed(codesOf(text.slice(0, startChars))) && keyed(codesOf(text)),
];

/**
 * A text that begins with a URL or a page once it is decoded as its beginning tells: Base64, hexadecimal, codes of
 * characters, percent-encoding, backwards, each byte shifted or XORed by one key. Null where it is nothing of that.
 */
export function decodedConstant(text: string): string | null {
  let decoded: string | null = null;
  for (let round = 0; round < maxRounds; round++) {
    const next = decodedOnce(decoded ?? text);
    if (next === null) break;
    decoded = next;
  }
  return decoded !== null && begins(decoded) ? decoded : null;
}

/** The text of codes of characters, as they are or shifted or XORed by one key. */
export function textOfCodes(codes: readonly number[]): string | null {
  if (codes.length < leastChars) return null;
  return begins(fromCodes(codes.slice(0, startChars))) ? asText(codes) : keyed(codes);
}

function begins(text: string): boolean {
  return start.test(text);
}

function decodedOnce(text: string): string | null {
  if (text.length < leastChars || begins(text)) return null;
  for (const decode of decoders) {
    const decoded = decode(text);
    if (decoded !== null) return decoded;
  }
  return null;
}

function base64(text: string): string | null {
  if (!/^\s{0,20}[A-Za-z0-9+/_-]{12}/.test(text)) return null;
  const head = Buffer.from(/^[A-Za-z0-9+/_\s-]+/.exec(text.slice(0, startChars))?.[0] ?? '', 'base64');
  const whole = () => Buffer.from(/^[A-Za-z0-9+/_\s-]+/.exec(text)?.[0] ?? '', 'base64');
  const shown = head.toString('latin1');
  if (begins(shown) || isBase64(shown) || percentEncoded(shown) !== null) return whole().toString('utf8');
  return keyed([...head]) && keyed([...whole()]);
}

/** Base64 of Base64. */
function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/]{24,}$/.test(text) && begins(Buffer.from(text, 'base64').toString('latin1'));
}

/** Also `\x68\x74`, `0x68, 0x74` and `68 74`. */
function hexadecimal(text: string): string | null {
  const head = hexBytes(text.slice(0, 4 * startChars));
  if (head.length < leastChars) return null;
  if (begins(head.toString('latin1'))) return hexBytes(text).toString('utf8');
  return keyed([...head]) && keyed([...hexBytes(text)]);
}

function hexBytes(text: string): Buffer {
  const digits = /^(?:(?:\\x|0x|[\s,:])*[\da-f]{2})+/i.exec(text)?.[0] ?? '';
  return Buffer.from(digits.replaceAll(/\\x|0x|[\s,:]/gi, ''), 'hex');
}

function percentEncoded(text: string): string | null {
  if (!text.slice(0, startChars).includes('%')) return null;
  return begins(percentDecoded(text.slice(0, 4 * startChars))) ? percentDecoded(text) : null;
}

/** `104,116,116,112` */
function codeList(text: string): string | null {
  const between = /^\s?\d{2,3}([^\da-z]{1,3})\d{2,3}\1\d{2,3}\1/i.exec(text)?.[1];
  return between === undefined ? null : textOfCodes(text.split(between).map(Number));
}

function backwards(text: string): string | null {
  if (!/(?:\/\/:s?ptth|<|0RHa|[A-Z\d]P)\s{0,20}$/i.test(text.slice(-startChars))) return null;
  const head = [...text.slice(-startChars)].reverse().join('').trimStart();
  if (!begins(head) && !begins(Buffer.from(head, 'base64').toString('latin1'))) return null;
  return [...text].reverse().join('');
}

function keyed(codes: readonly number[]): string | null {
  if (codes.length < leastChars) return null;
  const [first = 0, second = 0, third = 0, fourth = 0] = codes;
  for (const [one = 0, two = 0, three = 0, four = 0] of keyedStarts) {
    const key = first ^ one;
    const shift = first - one;
    const isXored = (second ^ key) === two && (third ^ key) === three && (fourth ^ key) === four;
    const isShifted = second - shift === two && third - shift === three && fourth - shift === four;
    const text =
      (isXored ? changed(codes, (code) => code ^ key) : null) ??
      (isShifted ? changed(codes, (code) => code - shift) : null);
    if (text !== null) return text;
  }
  return null;
}

function changed(codes: readonly number[], change: (code: number) => number): string | null {
  return begins(fromCodes(codes.slice(0, startChars).map(change))) ? asText(codes.map(change)) : null;
}

function codesOf(text: string): number[] {
  return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
}

/** Codes of bytes are UTF-8. */
function asText(codes: readonly number[]): string {
  return codes.every((code) => code >= 0 && code < 256) ? Buffer.from(codes).toString('utf8') : fromCodes(codes);
}
