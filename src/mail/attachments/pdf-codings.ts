/** ISO 32000-2 §7.4.2. */
export function undoAsciiHex(data: Buffer): Buffer {
  const text = beforeMark(data.toString('latin1'), '>').replaceAll(/[^0-9a-f]/gi, '');
  return Buffer.from(text.length % 2 === 0 ? text : `${text}0`, 'hex');
}

/** ISO 32000-2 §7.4.3. */
export function undoAscii85(data: Buffer): Buffer {
  const out = Buffer.alloc(data.length * 4 + 8);
  let length = 0;
  let group = 0;
  let count = 0;
  for (const byte of data) {
    if (byte === tilde) break;
    if (byte === zeroGroup && count === 0) {
      length += 4;
      continue;
    }
    if (byte < firstDigit || byte > lastDigit) continue;
    group = group * 85 + (byte - firstDigit);
    count += 1;
    if (count < 5) continue;
    out.writeUInt32BE(group % 2 ** 32, length);
    length += 4;
    group = 0;
    count = 0;
  }
  if (count > 1) {
    for (let at = count; at < 5; at++) group = group * 85 + 84;
    out.writeUInt32BE(group % 2 ** 32, length);
    length += count - 1;
  }
  return out.subarray(0, length);
}

const tilde = 0x7e;
const zeroGroup = 0x7a;
const firstDigit = 0x21;
const lastDigit = 0x75;

/** ISO 32000-2 §7.4.5. */
export function undoRunLength(data: Buffer, mostBytes: number): Buffer {
  const pieces: Buffer[] = [];
  let length = 0;
  for (let at = 0; at < data.length && length < mostBytes; ) {
    const count = data[at] as number;
    if (count === 128) break;
    const piece =
      count < 128 ? data.subarray(at + 1, at + 2 + count) : Buffer.alloc(257 - count, data.subarray(at + 1, at + 2));
    at += count < 128 ? count + 2 : 2;
    pieces.push(piece);
    length += piece.length;
  }
  return Buffer.concat(pieces);
}

const clearCode = 256;
const endCode = 257;
const maxCodes = 4096;

/** ISO 32000-2 §7.4.4: codes of 9 to 12 bits, the highest first; each but the first adds one to the table. */
export function undoLzw(data: Buffer, mostBytes: number, early: boolean): Buffer {
  const table = new LzwTable();
  const chunks: Buffer[] = [];
  let chunk = Buffer.alloc(lzwChunkBytes);
  let [length, filled, bits, held, previous] = [0, 0, 0, 0, -1];
  for (const byte of data) {
    held = ((held << 8) | byte) & 0xfffff;
    bits += 8;
    const width = widthOf(table.size + (early ? 1 : 0));
    if (bits < width) continue;
    bits -= width;
    const code = (held >> bits) & ((1 << width) - 1);
    if (code === endCode || length >= mostBytes) break;
    if (code === clearCode) {
      table.clear();
      previous = -1;
      continue;
    }
    if (code > table.size || (code === table.size && previous < 0)) break;
    if (previous >= 0) table.add(previous, code < table.size ? code : previous);
    if (filled + maxCodes > chunk.length) {
      chunks.push(chunk.subarray(0, filled));
      chunk = Buffer.alloc(lzwChunkBytes);
      filled = 0;
    }
    const added = table.write(code, chunk, filled);
    filled += added;
    length += added;
    previous = code;
  }
  return Buffer.concat([...chunks, chunk.subarray(0, filled)]);
}

const lzwChunkBytes = 64 * 1024;

function widthOf(codes: number): number {
  if (codes < 512) return 9;
  return codes < 1024 ? 10 : codes < 2048 ? 11 : 12;
}

/** Each code stands for what another stands for, and one byte more. */
class LzwTable {
  size = endCode + 1;
  readonly #prefixes = new Int16Array(maxCodes + 1).fill(-1);
  readonly #bytes = new Uint8Array(maxCodes + 1);
  readonly #firsts = new Uint8Array(maxCodes + 1);
  readonly #lengths = new Uint16Array(maxCodes + 1).fill(1);

  constructor() {
    for (let code = 0; code < clearCode; code++) this.#bytes[code] = this.#firsts[code] = code;
  }

  clear(): void {
    this.size = endCode + 1;
  }

  /** @param next the code whose first byte is the one more */
  add(prefix: number, next: number): void {
    if (this.size >= maxCodes) return;
    this.#prefixes[this.size] = prefix;
    this.#bytes[this.size] = this.#firsts[next] ?? 0;
    this.#firsts[this.size] = this.#firsts[prefix] ?? 0;
    this.#lengths[this.size] = (this.#lengths[prefix] ?? 0) + 1;
    this.size += 1;
  }

  /** @returns how many bytes */
  write(code: number, out: Buffer, at: number): number {
    const length = this.#lengths[code] ?? 0;
    let rest = code;
    for (let place = at + length - 1; place >= at; place--) {
      out[place] = this.#bytes[rest] ?? 0;
      rest = this.#prefixes[rest] ?? 0;
    }
    return length;
  }
}

/** The predictors of PNG (ISO 32000-2 §7.4.4.4): each row begins with how it differs from the one above. */
export function undoPredictor(data: Buffer, numberOf: (key: string, otherwise: number) => number): Buffer {
  const sampleBits = numberOf('Colors', 1) * numberOf('BitsPerComponent', 8);
  const step = Math.max(1, Math.ceil(sampleBits / 8));
  const rowBytes = Math.ceil((numberOf('Columns', 1) * sampleBits) / 8);
  const rows = Math.ceil(data.length / (rowBytes + 1));
  const out = Buffer.alloc(rows * rowBytes);
  for (let row = 0; row < rows; row++) {
    const kind = data[row * (rowBytes + 1)];
    const start = row * rowBytes;
    for (let at = 0; at < rowBytes; at++) {
      const left = at >= step ? (out[start + at - step] as number) : 0;
      const above = row > 0 ? (out[start + at - rowBytes] as number) : 0;
      const corner = row > 0 && at >= step ? (out[start + at - rowBytes - step] as number) : 0;
      const difference = data[row * (rowBytes + 1) + 1 + at] ?? 0;
      out[start + at] = (difference + predicted(kind, left, above, corner)) & 255;
    }
  }
  return out;
}

function predicted(kind: number | undefined, left: number, above: number, corner: number): number {
  if (kind === 1) return left;
  if (kind === 2) return above;
  if (kind === 3) return (left + above) >> 1;
  if (kind !== 4) return 0;
  const [toLeft, toAbove, toCorner] = [above - corner, left - corner, left + above - 2 * corner].map(Math.abs);
  if ((toLeft ?? 0) <= (toAbove ?? 0) && (toLeft ?? 0) <= (toCorner ?? 0)) return left;
  return (toAbove ?? 0) <= (toCorner ?? 0) ? above : corner;
}

function beforeMark(text: string, mark: string): string {
  const end = text.indexOf(mark);
  return end < 0 ? text : text.slice(0, end);
}
