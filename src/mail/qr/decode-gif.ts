import { type GrayImage, luminance, whiteImage } from './gray-image.js';

const imageSeparator = 0x2c;
const extension = 0x21;
const maxCodes = 4096;

/**
 * The pixels of the first picture of a GIF; null for what is broken. What is missing at its end is white.
 * @see GIF89a specification §18-22 and appendix F
 */
export function decodeGif(bytes: Buffer): GrayImage | null {
  const flags = bytes[10] ?? 0;
  const tableBytes = (some: number) => ((some & 0x80) === 0 ? 0 : 3 * 2 ** ((some & 7) + 1));
  let at = 13 + tableBytes(flags);
  const shared = bytes.subarray(13, at);
  while (bytes[at] === extension) at = dataOf(bytes, at + 2).end;
  if (bytes[at] !== imageSeparator || at + 11 > bytes.length) return null;
  const [width, height] = [bytes.readUInt16LE(at + 5), bytes.readUInt16LE(at + 7)];
  const own = bytes[at + 9] ?? 0;
  const table = tableBytes(own) === 0 ? shared : bytes.subarray(at + 10, at + 10 + tableBytes(own));
  at += 10 + tableBytes(own);
  // Nobody shows one that is larger than its own screen.
  if (width > bytes.readUInt16LE(6) || height > bytes.readUInt16LE(8)) return null;
  const indexes = unpacked(dataOf(bytes, at + 1).data, bytes[at] ?? 0, width * height);
  const image = whiteImage(width, height);
  const rows = (own & 0x40) === 0 ? null : interlacedRows(height);
  for (let row = 0; row * width < indexes.length; row++) {
    const start = (rows?.[row] ?? row) * width;
    for (let x = 0; x < width && row * width + x < indexes.length; x++) {
      const colour = (indexes[row * width + x] ?? 0) * 3;
      image.shades[start + x] = luminance(table[colour] ?? 0, table[colour + 1] ?? 0, table[colour + 2] ?? 0);
    }
  }
  return image;
}

function dataOf(bytes: Buffer, start: number): { readonly data: Buffer; readonly end: number } {
  const blocks: Buffer[] = [];
  let at = start;
  for (let length = bytes[at] ?? 0; length > 0; length = bytes[at] ?? 0) {
    blocks.push(bytes.subarray(at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { data: Buffer.concat(blocks), end: at + 1 };
}

function interlacedRows(height: number): readonly number[] {
  const passes = [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ] as const;
  return passes.flatMap(([first, step]) =>
    Array.from({ length: Math.max(0, Math.ceil((height - first) / step)) }, (_, index) => first + index * step),
  );
}

/** LZW with codes of growing length, no more than the picture has pixels. */
function unpacked(data: Buffer, minBits: number, pixels: number): Uint8Array {
  const out = new Uint8Array(pixels);
  if (minBits < 1 || minBits > 8) return out.subarray(0, 0);
  const clear = 2 ** minBits;
  /** Each entry is one before it, and a last index. */
  const before = new Uint16Array(maxCodes);
  const last = new Uint8Array(maxCodes);
  const lengths = new Uint16Array(maxCodes).fill(1);
  for (let index = 0; index < clear; index++) last[index] = index;
  let [bits, next, known, length] = [minBits + 1, clear + 2, -1, 0];
  let [held, heldBits] = [0, 0];
  for (const byte of data) {
    held |= byte << heldBits;
    heldBits += 8;
    while (heldBits >= bits) {
      const code = held & (2 ** bits - 1);
      held >>= bits;
      heldBits -= bits;
      if (code === clear) [bits, next, known] = [minBits + 1, clear + 2, -1];
      else if (code === clear + 1 || code > next || (known < 0 && code >= clear)) return out.subarray(0, length);
      else {
        const first = firstOf(code === next ? known : code);
        if (known >= 0 && next < maxCodes) {
          [before[next], last[next], lengths[next]] = [known, first, (lengths[known] ?? 0) + 1];
          next += 1;
          if (next === 2 ** bits && bits < 12) bits += 1;
        }
        const end = length + (lengths[code] ?? 0);
        let entry = code;
        for (let at = end - 1; at >= length; at--) {
          if (at < pixels) out[at] = last[entry] ?? 0;
          entry = before[entry] ?? 0;
        }
        length = Math.min(end, pixels);
        known = code;
        if (length === pixels) return out;
      }
    }
  }
  return out.subarray(0, length);

  function firstOf(code: number): number {
    let entry = code;
    while (entry >= clear) entry = before[entry] ?? 0;
    return entry;
  }
}
