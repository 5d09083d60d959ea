import { createHash } from 'node:crypto';
import { pdfFile } from './attachments.js';

export interface EncryptedPdfInput {
  readonly link: string;
  readonly text: string;
  /** To open it with; '' is tried by every program. */
  readonly password: string;
}

const padding = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex');
const id = Buffer.alloc(16, 1);
const permissions = -4;

/** A PDF with the standard security handler, RC4 of 40 bits (ISO 32000-1 §7.6.3). */
export function encryptedPdf({ link, text, password }: EncryptedPdfInput): Buffer {
  const padded = Buffer.concat([Buffer.from(password), padding]).subarray(0, 32);
  const owner = rc4(md5(Buffer.concat([Buffer.from('owner'), padding]).subarray(0, 32)).subarray(0, 5), padded);
  const allowed = Buffer.alloc(4);
  allowed.writeInt32LE(permissions);
  const key = md5(Buffer.concat([padded, owner, allowed, id])).subarray(0, 5);
  const hex = (bytes: Buffer) => `<${bytes.toString('hex')}>`;
  const encrypt = (object: number, plain: Buffer) =>
    rc4(md5(Buffer.concat([key, Buffer.from([object & 255, object >> 8, 0, 0, 0])])).subarray(0, 10), plain);
  const content = encrypt(5, Buffer.from(`BT /F1 12 Tf 20 200 Td (${text}) Tj ET`));
  const user = rc4(key, padding);
  const file = pdfFile({
    links: [hex(encrypt(4, Buffer.from(link)))],
    trailer: `/Encrypt << /Filter /Standard /V 1 /R 2 /P ${permissions} /O ${hex(owner)} /U ${hex(user)} >> /ID [${hex(id)} ${hex(id)}]`,
  });
  const start = file.indexOf('5 0 obj');
  const end = file.indexOf('endobj', start);
  const object = `5 0 obj\n<< /Length ${content.length} >>\nstream\n${content.toString('latin1')}\nendstream\n`;
  const pieces = [file.subarray(0, start), Buffer.from(object, 'latin1'), file.subarray(end)];
  // Its places have moved: programs find the objects by themselves.
  return Buffer.from(
    Buffer.concat(pieces)
      .toString('latin1')
      .replace(/startxref\n\d+/, 'startxref\n0'),
    'latin1',
  );
}

function md5(bytes: Buffer): Buffer {
  return createHash('md5').update(bytes).digest();
}

function rc4(key: Buffer, bytes: Buffer): Buffer {
  const state = Array.from({ length: 256 }, (_, index) => index);
  const swap = (one: number, other: number) => {
    [state[one], state[other]] = [state[other] ?? 0, state[one] ?? 0];
  };
  let other = 0;
  for (let one = 0; one < 256; one++) {
    other = (other + (state[one] ?? 0) + (key[one % key.length] ?? 0)) & 255;
    swap(one, other);
  }
  other = 0;
  return Buffer.from(
    bytes.map((byte, index) => {
      const one = (index + 1) & 255;
      other = (other + (state[one] ?? 0)) & 255;
      swap(one, other);
      return byte ^ (state[((state[one] ?? 0) + (state[other] ?? 0)) & 255] ?? 0);
    }),
  );
}
