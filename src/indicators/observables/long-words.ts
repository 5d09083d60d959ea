import { coinOf } from './coins.js';
import type { coinTypes, hashTypes } from './types.js';

export interface LongWord {
  readonly type: (typeof hashTypes)[number] | (typeof coinTypes)[number];
  readonly value: string;
}

const hashOfLength: ReadonlyMap<number, (typeof hashTypes)[number]> = new Map([
  [32, 'md5'],
  [40, 'sha1'],
  [64, 'sha256'],
  [128, 'sha512'],
]);
/** The shortest address of any coin, and the longest hash. */
const shortest = 25;
const longest = 128;

/** Hashes of files, as whole words. */
export function findHashes(text: string): LongWord[] {
  return [...longWords(text)].flatMap((word) => {
    const type = hashOfLength.get(word.length);
    // A number of 32 digits or a row of zeros is none.
    if (type === undefined || !/^[0-9a-f]+$/i.test(word) || !/[a-f]/i.test(word) || !/\d/.test(word)) return [];
    return [{ type, value: word.toLowerCase() }];
  });
}

/** Addresses of cryptocurrencies. Their checksum decides, so it does not matter what stands around the word. */
export function findCoins(text: string): LongWord[] {
  return [...longWords(text, false)].flatMap((word) => {
    const type = coinOf(word);
    return type === undefined ? [] : [{ type, value: type === 'ethereum' ? word : lowerBech32(word) }];
  });
}

/** @param whole no underscore, dash, dot or other sign that makes it a piece of something longer stands beside it */
function* longWords(text: string, whole = true): Generator<string> {
  // A word of that length stands across one of every so many characters: most are never looked at.
  let from = 0;
  for (let at = shortest - 1; at < text.length; at += shortest) {
    if (!isWordCode(text.charCodeAt(at))) continue;
    let start = at;
    while (start > from && isWordCode(text.charCodeAt(start - 1))) start--;
    let end = at + 1;
    while (end < text.length && isWordCode(text.charCodeAt(end))) end++;
    from = end;
    at = end;
    const length = end - start;
    if (length < shortest || length > longest) continue;
    if (whole && (joins(text, start - 1, start - 2) || joins(text, end, end + 1))) continue;
    yield text.slice(start, end);
  }
}

function isWordCode(code: number): boolean {
  const letter = code | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || (code >= 0x30 && code <= 0x39);
}

/** A sign that ties the word to another word behind it; at the end of a sentence or line it does not. */
function joins(text: string, at: number, beyond: number): boolean {
  const sign = text[at];
  if (sign === undefined) return false;
  if (/[_%@\p{L}\p{N}]/u.test(sign)) return true;
  return /[-+/.&?~$]/.test(sign) && /[\p{L}\p{N}]/u.test(text[beyond] ?? '');
}

/** BIP 173: the same in upper case, as QR codes have it. */
function lowerBech32(word: string): string {
  return /^(?:BC|LTC)1[0-9A-Z]+$/.test(word) ? word.toLowerCase() : word;
}
