import { createInflate, constants as zlib } from 'node:zlib';
import { type GrayImage, luminance } from './gray-image.js';

const maxRawBytes = 128 * 1024 * 1024;

interface Png {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly colour: number;
  readonly interlaced: boolean;
  readonly palette: Buffer;
  /** The chunk tRNS. */
  readonly transparency: Buffer;
}

/** Part of the pixels, as rows of their own: all of them, or those of one pass of an interlaced image. */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
  readonly columns: number;
  readonly rows: number;
  /** Without the byte before it that tells the filter. */
  readonly rowBytes: number;
}

/** W3C PNG §11.2.2: samples of a pixel by colour type. */
const samplesOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** W3C PNG §8.1: first column and row, and the steps to the next. */
const interlacing = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/**
 * The pixels of a PNG on white paper, and where it has transparent ones also on black: a code may be drawn in either
 * colour on nothing. Null for what is none. What is missing at its end is white; no more is unpacked than it needs.
 */
export async function decodePng(bytes: Buffer): Promise<readonly GrayImage[] | null> {
  const file = readChunks(bytes);
  if (file === null) return null;
  const { png, packed } = file;
  const bitsOfPixel = png.bits * (samplesOf[png.colour] ?? 0);
  const passes = passesOf(png, bitsOfPixel);
  const rawBytes = passes.reduce((sum, { rows, rowBytes }) => sum + rows * (rowBytes + 1), 0);
  if (rawBytes === 0 || rawBytes > maxRawBytes) return null;
  const raw = await inflated(packed, rawBytes);
  if (raw.length === 0) return null;
  return onPaper(png, passes, raw, Math.max(1, bitsOfPixel >> 3));
}

function passesOf({ width, height, interlaced }: Png, bitsOfPixel: number): readonly Pass[] {
  const steps = interlaced ? interlacing : ([[0, 0, 1, 1]] as const);
  return steps
    .map(([x, y, stepX, stepY]) => {
      const columns = Math.ceil(Math.max(0, width - x) / stepX);
      const rows = Math.ceil(Math.max(0, height - y) / stepY);
      return { x, y, stepX, stepY, columns, rows, rowBytes: Math.ceil((columns * bitsOfPixel) / 8) };
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
}

function readChunks(bytes: Buffer): { readonly png: Png; readonly packed: Buffer } | null {
  const packed: Buffer[] = [];
  let palette: Buffer = Buffer.alloc(0);
  let transparency: Buffer = Buffer.alloc(0);
  let at = 33;
  while (at + 8 <= bytes.length) {
    const length = bytes.readUInt32BE(at);
    const data = bytes.subarray(at + 8, at + 8 + length);
    const name = bytes.toString('latin1', at + 4, at + 8);
    if (name === 'IEND') break;
    if (name === 'IDAT') packed.push(data);
    else if (name === 'PLTE') palette = data;
    else if (name === 'tRNS') transparency = data;
    at += length + 12;
  }
  const bits = bytes[24] ?? 0;
  const colour = bytes[25] ?? 0;
  if (samplesOf[colour] === undefined || ![1, 2, 4, 8, 16].includes(bits)) return null;
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const png = { width, height, bits, colour, interlaced: bytes[28] === 1, palette, transparency };
  return { png, packed: Buffer.concat(packed) };
}

/** Stops at so many bytes: browsers pass over what follows, so a sender may add any amount. */
function inflated(packed: Buffer, rawBytes: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const engine = createInflate({ chunkSize: 64 * 1024, finishFlush: zlib.Z_SYNC_FLUSH });
    const chunks: Buffer[] = [];
    let left = rawBytes;
    const end = () => resolve(Buffer.concat(chunks));
    engine.on('data', (chunk: Buffer) => {
      if (left === 0) return;
      chunks.push(chunk.subarray(0, left));
      left -= Math.min(left, chunk.length);
      if (left > 0) return;
      end();
      engine.destroy();
    });
    engine.on('end', end);
    engine.on('error', end);
    engine.end(packed);
  });
}

/** W3C PNG §9.2, in place: the first byte of each row tells how it was predicted. */
function unfilter(raw: Buffer, from: number, rows: number, rowBytes: number, step: number): void {
  const nothing = Buffer.alloc(rowBytes);
  let above: Buffer = nothing;
  for (let row = 0; row < rows; row++) {
    const start = from + row * (rowBytes + 1) + 1;
    const bytes = raw.subarray(start, start + rowBytes);
    unfilterRow(raw[start - 1] as number, bytes, above, step);
    above = bytes;
  }
}

/** A loop for each filter: this goes over every byte of the image. */
function unfilterRow(filter: number, row: Buffer, above: Buffer, step: number): void {
  const count = row.length;
  if (filter === 1) {
    for (let at = step; at < count; at++) row[at] = (row[at] as number) + (row[at - step] as number);
  } else if (filter === 2) {
    for (let at = 0; at < count; at++) row[at] = (row[at] as number) + (above[at] as number);
  } else if (filter === 3) {
    for (let at = 0; at < count; at++) {
      const left = at < step ? 0 : (row[at - step] as number);
      row[at] = (row[at] as number) + ((left + (above[at] as number)) >> 1);
    }
  } else if (filter === 4) {
    for (let at = 0; at < count; at++) {
      const left = at < step ? 0 : (row[at - step] as number);
      const corner = at < step ? 0 : (above[at - step] as number);
      row[at] = (row[at] as number) + nearest(left, above[at] as number, corner);
    }
  }
}

/** Paeth's predictor (W3C PNG §9.4). */
function nearest(left: number, up: number, corner: number): number {
  const fromLeft = Math.abs(up - corner);
  const fromUp = Math.abs(left - corner);
  const fromCorner = Math.abs(left + up - 2 * corner);
  if (fromLeft <= fromUp && fromLeft <= fromCorner) return left;
  return fromUp <= fromCorner ? up : corner;
}

function onPaper(png: Png, passes: readonly Pass[], raw: Buffer, pixelBytes: number): readonly GrayImage[] {
  const { width, height } = png;
  const onWhite = new Uint8Array(width * height).fill(255);
  const clear = png.colour === 4 || png.colour === 6 || png.transparency.length > 0;
  const onBlack = clear ? new Uint8Array(width * height) : null;
  const read: Pixel = { shade: 0, opacity: 255 };
  const pixel = pixelReader(png, raw, read);
  let transparent = false;
  let from = 0;
  for (const { x, y, stepX, stepY, columns, rows, rowBytes } of passes) {
    const whole = Math.min(rows, Math.floor((raw.length - from) / (rowBytes + 1)));
    unfilter(raw, from, whole, rowBytes, pixelBytes);
    for (let row = 0; row < whole; row++) {
      const start = from + row * (rowBytes + 1) + 1;
      for (let column = 0; column < columns; column++) {
        pixel(start, column);
        const { shade, opacity } = read;
        const at = (y + row * stepY) * width + x + column * stepX;
        onWhite[at] = opacity === 255 ? shade : ((shade * opacity + 255 * (255 - opacity)) / 255) | 0;
        if (onBlack !== null) onBlack[at] = ((shade * opacity) / 255) | 0;
        if (opacity < 255) transparent = true;
      }
    }
    from += rows * (rowBytes + 1);
  }
  const papers = onBlack !== null && transparent ? [onWhite, onBlack] : [onWhite];
  return papers.map((shades) => ({ width, height, shades }));
}

/** One for all pixels: an object for each would be the most of the work. */
interface Pixel {
  shade: number;
  opacity: number;
}

/** @param pixel gets each pixel that is asked for */
function pixelReader(png: Png, raw: Buffer, pixel: Pixel): (start: number, x: number) => void {
  const { bits, colour, palette, transparency } = png;
  const samples = samplesOf[colour] ?? 1;
  const wide = bits === 16 ? 2 : 1;
  const most = 2 ** Math.min(bits, 8) - 1;
  /** Of 16 bits the higher 8. */
  const sample = (start: number, index: number) => {
    if (bits >= 8) return raw[start + index * wide] as number;
    const bit = index * bits;
    return ((raw[start + (bit >> 3)] as number) >> (8 - bits - (bit & 7))) & most;
  };
  /** The one colour that counts as transparent, W3C PNG §11.3.2.1; its samples have two bytes each. */
  const keyed = (index: number) => transparency[index * 2 + (bits === 16 ? 0 : 1)] ?? -1;
  const hasKey = transparency.length >= samples * 2;
  const [red0, green0, blue0] = [keyed(0), keyed(1), keyed(2)];
  if (colour === 3) {
    return (start, x) => {
      const index = sample(start, x);
      pixel.shade = luminance(palette[index * 3] ?? 0, palette[index * 3 + 1] ?? 0, palette[index * 3 + 2] ?? 0);
      pixel.opacity = transparency[index] ?? 255;
    };
  }
  if (colour === 0 || colour === 4) {
    return (start, x) => {
      const value = sample(start, x * samples);
      pixel.shade = bits < 8 ? ((value * 255) / most) | 0 : value;
      if (colour === 4) pixel.opacity = sample(start, x * 2 + 1);
      else if (hasKey) pixel.opacity = value === red0 ? 0 : 255;
    };
  }
  return (start, x) => {
    const at = start + x * samples * wide;
    const [red, green, blue] = [raw[at] as number, raw[at + wide] as number, raw[at + 2 * wide] as number];
    pixel.shade = luminance(red, green, blue);
    if (colour === 6) pixel.opacity = raw[at + 3 * wide] as number;
    else if (hasKey) pixel.opacity = red === red0 && green === green0 && blue === blue0 ? 0 : 255;
  };
}
