import { createHash } from 'node:crypto';
import { readContent } from '../qr/code-content.js';
import { CodePieces } from '../qr/code-pieces.js';
import { readCodes } from '../qr/code-reader.js';
import { decodeGif } from '../qr/decode-gif.js';
import { decodePng } from '../qr/decode-png.js';
import { gifFrames } from '../qr/gif-frames.js';
import { type GrayImage, withContrast } from '../qr/gray-image.js';
import { imageHeader, jpegScans } from '../qr/image-header.js';
import { addDecodedText } from './add-text.js';
import type { CodeBudget, Found } from './types.js';

/** The sides of the smallest QR code, where a module is a pixel (ISO/IEC 18004 §5.3.1). */
const minSide = 21;
/** A strip of a code that is less high. */
const minPieceSide = 6;
const maxPiecePixels = 4_000_000;
/** Files of a pixel or a line hold no code; an honest image of 21 by 21 is not smaller either. */
const minBytes = 60;
const maxPixels = 24_000_000;
const maxPixelsLightly = 1_000_000;
const maxImages = 150;
const maxPixelsOfMail = 60_000_000;
const maxFrames = 8;
/** Honest ones have about ten. */
const maxJpegScans = 64;

/** @param forMs how long it may take to find codes in all images together */
export function codeBudget(forMs: number): CodeBudget {
  return { images: maxImages, pixels: maxPixelsOfMail, leftMs: forMs, seen: new Set(), pieces: new CodePieces() };
}

/** Adds what the codes in an image hold. */
export function findCodes(image: GrayImage | Buffer, part: string, found: Found): Promise<void> {
  return Buffer.isBuffer(image) ? findCodesInFile(image, part, found) : findCodesInPixels(image, part, found);
}

/** Adds what the codes in an image file hold. Its own header decides before it is decoded whether that is done. */
export async function findCodesInFile(bytes: Buffer, part: string, found: Found): Promise<void> {
  if (bytes.length < minBytes) return;
  const header = imageHeader(bytes);
  if (header === null) {
    found.finding('image-unread');
    return;
  }
  const { format, width, height } = header;
  const [shorter, longer] = [Math.min(width, height), Math.max(width, height)];
  if (longer < minSide || shorter < minPieceSide || isKnown(bytes, found.budget.codes)) return;
  if (width * height > maxPixels || (format === 'jpeg' && jpegScans(bytes, maxJpegScans) > maxJpegScans)) {
    found.finding('image-too-large');
    return;
  }
  const pixels = width * height;
  await readWithin(pixels, part, found, async () => {
    const papers = format === 'png' ? await decodePng(bytes) : null;
    const most = Math.min(maxFrames, Math.floor(maxPixels / pixels));
    const frames = format === 'gif' ? gifFrames(bytes, most) : [];
    const read = () => (format === 'png' ? readFirst(papers, pixels) : readAll(frames, bytes, pixels));
    const codes = shorter < minSide ? [] : await read();
    if (codes.length > 0) return codes;
    const isSmallGif = frames.length === 1 && pixels <= maxPiecePixels;
    const piece = isSmallGif ? decodeGif(bytes) : papers?.[0];
    if (piece != null) found.budget.codes.pieces.add(piece, part);
    return [];
  });
}

/** Adds what codes hold whose pieces are images of the mail: a mail program shows them without a gap. */
export async function findCodesInPieces(found: Found): Promise<void> {
  for (const { image, part } of found.budget.codes.pieces.joined()) await findCodesInPixels(image, part, found);
}

/** Adds what the codes in a drawing hold. */
export async function findCodesInPixels(image: GrayImage, part: string, found: Found): Promise<void> {
  const { width, height, shades } = image;
  if (width < minSide || height < minSide || isKnown(shades, found.budget.codes)) return;
  if (width * height > maxPixels) {
    found.finding('image-too-large');
    return;
  }
  const pixels = width * height;
  await readWithin(pixels, part, found, () => readCodes(withContrast(image), pixels));
}

/** The same logo stands in a mail many times. */
function isKnown(bytes: Uint8Array, { seen }: CodeBudget): boolean {
  const hash = createHash('sha256').update(bytes).digest('base64');
  if (seen.has(hash)) return true;
  seen.add(hash);
  return false;
}

/** A code stands on one paper or the other. */
async function readFirst(papers: readonly GrayImage[] | null, pixels: number): Promise<readonly string[]> {
  if (papers === null) throw new Error('The PNG cannot be decoded');
  for (const paper of papers) {
    const codes = await readCodes(withContrast(paper), pixels);
    if (codes.length > 0) return codes;
  }
  return [];
}

async function readAll(frames: readonly Buffer[], whole: Buffer, pixels: number): Promise<readonly string[]> {
  const codes = new Set<string>();
  for (const frame of frames.length > 1 ? frames : [frames[0] ?? whole])
    for (const code of await readCodes(frame, pixels)) codes.add(code);
  return [...codes];
}

/** Reads one image within what the mail may cost. */
async function readWithin(
  pixels: number,
  part: string,
  found: Found,
  read: () => Promise<readonly string[]>,
): Promise<void> {
  const { codes: budget } = found.budget;
  const tooMany = budget.images === 0 || pixels > budget.pixels || budget.leftMs <= 0 || found.overdue();
  if (tooMany || (!found.thorough && pixels > maxPixelsLightly)) {
    found.finding('images-cut');
    return;
  }
  budget.images -= 1;
  budget.pixels -= pixels;
  const startedMs = performance.now();
  try {
    for (const code of await read()) addContent(code, part, found);
  } catch {
    found.finding('image-unread');
  } finally {
    budget.leftMs -= performance.now() - startedMs;
  }
}

function addContent(content: string, part: string, found: Found): void {
  const { url, text } = readContent(content);
  if (url !== null) found.url(url, 'qr', part);
  addDecodedText(text, { kind: 'text', part, urlKind: 'qr' }, found);
}
