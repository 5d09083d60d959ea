import { brotliDecompressSync, inflateSync, constants as zlib } from 'node:zlib';
import { undoAscii85, undoAsciiHex, undoLzw, undoPredictor, undoRunLength } from './pdf-codings.js';

export interface Unfiltered {
  readonly bytes: Buffer;
  /** There is more than was allowed. */
  readonly cut: boolean;
  /** What all steps gave, those before the last one too. */
  readonly costBytes: number;
}

/** What a byte of deflated data may become at most. */
const maxGrowth = 1032;
const maxFilters = 8;
const names: Readonly<Record<string, string>> = {
  Fl: 'FlateDecode',
  LZW: 'LZWDecode',
  RL: 'RunLengthDecode',
  AHx: 'ASCIIHexDecode',
  A85: 'ASCII85Decode',
};
const known =
  /\/(FlateDecode|Fl|LZWDecode|LZW|RunLengthDecode|RL|BrotliDecode|ASCIIHexDecode|AHx|ASCII85Decode|A85)\b/g;

/**
 * Undoes the filters of a stream (ISO 32000-2 §7.4), as far as `mostBytes` go at each step. What is no filter that is
 * undone here, of an image, ends it.
 * @param dictionary of the stream, without escapes in names
 */
export function undoFilters(data: Buffer, dictionary: string, mostBytes: number): Unfiltered {
  const declared = undoAll(data, filtersOf(dictionary), dictionary, mostBytes);
  // The name of the filter may stand elsewhere, or twice: what is deflated tells by its beginning.
  if (declared.cut || (declared.bytes.length > 0 && declared.bytes !== data) || !isDeflated(data)) return declared;
  return undoAll(data, ['FlateDecode'], dictionary, mostBytes);
}

/** In the order they are undone. */
export function filtersOf(dictionary: string): readonly string[] {
  const value = /\/Filter\s*(\[[^\]]{0,400}\]|\/\w+)/.exec(dictionary)?.[1] ?? '';
  return [...value.matchAll(known)].map(([, name = '']) => names[name] ?? name).slice(0, maxFilters);
}

/** RFC 1950 §2.2. */
export function isDeflated(data: Buffer): boolean {
  return data.length > 2 && ((data[0] as number) & 15) === 8 && data.readUInt16BE(0) % 31 === 0;
}

function undoAll(data: Buffer, filters: readonly string[], dictionary: string, mostBytes: number): Unfiltered {
  let bytes = data;
  let cut = false;
  let costBytes = 0;
  for (const filter of filters) {
    const step = undo(bytes, filter, dictionary, mostBytes);
    bytes = step.bytes;
    cut ||= step.cut;
    costBytes += step.cut ? mostBytes : bytes.length;
  }
  if (/\/Predictor\s+1[0-5]\b/.test(dictionary) && bytes !== data) bytes = undoPredictor(bytes, numberOf(dictionary));
  return { bytes, cut, costBytes };
}

type Step = Pick<Unfiltered, 'bytes' | 'cut'>;

function undo(data: Buffer, filter: string, dictionary: string, mostBytes: number): Step {
  if (filter === 'FlateDecode') return unpacked(data, mostBytes, inflateSync, zlib.Z_SYNC_FLUSH);
  if (filter === 'BrotliDecode') return unpacked(data, mostBytes, brotliDecompressSync, zlib.BROTLI_OPERATION_FLUSH);
  const within = (bytes: Buffer) => ({ bytes: bytes.subarray(0, mostBytes), cut: bytes.length > mostBytes });
  if (filter === 'ASCIIHexDecode') return within(undoAsciiHex(data));
  if (filter === 'ASCII85Decode') return within(undoAscii85(data));
  if (filter === 'RunLengthDecode') return within(undoRunLength(data, mostBytes + 1));
  return within(undoLzw(data, mostBytes + 1, !/\/EarlyChange\s+0\b/.test(dictionary)));
}

/** All of it, or as much as the beginning gives: what is too large is tried again with less, at most twice the work. */
function unpacked(data: Buffer, mostBytes: number, unpack: typeof inflateSync, finishFlush: number): Step {
  const attempt = (packed: Buffer): Buffer | null => {
    try {
      return unpack(packed, { finishFlush, maxOutputLength: Math.max(1, mostBytes) });
    } catch (error) {
      const tooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
      return tooLarge ? null : Buffer.alloc(0);
    }
  };
  if (mostBytes <= 0) return { bytes: Buffer.alloc(0), cut: data.length > 0 };
  const whole = attempt(data);
  if (whole !== null) return { bytes: whole, cut: false };
  let best: Buffer = Buffer.alloc(0);
  for (let length = Math.max(64, Math.floor(mostBytes / maxGrowth)); length < data.length; length *= 2) {
    const part = attempt(data.subarray(0, length));
    if (part === null) break;
    best = part;
  }
  return { bytes: best, cut: true };
}

function numberOf(dictionary: string): (key: string, otherwise: number) => number {
  return (key, otherwise) => Number(new RegExp(`/${key}\\s+(\\d{1,6})`).exec(dictionary)?.[1] ?? otherwise);
}
