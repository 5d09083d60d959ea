import type { TransferDecoder } from './attachments/transfer-decoder.js';

/** A file that stands in running text between `begin 644 NAME` and `end`, as mail was sent before MIME. */
export interface UuFile {
  readonly name: string;
  readonly bytes: Buffer;
}

const maxFiles = 100;
/** 45 bytes a line are usual and 63 the most; a longer one is none. */
const maxLineChars = 100;
const lf = 0x0a;
const beginBytes = Buffer.from('begin ');
const nothing = Buffer.alloc(0);
const beginLine = /^begin [0-7]{3,4} +(\S.*)$/;

/** Undoes the encoding `uuencode` as a Content-Transfer-Encoding: what stands before `begin` and behind `end` is left out. */
export function uuDecoder(): TransferDecoder {
  let carry = nothing;
  let state: 'before' | 'in' | 'behind' = 'before';
  const takeLine = (line: string, out: Buffer[]) => {
    if (state === 'before' && line.startsWith('begin ')) state = 'in';
    else if (state === 'in' && line === 'end') state = 'behind';
    else if (state === 'in') out.push(uuLine(line) ?? nothing);
  };
  return {
    decode(bytes) {
      const all = carry.length === 0 ? bytes : Buffer.concat([carry, bytes]);
      const end = all.lastIndexOf(lf) + 1;
      const out: Buffer[] = [];
      for (const line of all.toString('latin1', 0, Math.max(0, end - 1)).split('\n')) takeLine(line.trimEnd(), out);
      // Of a line without end no more is needed than what tells that it is too long.
      carry = Buffer.from(all.subarray(end, end + maxLineChars));
      return Buffer.concat(out);
    },
    end() {
      const out: Buffer[] = [];
      takeLine(carry.toString('latin1').trimEnd(), out);
      carry = nothing;
      return Buffer.concat(out);
    },
  };
}

/** Whether a text may hold such files: told by one quick search. */
export function mayHoldUuFiles(raw: Buffer): boolean {
  return raw.includes(beginBytes);
}

/** Takes the files out of a text, as mail programs do: their letters are no text. Linear in it. */
export function takeUuFiles(raw: Buffer): { readonly rest: Buffer; readonly files: readonly UuFile[] } {
  const rest: string[] = [];
  const files: UuFile[] = [];
  let open: { readonly name: string; readonly begin: string; readonly pieces: Buffer[] } | null = null;
  const close = () => {
    // `begin` alone is a word.
    if (open !== null && open.pieces.length > 0) files.push({ name: open.name, bytes: Buffer.concat(open.pieces) });
    else if (open !== null) rest.push(open.begin);
    open = null;
  };
  for (const line of raw.toString('latin1').split('\n')) {
    const text = line.length > 1000 ? line : line.trimEnd();
    if (open !== null) {
      const piece = uuLine(text);
      if (piece !== null) {
        if (piece.length > 0) open.pieces.push(piece);
        continue;
      }
      const ended = text === 'end' && open.pieces.length > 0;
      close();
      if (ended) continue;
    }
    const name = files.length < maxFiles && text.startsWith('begin') ? beginLine.exec(text)?.[1] : undefined;
    if (name === undefined) rest.push(line);
    else open = { name, begin: line, pieces: [] };
  }
  close();
  return { rest: files.length === 0 ? raw : Buffer.from(rest.join('\n'), 'latin1'), files };
}

/** The bytes of one line; null where it is none. Blanks at its end may have got lost on the way. */
function uuLine(line: string): Buffer | null {
  if (line === '' || line.length > maxLineChars) return null;
  const length = sextet(line, 0);
  const letters = Math.ceil(length / 3) * 4;
  // Some programs put a sum behind the letters.
  if (length < 0 || line.length > letters + 3) return null;
  const bytes = Buffer.alloc((letters / 4) * 3);
  for (let at = 0; at < letters; at += 4) {
    let bits = 0;
    for (let index = 1; index <= 4; index++) {
      const value = sextet(line, at + index);
      if (value < 0) return null;
      bits = (bits << 6) | value;
    }
    bytes.writeUIntBE(bits, (at / 4) * 3, 3);
  }
  return bytes.subarray(0, length);
}

/** Of 0 to 63; negative for a sign that is none. Behind the end of the line stand blanks. */
function sextet(line: string, at: number): number {
  const code = at < line.length ? line.charCodeAt(at) : 0x20;
  return code < 0x20 || code > 0x60 ? -1 : (code - 0x20) & 63;
}
