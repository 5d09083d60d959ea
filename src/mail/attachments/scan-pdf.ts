import { filtersOf, isDeflated, type Unfiltered, undoFilters } from './pdf-filters.js';
import { unclosedObjects } from './pdf-objects.js';
import { type EmbeddedStream, objectStreamText, type PdfText, pdfTargets } from './pdf-references.js';
import { type PdfStream, pdfPieces } from './pdf-streams.js';
import { decoded } from './pdf-strings.js';

export interface PdfScan {
  /** Values of keys that name a target (ISO 32000-2 §12.6.4): of link annotations, and of actions no annotation has. */
  readonly targets: readonly string[];
  /** JavaScript as it stands; never run. */
  readonly scripts: readonly string[];
  /** Files within it. */
  readonly files: readonly EmbeddedStream[];
  /** What was unpacked. */
  readonly unpackedBytes: number;
  /** Pixels of the largest image, by its own word. */
  readonly largestImage: number;
  /** Streams that unpack to more than was allowed, or take very long to read: nobody should. */
  readonly tooLarge: readonly PdfStream[];
  /** There is more of something than was taken. */
  readonly cut: boolean;
  /** A reader that builds its objects would take very long. */
  readonly endless: boolean;
  readonly encrypted: boolean;
}

/** Of object streams, which hold the links: whatever else there is. */
const maxObjectBytes = 16 * 1024 * 1024;
const maxSavedStates = 256;
const maxScriptBytes = 1024 * 1024;
/** Bytes that the library may read because objects are not closed. */
const maxReadAgain = 16 * 1024 * 1024;

/**
 * Goes through a PDF without building its objects: linear, within limits, and whatever is broken in it. It tells
 * before the library unpacks anything which streams are bombs, and gives what the library cannot reach.
 */
export function scanPdf(bytes: Buffer, maxUnpackedBytes: number): PdfScan {
  const { streams, outside, cut } = pdfPieces(bytes);
  const unpacking = new Unpacking(bytes);
  const texts: PdfText[] = outside.map((text) => ({ text, places: null }));
  const others: PdfStream[] = [];
  for (const stream of streams) {
    if (!isObjectStream(stream)) {
      others.push(stream);
      continue;
    }
    const unpacked = unpacking.undo(stream, maxObjectBytes);
    texts.push(objectStreamText(unpacked.bytes.toString('latin1'), stream.dictionary));
  }
  const found = pdfTargets(texts, streams);
  const scripts = found.scriptStreams.map((stream) =>
    decoded(unpacking.undo(stream, maxScriptBytes).bytes.toString('latin1')),
  );
  const largestImage = others.reduce((most, { dictionary }) => Math.max(most, pixelsOf(dictionary)), 0);
  unpacking.measure(others, maxUnpackedBytes);
  const unclosed = outside.reduce((sum, text) => sum + unclosedObjects(text), 0);
  return {
    targets: found.targets,
    scripts: [...found.scripts, ...scripts],
    files: found.files,
    unpackedBytes: unpacking.costBytes,
    largestImage,
    tooLarge: [...unpacking.tooLarge],
    cut: cut || found.cut,
    endless: unclosed * bytes.length > maxReadAgain,
    encrypted: /\/Encrypt\s*(?:<<|\d+\s+\d+\s+R)/.test(outside.at(-1) ?? '') || streams.some(isEncryptedTable),
  };
}

class Unpacking {
  readonly tooLarge = new Set<PdfStream>();
  costBytes = 0;
  readonly #bytes: Buffer;
  readonly #leftOf = new Map<number, number>();

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** @param mostBytes shared by all streams that are unpacked with the same limit */
  undo(stream: PdfStream, mostBytes: number): Unfiltered {
    const left = this.#leftOf.get(mostBytes) ?? mostBytes;
    const unpacked = undoFilters(this.#bytes.subarray(stream.start, stream.end), stream.dictionary, left);
    this.#leftOf.set(mostBytes, Math.max(0, left - unpacked.costBytes));
    this.costBytes += unpacked.costBytes;
    if (unpacked.cut) this.tooLarge.add(stream);
    return unpacked;
  }

  /** The smallest first: a bomb leaves the others their room. */
  measure(streams: readonly PdfStream[], mostBytes: number): void {
    const ascending = [...streams].sort((one, other) => one.end - one.start - (other.end - other.start));
    for (const stream of ascending) {
      const data = this.#bytes.subarray(stream.start, stream.end);
      const filters = filtersOf(stream.dictionary);
      // The library unpacks no more of an image than its size tells.
      const steps = isImage(stream.dictionary) ? filters.length - 1 : filters.length;
      const unpacked =
        steps > 0 || (filters.length === 0 && isDeflated(data)) ? this.undo(stream, mostBytes).bytes : data;
      if (!isImage(stream.dictionary) && nestsDeeply(unpacked)) this.tooLarge.add(stream);
    }
  }
}

/**
 * Whether it saves its state (`q`, ISO 32000-2 §8.4.2) so often without going back that the library, which then looks
 * through all that it saved, takes very long.
 */
function nestsDeeply(content: Buffer): boolean {
  let depth = 0;
  for (let at = 0; at < content.length && depth < maxSavedStates; at++) {
    const byte = content[at];
    if ((byte !== save && byte !== restore) || !isBetween(content[at - 1]) || !isBetween(content[at + 1])) continue;
    depth = byte === save ? depth + 1 : Math.max(0, depth - 1);
  }
  return depth >= maxSavedStates;
}

/** White space and delimiters (ISO 32000-2 §7.2.3). */
function isBetween(byte: number | undefined): boolean {
  return byte === undefined || byte <= 0x20 || delimiters.includes(byte);
}

const [save, restore] = [0x71, 0x51];
const delimiters = Buffer.from('()<>[]{}/%');

/** The library asks for no more than these keys; others ask for the type. */
function isObjectStream({ dictionary }: PdfStream): boolean {
  return /\/ObjStm\b/.test(dictionary) || (/\/First\b/.test(dictionary) && /\/N\b/.test(dictionary));
}

function isEncryptedTable({ dictionary }: PdfStream): boolean {
  return /\/XRef\b/.test(dictionary) && /\/Encrypt\b/.test(dictionary);
}

function isImage(dictionary: string): boolean {
  return /\/Subtype\s*\/Image\b/.test(dictionary);
}

function pixelsOf(dictionary: string): number {
  if (!isImage(dictionary)) return 0;
  const [, width = '0'] = /\/Width\s+(\d{1,9})/.exec(dictionary) ?? [];
  const [, height = '0'] = /\/Height\s+(\d{1,9})/.exec(dictionary) ?? [];
  return Number(width) * Number(height);
}
