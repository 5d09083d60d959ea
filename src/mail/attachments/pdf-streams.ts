import { filtersOf, isDeflated } from './pdf-filters.js';
import { withoutEscapes } from './pdf-strings.js';

export interface PdfStream {
  /** Of its object; null where that cannot be said. */
  readonly number: number | null;
  /** Without escapes in names. */
  readonly dictionary: string;
  readonly start: number;
  readonly end: number;
}

export interface PdfPieces {
  readonly streams: readonly PdfStream[];
  /** What is in no stream, and streams that are as they stand. */
  readonly outside: readonly string[];
  /** There are more than were taken. */
  readonly cut: boolean;
}

const maxStreams = 50_000;
/** The word in a string or comment of a dictionary, before the one that counts. */
const maxFalseStarts = 8;
const maxDictionaryChars = 64 * 1024;
const keyword = 'stream';
const endKeyword = 'endstream';
const maxGapBytes = 300;
const [tab, lf, cr, space, percent] = [0x09, 0x0a, 0x0d, 0x20, 0x25];

/** Takes a PDF apart at its streams, without building its objects. Linear in the bytes. */
export function pdfPieces(bytes: Buffer): PdfPieces {
  const streams: PdfStream[] = [];
  const outside: string[] = [];
  const ends = new StreamEnds(bytes);
  let from = 0;
  let falseStarts = 0;
  let at = bytes.indexOf(keyword);
  while (at >= 0 && streams.length < maxStreams) {
    const start = dataStart(bytes, at + keyword.length);
    if (start === null || !followsDictionary(bytes, from, at)) {
      at = bytes.indexOf(keyword, at + keyword.length);
      continue;
    }
    const stream = streamAt(bytes, from, at, start, ends);
    streams.push(stream);
    const packed = isPacked(bytes.subarray(start, stream.end), stream.dictionary);
    if (!packed && falseStarts < maxFalseStarts) {
      // It is as it stands, or the word was not meant.
      falseStarts += 1;
      at = bytes.indexOf(keyword, start);
      continue;
    }
    falseStarts = 0;
    outside.push(bytes.toString('latin1', from, packed ? at : stream.end));
    from = stream.end;
    at = bytes.indexOf(keyword, stream.end + (endsAt(bytes, stream.end) ? endKeyword.length : 0));
  }
  outside.push(bytes.toString('latin1', from));
  return { streams, outside, cut: at >= 0 };
}

/** Behind the end of the line (ISO 32000-2 §7.3.8.1); programs pass over what else is on it. */
function dataStart(bytes: Buffer, at: number): number | null {
  let end = at;
  if (bytes[end] === space || bytes[end] === tab || bytes[end] === percent)
    while (end - at < maxGapBytes && bytes[end] !== lf && bytes[end] !== cr) end += 1;
  if (bytes[end] === cr) end += 1;
  if (bytes[end] === lf) end += 1;
  return end === at || end > bytes.length ? null : end;
}

function followsDictionary(bytes: Buffer, from: number, at: number): boolean {
  const before = bytes.toString('latin1', Math.max(from, at - maxGapBytes), at).trimEnd();
  if (before.endsWith('>>')) return true;
  // A comment stands between.
  const dictionaryEnd = before.lastIndexOf('>>');
  return dictionaryEnd >= 0 && /^\s*%/.test(before.slice(dictionaryEnd + 2));
}

function streamAt(bytes: Buffer, from: number, at: number, start: number, ends: StreamEnds): PdfStream {
  const before = bytes.toString('latin1', Math.max(from, at - maxDictionaryChars), at);
  const object = before.lastIndexOf('obj');
  const number = /(\d{1,10})\s{1,20}\d{1,5}\s{0,20}$/.exec(before.slice(Math.max(0, object - 60), Math.max(0, object)));
  const dictionary = withoutEscapes(before.slice(object < 0 ? 0 : object + 3));
  return { number: number === null ? null : Number(number[1]), dictionary, start, end: ends.find(start, dictionary) };
}

/** As its dictionary says, and its beginning does not deny. */
function isPacked(data: Buffer, dictionary: string): boolean {
  const [first] = filtersOf(dictionary);
  if (first === 'FlateDecode') return isDeflated(data);
  return first !== undefined || isDeflated(data) || /\/Filter\s*[/[]/.test(dictionary);
}

class StreamEnds {
  readonly #bytes: Buffer;
  #next = -1;
  #lengths: ReadonlyMap<number, number> | null = null;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The declared length where it ends at the right word, since the word may stand in the data; else the next one. */
  find(start: number, dictionary: string): number {
    const [, length, reference] = /\/Length\s+(\d{1,10})(\s+\d{1,5}\s+R)?/.exec(dictionary) ?? [];
    const declared = reference === undefined ? Number(length) : this.#lengthOf(Number(length));
    if (declared !== undefined && endsAt(this.#bytes, start + declared)) return start + declared;
    if (this.#next < start) {
      const next = this.#bytes.indexOf(endKeyword, start);
      this.#next = next < 0 ? this.#bytes.length : next;
    }
    return this.#next;
  }

  #lengthOf(number: number): number | undefined {
    this.#lengths ??= new Map(
      [...this.#bytes.toString('latin1').matchAll(/(?<!\d)(\d{1,10})\s{1,9}\d{1,5}\s{1,9}obj\s{0,9}(\d{1,10})\s/g)].map(
        ([, object, value]) => [Number(object), Number(value)],
      ),
    );
    return this.#lengths.get(number);
  }
}

/** Line endings before the word belong to neither. */
function endsAt(bytes: Buffer, at: number): boolean {
  if (!(at <= bytes.length)) return false;
  let word = at;
  while (word - at < 3 && (bytes[word] === cr || bytes[word] === lf || bytes[word] === space)) word += 1;
  return bytes.toString('latin1', word, word + endKeyword.length) === endKeyword;
}
