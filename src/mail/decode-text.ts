import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import type { TextPart } from './part-sink.js';

/** Content-Transfer-Encoding undone (RFC 2045 §6), leniently: what is not of the encoding stays or is passed over. */
export function decodeTransfer(raw: Buffer, encoding: string): Buffer {
  if (encoding === 'base64') return decodeBase64(raw);
  if (encoding === 'quoted-printable') return decodeQuotedPrintable(raw);
  return raw;
}

/** Node stops at the first padding; some senders join pieces that are each padded. */
function decodeBase64(raw: Buffer): Buffer {
  const text = raw.toString('latin1');
  const firstPadding = text.indexOf('=');
  if (firstPadding < 0 || !/[A-Za-z0-9+/]/.test(text.slice(firstPadding))) return Buffer.from(text, 'base64');
  return Buffer.concat(text.split(/=+/).map((piece) => Buffer.from(piece, 'base64')));
}

function decodeQuotedPrintable(raw: Buffer): Buffer {
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
    // A soft line break, with the blanks that transport may have added (RFC 2045 §6.7 rule 3).
    let end = at + 1;
    while (raw[end] === 0x20 || raw[end] === 0x09) end++;
    if (raw[end] === 0x0d) end++;
    const soft = raw[end] === 0x0a || end >= raw.length;
    if (!soft) out[length++] = 0x3d;
    position = soft ? end + 1 : at + 1;
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

export interface DecodedText {
  readonly text: string;
  /** The declared character set is none that is known. */
  readonly charsetUnknown: boolean;
}

/** Names that mail uses and the WHATWG Encoding Standard does not list. */
const aliases: Readonly<Record<string, string>> = {
  cp932: 'shift_jis',
  'iso-2022-jp-1': 'iso-2022-jp',
  'iso-2022-jp-2': 'iso-2022-jp',
  'iso-2022-jp-3': 'iso-2022-jp',
  'iso-2022-jp-2004': 'iso-2022-jp',
  'iso-2022-jp-ms': 'iso-2022-jp',
  cp50220: 'iso-2022-jp',
  cp50221: 'iso-2022-jp',
  cp51932: 'euc-jp',
  cp936: 'gbk',
  cp949: 'euc-kr',
  cp950: 'big5',
  cp65001: 'utf-8',
  utf8mb4: 'utf-8',
  'latin-1': 'windows-1252',
};

const decoders = new Map<string, TextDecoder | null>();

function decoderFor(charset: string): TextDecoder | null {
  const known = decoders.get(charset);
  if (known !== undefined) return known;
  let decoder: TextDecoder | null = null;
  try {
    decoder = new TextDecoder(aliases[charset] ?? charset);
  } catch {
    // Not cached: the sender chooses the names.
    return null;
  }
  decoders.set(charset, decoder);
  return decoder;
}

/**
 * Bytes to text. A byte order mark decides, then the declared character set, then what the bytes look like; bytes that
 * do not fit become U+FFFD. Never throws.
 */
export function decodeCharset(bytes: Buffer, declared: string | null): DecodedText {
  const charset = (declared ?? '').trim().toLowerCase();
  const marked = byteOrderMark(bytes);
  const decoder = decoderFor(marked ?? (charset === '' ? guessCharset(bytes) : utf16(charset, bytes)));
  if (decoder !== null) return { text: decoder.decode(bytes), charsetUnknown: false };
  return { text: (decoderFor(guessCharset(bytes)) as TextDecoder).decode(bytes), charsetUnknown: true };
}

/** Only where UTF-16 follows: two false bytes before ASCII must not hide it. */
function byteOrderMark(bytes: Buffer): string | null {
  const start = bytes.subarray(2, 64);
  if (start.filter((byte) => byte === 0).length * 4 < start.length) return null;
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return null;
}

function utf16(charset: string, bytes: Buffer): string {
  return charset === 'utf-16' && bytes[0] === 0 ? 'utf-16be' : charset;
}

function guessCharset(bytes: Buffer): string {
  // ISO-2022-JP is ASCII with escape sequences: ESC $ starts the Japanese parts (RFC 1468).
  if (bytes.includes('\x1b$')) return 'iso-2022-jp';
  if (isUtf8(bytes)) return 'utf-8';
  const declaredInHtml = /<meta[^>]{0,200}charset\s{0,9}=\s{0,9}["']?([a-z0-9_-]{1,40})/i.exec(
    bytes.toString('latin1', 0, 2048),
  );
  const charset = declaredInHtml?.[1]?.toLowerCase() ?? '';
  return charset !== '' && decoderFor(charset) !== null ? charset : 'windows-1252';
}

/** The text of a part. */
export function decodePart(part: TextPart): DecodedText {
  const decoded = decodeCharset(decodeTransfer(part.raw, part.encoding), part.charset);
  if (!part.deleteSpace) return decoded;
  return { ...decoded, text: decoded.text.replaceAll(/ \r?\n/g, '') };
}
