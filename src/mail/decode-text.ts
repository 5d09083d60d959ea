import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import iconv from 'iconv-lite';
import { detached } from '../text/detached.js';

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

const asciiNames: ReadonlySet<string> = new Set(['us-ascii', 'ascii', 'ansi_x3.4-1968', 'iso646-us']);
/** Mail programs read it (RFC 2152), browsers do not any more, so that the standard of the Web leaves it out. */
const utf7Names: ReadonlySet<string> = new Set(['utf-7', 'utf7', 'unicode-1-1-utf-7', 'csunicode11utf7']);

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
  decoders.set(detached(charset), decoder);
  return decoder;
}

/**
 * Bytes to text. A byte order mark decides, then the declared character set, then what the bytes look like; bytes that
 * do not fit become U+FFFD. Never throws.
 */
export function decodeCharset(bytes: Buffer, declared: string | null): DecodedText {
  const charset = (declared ?? '').trim().toLowerCase();
  const marked = byteOrderMark(bytes);
  if (marked === null && utf7Names.has(charset)) return { text: iconv.decode(bytes, 'utf-7'), charsetUnknown: false };
  const decoder = decoderFor(marked ?? (charset === '' ? guessCharset(bytes) : actualCharset(charset, bytes)));
  if (decoder?.encoding === 'iso-2022-jp') return { text: decoder.decode(oneEscapeEach(bytes)), charsetUnknown: false };
  if (decoder !== null) return { text: decoder.decode(bytes), charsetUnknown: false };
  return { text: (decoderFor(guessCharset(bytes)) as TextDecoder).decode(bytes), charsetUnknown: true };
}

/** Of escape sequences with nothing between them the last counts. Browsers show a sign for it, mail programs do not. */
function oneEscapeEach(bytes: Buffer): Buffer {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences begin with it
  return Buffer.from(bytes.toString('latin1').replaceAll(/(?:\x1b[($][@BIJ])+(?=\x1b[($][@BIJ])/g, ''), 'latin1');
}

/** Two false bytes before ASCII must not hide it: in UTF-16 no URL stands byte by byte. */
function byteOrderMark(bytes: Buffer): string | null {
  const mark = bytes.length < 2 ? 0 : bytes.readUInt16BE(0);
  if (mark !== 0xfffe && mark !== 0xfeff) return null;
  const start = bytes.subarray(2, 64);
  const mostlyLatin = start.filter((byte) => byte === 0).length * 4 >= start.length;
  if (!mostlyLatin && bytes.includes('://')) return null;
  return mark === 0xfffe ? 'utf-16le' : 'utf-16be';
}

/** Where what is declared leaves room for it: many programs say ASCII and send UTF-8. */
function actualCharset(charset: string, bytes: Buffer): string {
  if (charset === 'utf-16') return wideCharset(bytes) ?? (bytes[0] === 0 ? 'utf-16be' : charset);
  return asciiNames.has(charset) && isUtf8(bytes) ? 'utf-8' : charset;
}

/** Text of mostly Latin letters in UTF-16: every other byte is zero. */
function wideCharset(bytes: Buffer): string | null {
  const start = bytes.subarray(0, 64);
  let even = 0;
  let odd = 0;
  for (let at = 0; at < start.length; at++) if (start[at] === 0) at % 2 === 0 ? even++ : odd++;
  if (Math.max(even, odd) * 3 <= start.length || Math.min(even, odd) > 0) return null;
  return even > odd ? 'utf-16be' : 'utf-16le';
}

function guessCharset(bytes: Buffer): string {
  const wide = wideCharset(bytes);
  if (wide !== null) return wide;
  // ISO-2022-JP is ASCII with escape sequences: ESC $ starts the Japanese parts (RFC 1468).
  if (bytes.includes('\x1b$')) return 'iso-2022-jp';
  if (isUtf8(bytes)) return 'utf-8';
  const declaredInHtml = /<meta[^>]{0,200}charset\s{0,9}=\s{0,9}["']?([a-z0-9_-]{1,40})/i.exec(
    bytes.toString('latin1', 0, 2048),
  );
  const charset = declaredInHtml?.[1]?.toLowerCase() ?? '';
  return charset !== '' && decoderFor(charset) !== null ? charset : 'windows-1252';
}
