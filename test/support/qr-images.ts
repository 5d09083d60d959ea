import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { prepareZXingModule, type WriterOptions, writeBarcode } from 'zxing-wasm/writer';
import { blacken, type GrayImage, whiteImage } from '../../src/mail/qr/gray-image.js';
import { pngChunk } from './png-chunk.js';

const wasm = readFileSync(fileURLToPath(import.meta.resolve('zxing-wasm/writer/zxing_writer.wasm')));
prepareZXingModule({ overrides: { wasmBinary: wasm } });

/** The modules of a code, without a quiet zone: true is dark. */
export type Modules = readonly (readonly boolean[])[];

export async function modulesOf(content: string, options: WriterOptions = {}): Promise<Modules> {
  const { symbol, error } = await writeBarcode(content, { scale: 1, ...options });
  if (error !== '') throw new Error(error);
  const { data, width, height } = symbol;
  return Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => data[y * width + x] === 0));
}

/** A code with its quiet zone, so many pixels a module. */
export function drawnCode(modules: Modules, pixels = 4, quiet = 4): GrayImage {
  const rows = modules.length + 2 * quiet;
  const columns = (modules[0]?.length ?? 0) + 2 * quiet;
  const image = whiteImage(columns * pixels, rows * pixels);
  for (const [y, row] of modules.entries())
    for (const [x, dark] of row.entries())
      if (dark) blacken(image, (x + quiet) * pixels, (y + quiet) * pixels, pixels, pixels);
  return image;
}

export async function qrImage(content: string, pixels = 4, options: WriterOptions = {}): Promise<GrayImage> {
  return drawnCode(await modulesOf(content, options), pixels);
}

export async function qrPng(content: string, pixels = 4): Promise<Buffer> {
  return pngOf(await qrImage(content, pixels));
}

export interface PngInput {
  readonly width: number;
  readonly height: number;
  /** W3C PNG §11.2.2: 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGB and alpha. */
  readonly colour: number;
  readonly bits?: number;
  /** The rows as they are before they are filtered. */
  readonly rows: readonly Buffer[];
  /** Chunks before the data. */
  readonly more?: readonly Buffer[];
  /** Of each row, W3C PNG §9. */
  readonly filter?: number;
  readonly interlaced?: boolean;
  /** Of packing; 0 gives the same bytes on every machine. */
  readonly level?: number;
}

export function pngFile({
  width,
  height,
  colour,
  bits = 8,
  rows,
  more = [],
  filter = 0,
  interlaced,
  level,
}: PngInput): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bits, colour, 0, 0, interlaced === true ? 1 : 0], 8);
  const step = Math.max(1, ({ 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[colour] ?? 1) * (bits >> 3));
  const filtered = rows.map((row, index) => filteredRow(row, rows[index - 1], filter, step));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    ...more,
    pngChunk('IDAT', deflateSync(Buffer.concat(filtered), level === undefined ? {} : { level })),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function filteredRow(row: Buffer, above: Buffer | undefined, filter: number, step: number): Buffer {
  const bytes = row.map((value, index) => {
    const left = row[index - step] ?? 0;
    const up = above?.[index] ?? 0;
    const corner = index < step ? 0 : (above?.[index - step] ?? 0);
    if (filter === 1) return value - left;
    if (filter === 2) return value - up;
    if (filter === 3) return value - ((left + up) >> 1);
    if (filter !== 4) return value;
    const guess = left + up - corner;
    const [byLeft, byUp, byCorner] = [left, up, corner].map((one) => Math.abs(guess - one)) as [number, number, number];
    if (byLeft <= byUp && byLeft <= byCorner) return value - left;
    return value - (byUp <= byCorner ? up : corner);
  });
  return Buffer.concat([Buffer.of(filter), bytes]);
}

export function pngOf({ width, height, shades }: GrayImage, filter = 0): Buffer {
  const rows = Array.from({ length: height }, (_, y) => Buffer.from(shades.subarray(y * width, (y + 1) * width)));
  return pngFile({ width, height, colour: 0, rows, filter });
}

/** Of one bit a pixel, and not packed: small, and the same bytes on every machine. */
export function bitPngOf({ width, height, shades }: GrayImage): Buffer {
  const rows = Array.from({ length: height }, (_, y) => {
    const row = Buffer.alloc(Math.ceil(width / 8));
    for (let x = 0; x < width; x++)
      if ((shades[y * width + x] ?? 0) >= 128) row[x >> 3] = (row[x >> 3] ?? 0) | (128 >> (x & 7));
    return row;
  });
  return pngFile({ width, height, colour: 0, bits: 1, rows, level: 0 });
}

/** Each pixel as samples of the PNG's colour type. */
export function pngWith(
  image: GrayImage,
  colour: number,
  samples: (dark: boolean) => readonly number[],
  level = 6,
): Buffer {
  const { width, height, shades } = image;
  const rows = Array.from({ length: height }, (_, y) =>
    Buffer.from(Array.from(shades.subarray(y * width, (y + 1) * width)).flatMap((shade) => samples(shade < 128))),
  );
  return pngFile({ width, height, colour, rows, level });
}

/** A BMP of 24 bits (BITMAPINFOHEADER). */
export function bmpOf({ width, height, shades }: GrayImage): Buffer {
  const rowBytes = Math.ceil((width * 3) / 4) * 4;
  const file = Buffer.alloc(54 + rowBytes * height);
  file.write('BM', 'latin1');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      file.fill(
        shades[y * width + x] ?? 0,
        54 + (height - 1 - y) * rowBytes + x * 3,
        54 + (height - 1 - y) * rowBytes + x * 3 + 3,
      );
  return file;
}

/** A GIF of two colours; LZW codes of three bits, the table cleared before it grows (GIF89a, appendix F). */
export function gifOf(frames: readonly GrayImage[], transparentPaper = false): Buffer {
  const { width, height } = frames[0] as GrayImage;
  const head = Buffer.alloc(13);
  head.write('GIF89a', 'latin1');
  head.writeUInt16LE(width, 6);
  head.writeUInt16LE(height, 8);
  head[10] = 0x80;
  const paper = transparentPaper ? 0 : 255;
  const palette = Buffer.of(0, 0, 0, paper, paper, paper);
  const control = Buffer.of(0x21, 0xf9, 4, transparentPaper ? 1 : 0, 10, 0, 1, 0);
  const images = frames.flatMap((frame) => [control, gifImage(frame)]);
  return Buffer.concat([head, palette, ...images, Buffer.of(0x3b)]);
}

function gifImage({ width, height, shades }: GrayImage): Buffer {
  const head = Buffer.alloc(11);
  head[0] = 0x2c;
  head.writeUInt16LE(width, 5);
  head.writeUInt16LE(height, 7);
  head[10] = 2;
  const codes = [4];
  for (const [index, shade] of shades.entries()) {
    codes.push(shade < 128 ? 0 : 1);
    if (index % 2 === 1) codes.push(4);
  }
  codes.push(5);
  const packed: number[] = [];
  let bits = 0;
  let held = 0;
  for (const code of codes) {
    held |= code << bits;
    bits += 3;
    while (bits >= 8) {
      packed.push(held & 255);
      held >>= 8;
      bits -= 8;
    }
  }
  packed.push(held & 255);
  const blocks: Buffer[] = [];
  for (let at = 0; at < packed.length; at += 255) {
    const block = packed.slice(at, at + 255);
    blocks.push(Buffer.of(block.length, ...block));
  }
  return Buffer.concat([head, ...blocks, Buffer.of(0)]);
}
