import { isUtf8 } from 'node:buffer';
import { type DecodedText, decodeCharset } from './decode-text.js';
import { decodeTransfer, decodeUrlSafe, isUrlSafe, otherBase64 } from './decode-transfer.js';
import type { TextPart } from './part-sink.js';

/** Of each other reading; a mail has text enough without them. */
const maxOtherBytes = 2 * 1024 * 1024;
/** What is neither a letter nor a sign nor a blank: of bytes that are no text a ninth, of text none. */
const maxStrangeShare = 0.05;

export interface PartText extends DecodedText {
  /** There are characters of the code zero in it. */
  readonly hasZeros: boolean;
}

/** The text of a part, as most programs read it. */
export function decodePart(part: TextPart): PartText {
  const bytes = partBytes(part);
  const { text, charsetUnknown } = decodeCharset(bytes, part.charset);
  // In bytes they are found faster than in a text.
  const hasZeros = bytes.includes(0) && text.includes('\0');
  return { text: part.deleteSpace ? text.replaceAll(/ \r?\n/g, '') : text, charsetUnknown, hasZeros };
}

/** The standard passes over `-` and `_`; where only the alphabet that has them gives text, it is what was meant. */
function partBytes({ raw, encoding }: TextPart): Buffer {
  const bytes = decodeTransfer(raw, encoding);
  if (encoding !== 'base64' || !isUrlSafe(raw) || isUtf8(bytes)) return bytes;
  const urlSafe = decodeUrlSafe(raw);
  return isUtf8(urlSafe) ? urlSafe : bytes;
}

export interface OtherText {
  readonly text: string;
  /** It reads as text; else only what has a scheme is a URL in it. */
  readonly legible: boolean;
}

/**
 * What other programs make of the bytes of a part, where they leave room for it: nearly always nothing. Whoever sends
 * them chooses the program that they are meant for, so that none of these readings is left out.
 */
export function otherReadings(
  part: TextPart,
  { text: usualText, hasZeros }: PartText,
): { readonly texts: readonly OtherText[]; readonly cut: boolean } {
  const { charset, isEnriched = false } = part;
  const bytes = otherBytes(part);
  const isWide = isDeclaredWide(part);
  if (bytes.length === 0 && !isWide && !isEnriched && !hasZeros) return { texts: [], cut: false };
  const usual = partBytes(part);
  const others = bytes.filter(
    (one, index) => !one.equals(usual) && bytes.findIndex((two) => two.equals(one)) === index,
  );
  const texts = others.map((one) => decodeCharset(one.subarray(0, maxOtherBytes), charset).text);
  // Where ASCII is declared to be something else, some programs do not believe it.
  if (isWide && isUtf8(usual) && !usual.includes(0)) texts.push(usual.toString('utf8', 0, maxOtherBytes));
  // UTF-16 or UTF-32 that is declared to be something else, or zeros in between that some programs pass over.
  if (hasZeros) texts.push(usualText.slice(0, maxOtherBytes).replaceAll('\0', ''));
  if (isEnriched) texts.push(usualText.slice(0, maxOtherBytes).replaceAll(/<\/?[a-z0-9-]{1,60}>/gi, ''));
  const isLong = usual.length > maxOtherBytes && texts.length > others.length;
  const cut = isLong || others.some(({ length }) => length > maxOtherBytes);
  return { texts: texts.map((text) => ({ text, legible: isLegible(text) })), cut };
}

function isDeclaredWide({ charset, urlKind }: TextPart): boolean {
  return urlKind === null && charset !== null && /^\W*(?:utf|ucs|unicode)-?(?:16|32|2|4|$)/i.test(charset);
}

function otherBytes({ raw, encoding, urlKind }: TextPart): readonly Buffer[] {
  if (encoding === 'base64') return hasOtherSigns(raw) ? otherBase64(raw) : [];
  // Of a message alone: a file has no transfer encoding that could have been missed.
  const at = urlKind === null ? undeclaredBase64(raw) : -1;
  return at < 0 ? [] : [decodeTransfer(raw.subarray(at), 'base64')];
}

/** Whether there are signs that Base64 lacks, or `=` anywhere but at its end. */
function hasOtherSigns(raw: Buffer): boolean {
  if (raw.includes(0x2e) || raw.includes(0x3a) || raw.includes(0x3c) || isUrlSafe(raw)) return true;
  const padding = raw.indexOf(0x3d);
  return padding >= 0 && /[A-Za-z0-9+/]/.test(raw.toString('latin1', padding));
}

/** Where in the beginning of a text a line of Base64 stands: what declares it may be broken. Negative where none does. */
function undeclaredBase64(raw: Buffer): number {
  const found = /(?:^|[\r\n])[A-Za-z0-9+/]{60}/.exec(raw.toString('latin1', 0, 400));
  return found === null ? -1 : found.index;
}

function isLegible(text: string): boolean {
  let strange = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0xfffd || (code < 0x20 && !(code >= 0x09 && code <= 0x0d) && code !== 0x1b)) strange += 1;
  }
  return strange <= text.length * maxStrangeShare || /\bhref\s*=|<(?:form|meta|script|iframe|base)\b/i.test(text);
}
