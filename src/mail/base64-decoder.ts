import type { TransferDecoder } from './attachments/transfer-decoder.js';

const nothing = Buffer.alloc(0);
const padding = 64;
const ignored = 65;
const sextets = sextetTable();

/** By letter: its six bits, 64 for `=`, 65 for what is passed over (RFC 2045 §6.8): all that is not of its alphabet. */
function sextetTable(): Uint8Array {
  const table = new Uint8Array(256).fill(ignored);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  for (let value = 0; value < 64; value++) table[alphabet.charCodeAt(value)] = value;
  table[0x3d] = padding;
  return table;
}

/**
 * By hand, since the bytes come in pieces that end anywhere, and some senders join pieces that are each padded. Linear
 * whatever the bytes are, and without garbage: 34 MB of text leave none behind.
 */
export function base64Decoder(): TransferDecoder {
  let out = nothing;
  let bits = 0;
  let count = 0;
  let length = 0;
  const flush = () => {
    if (count === 2) out[length++] = bits >> 4;
    else if (count === 3) {
      out[length++] = bits >> 10;
      out[length++] = (bits >> 2) & 255;
    }
    bits = 0;
    count = 0;
  };
  return {
    decode(bytes) {
      if (out.length < bytes.length + 3) out = Buffer.allocUnsafeSlow(bytes.length + 3);
      length = 0;
      let at = 0;
      while (at < bytes.length) {
        if (count === 0) {
          // Four letters at a time, as long as they are nothing but letters.
          for (; at + 4 <= bytes.length; at += 4) {
            const a = sextet(bytes, at);
            const b = sextet(bytes, at + 1);
            const c = sextet(bytes, at + 2);
            const d = sextet(bytes, at + 3);
            if ((a | b | c | d) >= padding) break;
            out[length] = (a << 2) | (b >> 4);
            out[length + 1] = ((b << 4) & 255) | (c >> 2);
            out[length + 2] = ((c << 6) & 255) | d;
            length += 3;
          }
          if (at >= bytes.length) break;
        }
        const value = sextet(bytes, at++);
        if (value === padding) flush();
        else if (value < padding) {
          bits = (bits << 6) | value;
          count += 1;
          if (count < 4) continue;
          out[length++] = bits >> 16;
          out[length++] = (bits >> 8) & 255;
          out[length++] = bits & 255;
          bits = 0;
          count = 0;
        }
      }
      return out.subarray(0, length);
    },
    end() {
      if (out.length < 3) out = Buffer.allocUnsafeSlow(3);
      length = 0;
      flush();
      return out.subarray(0, length);
    },
  };
}

function sextet(bytes: Buffer, at: number): number {
  return sextets[bytes[at] as number] as number;
}
