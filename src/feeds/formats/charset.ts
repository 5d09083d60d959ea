import iconv from 'iconv-lite';

/**
 * Bytes that are none of the charset travel through text as lone surrogates, U+DC00 plus the byte (as in PEP 383): no
 * valid text holds one, so the row is known by it, and the file of rejected rows gets the very bytes back.
 */
const mark = 0xdc00;

/** Not charsets but other encodings of iconv-lite, or such that a chunk of bytes cannot be cut for. */
const noCharsets = /^(hex|base64|binary|internal|utf-?7.*|utf-?32.*|ucs-?4.*)$/i;

export function isKnownCharset(name: string): boolean {
  return !noCharsets.test(name) && iconv.encodingExists(name);
}

/** One spelling for the charsets that are treated in their own way. */
export function plainCharset(name: string): string {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  if (plain === 'utf8' || plain === 'unicode11utf8' || plain === 'cesu8') return 'utf-8';
  if (plain === 'utf16le' || plain === 'ucs2') return 'utf-16le';
  if (plain === 'utf16be') return 'utf-16be';
  return plain === 'utf16' ? 'utf-16' : name.toLowerCase();
}

/** What is wrong with the bytes that a text was decoded from, or null. */
export function charsetMistake(text: string, charset: string): string | null {
  const found = /\p{Surrogate}/u.exec(text);
  if (found === null) return null;
  const byte = found[0].charCodeAt(0) - mark;
  const what = byte >= 0x80 && byte <= 0xff ? `the byte 0x${byte.toString(16).toUpperCase()}` : 'half a character';
  return `${what} at character ${found.index + 1} is not ${charset}`;
}

/** The text of bytes of which some are none of the charset. */
export function decodeMarking(bytes: Buffer, charset: string): string {
  const decoder = iconv.getDecoder(charset, { stripBOM: false });
  let text = '';
  let held: number[] = [];
  for (const byte of bytes) {
    held.push(byte);
    const decoded = decoder.write(Buffer.of(byte));
    if (decoded === '') continue;
    text += settled(held, decoded, charset);
    held = [];
  }
  return text + held.map(marked).join('');
}

/** What became of the bytes held: text, or marks for those that the decoder made U+FFFD of. */
function settled(held: readonly number[], decoded: string, charset: string): string {
  const last = decoded.lastIndexOf('\uFFFD');
  if (last < 0 || iconv.encode(decoded, charset).equals(Buffer.from(held))) return decoded;
  const good = decoded.slice(last + 1);
  const bad = held.slice(0, Math.max(0, held.length - iconv.encode(good, charset).length));
  return bad.map(marked).join('') + good;
}

function marked(byte: number): string {
  return String.fromCharCode(byte < 0x80 ? byte : mark + byte);
}

/** Back to bytes, those included that were none of the charset. */
export function encodeMarked(text: string, charset: string): Buffer {
  if (charset.startsWith('utf-16') || !/\p{Surrogate}/u.test(text)) return iconv.encode(text, charset);
  const pieces = text.split(/(\p{Surrogate})/u).map((piece, index) => {
    if (index % 2 === 0) return iconv.encode(piece, charset);
    const byte = piece.charCodeAt(0) - mark;
    // Half a character of UTF-16 becomes a byte that UTF-8 does not have.
    return Buffer.of(byte >= 0x80 && byte <= 0xff ? byte : 0xff);
  });
  return Buffer.concat(pieces);
}
