import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { decodeMarking, plainCharset } from './charset.js';

/**
 * The text of a file, in chunks as its bytes come. A byte order mark decides over the charset and is no part of the
 * text. Bytes that are none of the charset become marks (see charset.ts).
 */
export async function* decodeText(bytes: AsyncIterable<Buffer>, charset: string): AsyncGenerator<string> {
  let encoding: string | undefined;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (encoding === undefined) {
      if (rest.length < 4) continue;
      const start = startOf(rest, charset);
      encoding = start.encoding;
      rest = rest.subarray(start.markBytes);
    }
    const end = wholeCharacters(rest, encoding);
    if (end === 0) continue;
    yield decodePiece(rest.subarray(0, end), encoding);
    rest = rest.subarray(end);
  }
  const start = encoding === undefined ? startOf(rest, charset) : { encoding, markBytes: 0 };
  if (rest.length > start.markBytes) yield decodePiece(rest.subarray(start.markBytes), start.encoding);
}

interface Start {
  readonly encoding: string;
  readonly markBytes: number;
}

function startOf(bytes: Buffer, charset: string): Start {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return { encoding: 'utf-8', markBytes: 3 };
  if (first === 0xff && second === 0xfe) return { encoding: 'utf-16le', markBytes: 2 };
  if (first === 0xfe && second === 0xff) return { encoding: 'utf-16be', markBytes: 2 };
  const encoding = plainCharset(charset);
  if (encoding !== 'utf-8' && encoding !== 'utf-16') return { encoding, markBytes: 0 };
  // No text begins with U+0000, so zeros show UTF-16 without a mark.
  if (first === 0 && second !== undefined && second !== 0) return { encoding: 'utf-16be', markBytes: 0 };
  if (second === 0 && first !== undefined && first !== 0) return { encoding: 'utf-16le', markBytes: 0 };
  return { encoding: encoding === 'utf-16' ? 'utf-16le' : encoding, markBytes: 0 };
}

/** Without a place to cut, so much is decoded as it is. */
const longestRest = 1024 * 1024;

/** How many bytes can be decoded without those that follow. */
function wholeCharacters(bytes: Buffer, encoding: string): number {
  if (encoding === 'utf-16le' || encoding === 'utf-16be') return wholeUtf16(bytes, encoding === 'utf-16le');
  if (encoding === 'utf-8') return wholeUtf8(bytes);
  // In Shift_JIS, EUC, Big5, GBK and GB18030 no character has a byte below 0x30 but as its only one.
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] ?? 0) >= 0x30) end -= 1;
  return end === 0 && bytes.length > longestRest ? bytes.length : end;
}

function wholeUtf8(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function wholeUtf16(bytes: Buffer, little: boolean): number {
  const end = bytes.length - (bytes.length % 2);
  if (end === 0) return 0;
  const unit = little ? bytes.readUInt16LE(end - 2) : bytes.readUInt16BE(end - 2);
  return unit >= 0xd800 && unit <= 0xdbff ? end - 2 : end;
}

function decodePiece(bytes: Buffer, encoding: string): string {
  if (encoding === 'utf-8') return isUtf8(bytes) ? bytes.toString('utf8') : decodeMarking(bytes, encoding);
  const text = iconv.decode(bytes, encoding, { stripBOM: false });
  // An odd byte at the end of UTF-16 is lost by the decoder, and must be told of.
  if (encoding.startsWith('utf-16')) return bytes.length % 2 === 0 ? text : `${text}\uDCFF`;
  return text.includes('\uFFFD') ? decodeMarking(bytes, encoding) : text;
}
