import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { transferDecoder } from '../../../src/mail/attachments/transfer-decoder.js';
import { decodeTransfer } from '../../../src/mail/decode-transfer.js';

const letters = fc.string({ unit: fc.constantFrom(...'AZaz09+/==\r\n Q!\0-_'), maxLength: 200 });
const quoted = fc.string({ unit: fc.constantFrom(...'==4aF \t\r\r\nx'), maxLength: 200 });

describe('decoding in pieces', () => {
  for (const [encoding, texts] of [
    ['base64', letters],
    ['quoted-printable', quoted],
    ['7bit', quoted],
  ] as const) {
    it(`gives for ${encoding} what decoding at once gives, wherever the pieces end`, () => {
      fc.assert(
        fc.property(texts, fc.array(fc.nat({ max: 30 })), (text, sizes) => {
          const raw = Buffer.from(text, 'latin1');
          const decoder = transferDecoder(encoding);
          const decoded: Buffer[] = [];
          let at = 0;
          for (const size of [...sizes, raw.length]) {
            decoded.push(Buffer.from(decoder.decode(raw.subarray(at, at + size))));
            at += size;
          }
          decoded.push(Buffer.from(decoder.end()));
          assert.deepEqual(Buffer.concat(decoded), Buffer.from(decodeTransfer(raw, encoding)));
        }),
        { numRuns: 500 },
      );
    });
  }
});
