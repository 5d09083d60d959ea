import { isUtf8 } from 'node:buffer';
import libmime from 'libmime';
import { wellFormed } from '../text/well-formed.js';
import { type Addresses, decodeAddresses, decodeWords } from './decode-addresses.js';
import { decodeCharset } from './decode-text.js';
import { firstHeader, type HeaderField, parseParameterised } from './headers.js';

export interface DecodedHeaders {
  readonly subject: string | null;
  readonly from: Addresses;
  readonly to: Addresses;
  /** Something was too long and was cut. */
  readonly cut: boolean;
}

const maxFieldChars = 16 * 1024;
const maxToChars = 64 * 1024;

/** From, To and Subject for people, in time linear in them. The first From and Subject count, every To does. */
export function decodeHeaders(fields: readonly HeaderField[]): DecodedHeaders {
  const from = firstHeader(fields, 'from') ?? '';
  const subject = firstHeader(fields, 'subject');
  const to = fields.filter((field) => field.name === 'to').map((field) => field.value);
  const allTo = to.join(', ');
  return {
    subject: subject === undefined ? null : plain(decodeWords(fieldText(subject, maxFieldChars, fields))),
    from: addresses(fieldText(from, maxFieldChars, fields)),
    to: addresses(fieldText(allTo, maxToChars, fields)),
    cut: from.length > maxFieldChars || allTo.length > maxToChars || (subject ?? '').length > maxFieldChars,
  };
}

/** The file name of an attachment, decoded (RFC 2231, RFC 2047); null where it has none. */
export function decodeFileName(fields: readonly HeaderField[]): string | null {
  const name = parameter(fields, 'content-disposition', 'filename') ?? parameter(fields, 'content-type', 'name');
  return name === undefined || plain(name) === '' ? null : plain(name).slice(0, 1000);
}

/** Used where decoding fails: the fields as they stand. */
export function rawHeaders(fields: readonly HeaderField[]): DecodedHeaders {
  const text = (name: string) => plain((firstHeader(fields, name) ?? '').slice(0, maxFieldChars));
  const addresses = (name: string): Addresses => ({
    text: text(name),
    addresses: (text(name).match(/[^\s<>,;:"@()]{1,64}@[^\s<>,;:"@()]{1,253}/g) ?? []).map((address) =>
      address.toLowerCase(),
    ),
  });
  const subject = firstHeader(fields, 'subject') === undefined ? null : text('subject');
  return { subject, from: addresses('from'), to: addresses('to'), cut: false };
}

function parameter(fields: readonly HeaderField[], header: string, name: string): string | undefined {
  const value = firstHeader(fields, header) ?? '';
  if (!/name/i.test(value)) return undefined;
  const found = libmime.parseHeaderValue(fieldText(value, maxFieldChars, [])).params[name];
  return found === undefined ? undefined : decodeWords(found);
}

/** The value of a field as text, as much of it as is read of any. Encoded words stay: addresses are read around them. */
export function decodeField(value: string, fields: readonly HeaderField[]): string {
  return fieldText(value, maxFieldChars, fields);
}

/** The value of a field for people, on one line, with its encoded words decoded (RFC 2047). */
export function decodeValue(value: string, fields: readonly HeaderField[]): string {
  return plain(decodeWords(fieldText(value, maxFieldChars, fields)));
}

/** @param fields those of the message, one of which may name its character set */
function fieldText(value: string, maxChars: number, fields: readonly HeaderField[]): string {
  const kept = value.slice(0, maxChars).replaceAll(/[\r\n]/g, ' ');
  const japanese = kept.includes('\x1b$');
  if (!japanese && isAscii(kept)) return kept;
  // 8-bit headers without encoding are not legal, and common: UTF-8 (RFC 6532), or what the mail itself is in.
  const bytes = Buffer.from(kept, 'latin1');
  if (japanese) return decodeCharset(bytes, 'iso-2022-jp').text;
  return isUtf8(bytes) ? bytes.toString() : decodeCharset(bytes, charsetOf(fields)).text;
}

function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  return /^[\x00-\x7f]*$/.test(text);
}

function charsetOf(fields: readonly HeaderField[]): string | null {
  return parseParameterised(firstHeader(fields, 'content-type') ?? '').parameters.get('charset') ?? null;
}

function addresses(list: string): Addresses {
  const decoded = decodeAddresses(list);
  return { ...decoded, text: plain(decoded.text) };
}

/** On one line: an encoded word may hide line breaks and control characters. */
export function plain(given: string): string {
  const text = wellFormed(given);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replaceAll(/[\u0000-\u0020\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
}
