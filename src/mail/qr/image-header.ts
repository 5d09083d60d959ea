export type ImageFormat = 'png' | 'jpeg' | 'gif' | 'bmp';

export interface ImageHeader {
  readonly format: ImageFormat;
  readonly width: number;
  readonly height: number;
}

/** An image that can be decoded here, by its first bytes. */
export function imageFormat(start: Buffer): ImageFormat | null {
  const latin = start.toString('latin1', 0, 8);
  if (latin === '\x89PNG\r\n\x1a\n') return 'png';
  if (latin.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (latin.startsWith('GIF87a') || latin.startsWith('GIF89a')) return 'gif';
  // The size of its own header decides: `BM` begins texts too.
  if (latin.startsWith('BM') && start.length >= 26 && bitmapHeaders.has(start.readUInt32LE(14))) return 'bmp';
  return null;
}

const bitmapHeaders: ReadonlySet<number> = new Set([12, 40, 52, 56, 64, 108, 124]);

/** Width and height as the file's own header has them, without decoding it; null where it has none. */
export function imageHeader(bytes: Buffer): ImageHeader | null {
  const format = imageFormat(bytes);
  const size = format === null ? null : readers[format](bytes);
  return format === null || size === null || size.width <= 0 || size.height <= 0 ? null : { format, ...size };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const readers: Readonly<Record<ImageFormat, (bytes: Buffer) => Size | null>> = {
  png(bytes) {
    // W3C PNG §5.6: IHDR comes first.
    if (bytes.length < 33 || bytes.toString('latin1', 12, 16) !== 'IHDR') return null;
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  },
  jpeg: jpegSize,
  gif(bytes) {
    return bytes.length < 13 ? null : { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
  },
  bmp(bytes) {
    if (bytes.readUInt32LE(14) === 12) return { width: bytes.readUInt16LE(18), height: bytes.readUInt16LE(20) };
    // A negative height stands for rows from the top.
    return { width: bytes.readInt32LE(18), height: Math.abs(bytes.readInt32LE(22)) };
  },
};

const startOfScan = 0xda;
/** ITU-T T.81 table B.1: DHT, JPG and DAC lie between the frame markers. */
const notFrames: ReadonlySet<number> = new Set([0xc4, 0xc8, 0xcc]);

/** The largest that any frame before the first scan claims: the decoder takes one of them. */
function jpegSize(bytes: Buffer): Size | null {
  let size: Size | null = null;
  let at = 2;
  while (at + 9 < bytes.length) {
    // Fill bytes, and what decoders skip between segments.
    if (bytes[at] !== 0xff || bytes[at + 1] === 0xff || bytes[at + 1] === 0) {
      at += 1;
      continue;
    }
    const marker = bytes[at + 1] as number;
    if (marker === startOfScan) return size;
    if (marker >= 0xc0 && marker <= 0xcf && !notFrames.has(marker)) {
      const height = bytes.readUInt16BE(at + 5);
      const width = bytes.readUInt16BE(at + 7);
      if (size === null || width * height > size.width * size.height) size = { width, height };
    }
    at += marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8) ? 2 : 2 + bytes.readUInt16BE(at + 2);
  }
  return size;
}

/** Each scan goes over all of the image: a file of very many takes very long. */
export function jpegScans(bytes: Buffer, most: number): number {
  const marker = Buffer.of(0xff, startOfScan);
  let count = 0;
  for (let at = bytes.indexOf(marker); at >= 0 && count <= most; at = bytes.indexOf(marker, at + 2)) count += 1;
  return count;
}
