export type TransferEncoding = '7bit' | '8bit' | 'quoted-printable' | 'base64';

const maxLineChars = 76;

/** A body as it travels (RFC 2045 §6). */
export function encodeBody(bytes: Buffer, encoding: TransferEncoding): Buffer {
  if (encoding === 'base64') return Buffer.from(base64Lines(bytes));
  if (encoding === 'quoted-printable') return Buffer.from(quotedPrintable(bytes));
  return bytes;
}

function base64Lines(bytes: Buffer): string {
  return (bytes.toString('base64').match(/.{1,76}/g) ?? []).join('\r\n');
}

/** Lines end where the text's lines end, and at 76 characters. */
function quotedPrintable(bytes: Buffer): string {
  const lines = bytes.toString('latin1').split('\r\n');
  return lines.map((line) => softBroken([...line].map(quoted))).join('\r\n');
}

function quoted(character: string): string {
  if (/[ !-<>-~]/.test(character)) return character;
  return `=${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

function softBroken(pieces: readonly string[]): string {
  const broken: string[] = [];
  let length = 0;
  for (const piece of pieces) {
    if (length + piece.length >= maxLineChars) {
      broken.push('=\r\n');
      length = 0;
    }
    broken.push(piece);
    length += piece.length;
  }
  return broken.join('');
}
