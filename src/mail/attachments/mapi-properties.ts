import { decodeCharset } from '../decode-text.js';
import { charsetOfCodePage } from './code-pages.js';

export interface MapiValue {
  /** MS-OXCDATA §2.11.1. */
  readonly type: number;
  /** As it stands in the file, little endian. */
  readonly bytes: Buffer;
}

/** By their id, the upper half of a property tag (MS-OXPROPS). */
export type MapiProperties = ReadonlyMap<number, MapiValue>;

export const mapiTypes = {
  integer16: 0x0002,
  integer32: 0x0003,
  time: 0x0040,
  string8: 0x001e,
  unicode: 0x001f,
  object: 0x000d,
  binary: 0x0102,
} as const;

export const mapiIds = {
  subject: 0x0037,
  submitTime: 0x0039,
  representingName: 0x0042,
  representingAddress: 0x0065,
  headers: 0x007d,
  senderName: 0x0c1a,
  senderAddress: 0x0c1f,
  displayTo: 0x0e04,
  body: 0x1000,
  rtf: 0x1009,
  html: 0x1013,
  messageId: 0x1035,
  displayName: 0x3001,
  data: 0x3701,
  shortName: 0x3704,
  longName: 0x3707,
  pathName: 0x3708,
  longPathName: 0x370d,
  internetCodePage: 0x3fde,
  messageCodePage: 0x3ffd,
  senderSmtpAddress: 0x5d01,
  representingSmtpAddress: 0x5d02,
} as const;

/** No others are kept. */
export const wantedIds: ReadonlySet<number> = new Set(Object.values(mapiIds));

export function numberOf(properties: MapiProperties, id: number): number | undefined {
  const value = properties.get(id);
  if (value?.type === mapiTypes.integer16 && value.bytes.length >= 2) return value.bytes.readUInt16LE(0);
  return value?.type === mapiTypes.integer32 && value.bytes.length >= 4 ? value.bytes.readUInt32LE(0) : undefined;
}

/** '' where there is none, or it is no text. */
export function textOf(properties: MapiProperties, id: number, charset = charsetOf(properties)): string {
  const value = properties.get(id);
  if (value === undefined) return '';
  const { type, bytes } = value;
  const text =
    type === mapiTypes.unicode
      ? bytes.subarray(0, bytes.length & ~1).toString('utf16le')
      : type === mapiTypes.string8
        ? decodeCharset(bytes, charset).text
        : '';
  return text.replace(/\0+$/, '');
}

/** Of strings that are not Unicode; null where that is not said. */
export function charsetOf(properties: MapiProperties): string | null {
  return charsetOfCodePage(numberOf(properties, mapiIds.messageCodePage));
}

/** Intervals of 100 ns since 1601. */
export function timeOf(properties: MapiProperties, id: number): Date | null {
  const value = properties.get(id);
  if (value?.type !== mapiTypes.time || value.bytes.length < 8) return null;
  const date = new Date(Number(value.bytes.readBigUInt64LE(0) / 10_000n) - 11_644_473_600_000);
  return Number.isNaN(date.getTime()) ? null : date;
}
