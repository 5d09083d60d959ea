import { isUtf8 } from 'node:buffer';
import { type AddressObject, type EmailAddress, type Headers, MailParser } from 'mailparser';
import { decodeCharset } from './decode-text.js';
import { firstHeader, type HeaderField } from './headers.js';

export interface Addresses {
  /** As people see them, comma-joined. */
  readonly text: string;
  /** Bare, in lower case. */
  readonly addresses: readonly string[];
}

export interface DecodedHeaders {
  readonly subject: string | null;
  readonly from: Addresses;
  readonly to: Addresses;
  /** Something was too long and was cut. */
  readonly cut: boolean;
}

const maxFieldChars = 16 * 1024;
const maxToChars = 64 * 1024;

/**
 * From, To and Subject for people: RFC 2047 words, character sets and address syntax are mailparser's work, which gets
 * these fields and nothing else. The first From and Subject count, every To does.
 */
export async function decodeHeaders(fields: readonly HeaderField[], charset: string | null): Promise<DecodedHeaders> {
  const from = firstHeader(fields, 'from');
  const subject = firstHeader(fields, 'subject');
  const to = fields.filter((field) => field.name === 'to').map((field) => field.value);
  const raw = { from: from ?? '', to: to.join(', '), subject: subject ?? '' };
  const headers = await parseHeaderBlock([
    line('From', raw.from, maxFieldChars, charset),
    line('To', raw.to, maxToChars, charset),
    line('Subject', raw.subject, maxFieldChars, charset),
  ]);
  const decodedSubject = headers.get('subject');
  return {
    subject: subject === undefined ? null : plain(typeof decodedSubject === 'string' ? decodedSubject : ''),
    from: addressesOf(headers, 'from'),
    to: addressesOf(headers, 'to'),
    cut: raw.from.length > maxFieldChars || raw.to.length > maxToChars || raw.subject.length > maxFieldChars,
  };
}

/** The file name of an attachment, decoded (RFC 2231, RFC 2047); null where it has none. */
export async function decodeFileName(fields: readonly HeaderField[]): Promise<string | null> {
  const disposition = firstHeader(fields, 'content-disposition') ?? '';
  const type = firstHeader(fields, 'content-type') ?? '';
  if (!/name/i.test(disposition) && !/name/i.test(type)) return null;
  const headers = await parseHeaderBlock([
    line('Content-Disposition', disposition, maxFieldChars, null),
    line('Content-Type', type, maxFieldChars, null),
  ]);
  const name = parameter(headers, 'content-disposition', 'filename') ?? parameter(headers, 'content-type', 'name');
  return name === undefined || plain(name) === '' ? null : plain(name).slice(0, 1000);
}

/** Used where mailparser fails: the fields as they stand. */
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

function line(name: string, value: string, maxChars: number, charset: string | null): string | Buffer {
  const bytes = Buffer.from(value.slice(0, maxChars).replaceAll(/[\r\n]/g, ' '), 'latin1');
  // 8-bit headers without encoding are not legal, and common: UTF-8 (RFC 6532), or what the mail itself is in.
  const eightBit = bytes.includes('\x1b$') || !isUtf8(bytes);
  const text = eightBit
    ? decodeCharset(bytes, bytes.includes('\x1b$') ? 'iso-2022-jp' : charset).text
    : bytes.toString();
  return text === '' ? '' : `${name}: ${text}\r\n`;
}

function parseHeaderBlock(lines: readonly (string | Buffer)[]): Promise<Headers> {
  return new Promise((resolve, reject) => {
    const parser = new MailParser({
      skipHtmlToText: true,
      skipTextToHtml: true,
      skipTextLinks: true,
      skipImageLinks: true,
    });
    parser.on('headers', resolve);
    parser.on('error', reject);
    parser.on('end', () => resolve(new Map()));
    parser.resume();
    parser.end(`${lines.join('')}\r\n`);
  });
}

function addressesOf(headers: Headers, name: string): Addresses {
  const objects = [headers.get(name)].flat().filter((value) => isAddressObject(value));
  const addresses = objects.flatMap((object) => bareAddresses(object.value));
  return { text: plain(objects.map((object) => object.text).join(', ')), addresses: [...new Set(addresses)] };
}

function isAddressObject(value: unknown): value is AddressObject {
  return (
    typeof value === 'object' && value !== null && 'text' in value && 'value' in value && Array.isArray(value.value)
  );
}

function bareAddresses(entries: readonly EmailAddress[]): string[] {
  return entries.flatMap(({ address, group }) => [
    ...(address ? [address.toLowerCase()] : []),
    ...bareAddresses(group ?? []),
  ]);
}

function parameter(headers: Headers, header: string, name: string): string | undefined {
  const value = headers.get(header);
  return typeof value === 'object' && 'params' in value ? value.params[name] : undefined;
}

/** On one line: an encoded word may hide line breaks and control characters. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replaceAll(/[\u0000-\u0020\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
}
