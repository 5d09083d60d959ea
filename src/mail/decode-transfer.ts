import { isUtf8 } from 'node:buffer';
import { base64Decoder } from './base64-decoder.js';
import { uuDecoder } from './uuencode.js';

/** Content-Transfer-Encoding undone (RFC 2045 §6), leniently: what is not of the encoding stays or is passed over. */
export function decodeTransfer(raw: Buffer, encoding: string): Buffer {
  if (encoding === 'base64') return decodeBase64(raw);
  if (encoding === 'quoted-printable') return decodeQuotedPrintable(raw);
  return encoding === 'uuencode' ? uuDecoder().decode(raw) : raw;
}

/**
 * Some text is declared Base64 and is none, and mailing lists put a footer behind what is: lines that can only be text
 * stay, behind what is decoded. Neither a dot nor a colon is of Base64, and no URL is without one.
 */
function decodeBase64(raw: Buffer): Buffer {
  const text = raw.toString('latin1');
  const whole = decodeLetters(text);
  if (!raw.includes(0x2e) && !raw.includes(0x3a)) return whole;
  const lines = text.split('\n');
  const written = lines.filter(isWritten);
  if (written.length === 0) return whole;
  // Signs between the letters of Base64 are passed over (RFC 2045 §6.8): what reads as text that way is what is shown.
  const decoded = isUtf8(whole) ? whole : decodeLetters(lines.filter((line) => !isWritten(line)).join('\n'));
  return Buffer.concat([decoded, Buffer.from(`\n${written.join('\n')}`, 'latin1')]);
}

/**
 * What else programs make of bytes that are declared Base64 and hold other signs than its own:
 * - lines that look like text are Base64 with signs between its letters;
 * - `-` and `_` are letters (RFC 4648 §5), instead of being passed over;
 * - `=` among the letters is passed over, or counts as one, instead of ending a piece;
 * - the bytes are no Base64 at all, and shown as they are.
 */
export function otherBase64(raw: Buffer): readonly Buffer[] {
  const others: Buffer[] = [];
  const text = raw.toString('latin1');
  if (raw.includes(0x2e) || raw.includes(0x3a)) others.push(decodeLetters(text));
  if (isUrlSafe(raw)) others.push(decodeUrlSafe(raw));
  if (hasInnerPadding(text) && !isPaddedWell(raw)) {
    for (const letter of [null, 0x41]) others.push(decodeLetters(withoutPadding(raw, letter)));
  }
  if (raw.includes(0x3c)) others.push(raw);
  return others;
}

/** Whether there is a letter that only the alphabet for URLs has. */
export function isUrlSafe(raw: Buffer): boolean {
  return raw.includes(0x2d) || raw.includes(0x5f);
}

/** With the alphabet of RFC 4648 §5, which Node reads beside the usual one. */
export function decodeUrlSafe(raw: Buffer): Buffer {
  return Buffer.from(withoutPadding(raw, null), 'base64');
}

/** By hand, since a text in which half of the signs are replaced leaves garbage of many times its size. */
function withoutPadding(raw: Buffer, letter: number | null): string {
  const kept = Buffer.allocUnsafe(raw.length);
  let length = 0;
  for (let at = 0; at < raw.length; at++) {
    const byte = raw[at] as number;
    if (byte !== 0x3d) kept[length++] = byte;
    else if (letter !== null) kept[length++] = letter;
  }
  return kept.toString('latin1', 0, length);
}

function isWritten(line: string): boolean {
  return line.includes('://') || (/[.:<>]/.test(line) && /\S[ \t]\S/.test(line));
}

function hasInnerPadding(text: string): boolean {
  const first = text.indexOf('=');
  return first >= 0 && /[A-Za-z0-9+/]/.test(text.slice(first));
}

/** Whether every piece up to a padding is whole, which all programs read alike that read on behind it. */
function isPaddedWell(raw: Buffer): boolean {
  let length = 0;
  let padded = false;
  for (const byte of raw) {
    const isPadding = byte === 0x3d;
    if (!isPadding && !isLetter(byte)) continue;
    if (padded && !isPadding) {
      if (length % 4 !== 0) return false;
      length = 0;
    }
    padded = isPadding;
    length += 1;
  }
  return !padded || length % 4 === 0;
}

/** Of the alphabet of Base64. */
function isLetter(byte: number): boolean {
  const small = byte | 0x20;
  return (small >= 0x61 && small <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x2b || byte === 0x2f;
}

/** Node stops at the first padding, though some senders join pieces that are each padded, and reads `-` and `_`. */
function decodeLetters(text: string): Buffer {
  if (!text.includes('-') && !text.includes('_') && !hasInnerPadding(text)) return Buffer.from(text, 'base64');
  const decoder = base64Decoder();
  // What a decoder gives is only valid until the next call.
  const decoded = Buffer.from(decoder.decode(Buffer.from(text, 'latin1')));
  return Buffer.concat([decoded, decoder.end()]);
}

export function decodeQuotedPrintable(raw: Buffer): Buffer {
  const out = Buffer.allocUnsafe(raw.length);
  let length = 0;
  let position = 0;
  for (let at = raw.indexOf(0x3d); at >= 0; at = raw.indexOf(0x3d, position)) {
    length += raw.copy(out, length, position, at);
    const high = hexValue(raw[at + 1]);
    const low = hexValue(raw[at + 2]);
    if (high >= 0 && low >= 0) {
      out[length++] = high * 16 + low;
      position = at + 3;
      continue;
    }
    // A soft line break, with the blanks that transport may have added (RFC 2045 §6.7 rule 3). Some gateways end lines
    // with two carriage returns and a line feed, or with one carriage return alone.
    let end = at + 1;
    while (raw[end] === 0x20 || raw[end] === 0x09) end++;
    const ending = end;
    while (raw[end] === 0x0d) end++;
    const soft = end > ending || raw[end] === 0x0a || end >= raw.length;
    if (!soft) out[length++] = 0x3d;
    position = soft ? end + (raw[end] === 0x0a ? 1 : 0) : at + 1;
  }
  if (position < raw.length) length += raw.copy(out, length, position);
  return out.subarray(0, length);
}

function hexValue(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
