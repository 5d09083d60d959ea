import { base64Decoder } from '../base64-decoder.js';
import { decodeQuotedPrintable } from '../decode-transfer.js';
import { uuDecoder } from '../uuencode.js';

/** Undoes a Content-Transfer-Encoding (RFC 2045 §6) piece by piece. What it gives is only valid until the next call. */
export interface TransferDecoder {
  /** @param bytes whole lines, or parts of a line that is too long */
  decode(bytes: Buffer): Buffer;
  end(): Buffer;
}

/** The longest run of blanks behind a `=` that is waited for. */
const maxCarry = 1000;
const nothing = Buffer.alloc(0);

export function transferDecoder(encoding: string): TransferDecoder {
  if (encoding === 'base64') return base64Decoder();
  if (encoding === 'quoted-printable') return quotedPrintableDecoder();
  if (encoding === 'uuencode') return uuDecoder();
  return { decode: (bytes) => bytes, end: () => nothing };
}

function quotedPrintableDecoder(): TransferDecoder {
  let carry = nothing;
  return {
    decode(bytes) {
      const all = carry.length === 0 ? bytes : Buffer.concat([carry, bytes]);
      const whole = all.length - unfinished(all);
      carry = Buffer.from(all.subarray(whole));
      return decodeQuotedPrintable(all.subarray(0, whole));
    },
    end() {
      const rest = decodeQuotedPrintable(carry);
      carry = nothing;
      return rest;
    },
  };
}

/** How many bytes at the end only mean something together with what follows: `=`, `=4`, `=` with blanks. */
function unfinished(bytes: Buffer): number {
  let at = bytes.lastIndexOf(0x3d);
  if (at < 0 || bytes.length - at > maxCarry) return 0;
  if (!/^=(?:[0-9a-f]|[ \t]*\r*)$/i.test(bytes.toString('latin1', at))) return 0;
  // A `=` before it is a soft line break or not by what stands behind the blanks.
  for (let before = at; before >= 0 && bytes.length - before <= maxCarry; ) {
    at = before;
    before -= 1;
    while (bytes[before] === 0x0d) before -= 1;
    while (bytes[before] === 0x20 || bytes[before] === 0x09) before -= 1;
    if (bytes[before] !== 0x3d) break;
  }
  return bytes.length - at;
}
