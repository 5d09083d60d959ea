import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ReaderOptions } from 'zxing-wasm/reader';
import type { GrayImage } from './gray-image.js';
import { withMemoryLimit } from './wasm-memory-limit.js';

/** An image file that the library decodes itself, or pixels. */
export type ReadableImage = Buffer | GrayImage;

type Library = typeof import('zxing-wasm/reader');

/** What the library may take, outside the heap that a thread is limited to. */
const maxMemoryPages = (320 * 1024 * 1024) / 65536;
/** Its memory never shrinks, and it keeps each result: it is begun anew after so many pixels. */
const pixelsOfOneInstance = 24_000_000;
const maxMatrixPixels = 2_500_000;
const maxCodes = 20;

const qr = { formats: ['QRCode'], textMode: 'Plain', maxNumberOfSymbols: maxCodes } satisfies ReaderOptions;
const otherMatrix = { ...qr, formats: ['DataMatrix', 'Aztec'] } satisfies ReaderOptions;
/** Thicker lines and another threshold: for what is blurred, noisy or pale. */
const harder = { ...qr, tryDenoise: true, binarizer: 'GlobalHistogram' } satisfies ReaderOptions;

let loaded: Promise<{ readonly library: Library; readonly wasm: Buffer }> | undefined;
let pixelsRead = 0;

/**
 * The contents of the codes in an image: QR of all kinds (Micro and rectangular too), and in images that are not very
 * large Data Matrix and Aztec. Asks for nothing over the network.
 * @param pixels how many the image has
 * @throws where the image cannot be decoded
 */
export async function readCodes(image: ReadableImage, pixels: number): Promise<readonly string[]> {
  loaded ??= load();
  const { library, wasm } = await loaded;
  if (pixelsRead > pixelsOfOneInstance) begin(library, wasm);
  pixelsRead += pixels + 10_000;
  const bytes = Buffer.isBuffer(image) ? image : portableGrayMap(image);
  try {
    const found = await textsOf(library, bytes, qr);
    if (pixels <= maxMatrixPixels) found.push(...(await textsOf(library, bytes, otherMatrix)));
    if (found.length === 0) found.push(...(await textsOf(library, bytes, harder)));
    return [...new Set(found)];
  } catch (cause) {
    begin(library, wasm);
    throw new Error('The image cannot be decoded', { cause });
  }
}

async function textsOf(library: Library, bytes: Buffer, options: ReaderOptions): Promise<string[]> {
  const results = await library.readBarcodes(bytes, options);
  return results.filter(({ isValid }) => isValid).map(({ text }) => text);
}

/** With the first image of a thread: most mail has none. */
async function load() {
  const library = await import('zxing-wasm/reader');
  const file = await readFile(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')));
  const wasm = withMemoryLimit(file, maxMemoryPages);
  begin(library, wasm);
  return { library, wasm };
}

/** A fresh instance of the module, made when it is needed. Left to itself the library would fetch it from a server. */
function begin(library: Library, wasm: Buffer): void {
  pixelsRead = 0;
  library.purgeZXingModule();
  library.prepareZXingModule({ overrides: { wasmBinary: wasm } });
}

/** The plainest of the formats that the library reads: a header and the bytes. */
function portableGrayMap({ width, height, shades }: GrayImage): Buffer {
  return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), shades]);
}
