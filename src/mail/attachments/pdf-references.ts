import type { PdfStream } from './pdf-streams.js';
import { escapable, gap, stringAt, withoutEscapes } from './pdf-strings.js';

export interface PdfTargets {
  /** Values of keys that name a target (ISO 32000-2 §12.6.4): of link annotations, and of actions no annotation has. */
  readonly targets: readonly string[];
  /** JavaScript as it stands; never run. */
  readonly scripts: readonly string[];
  /** Streams that hold JavaScript. */
  readonly scriptStreams: readonly PdfStream[];
  readonly files: readonly EmbeddedStream[];
  /** There are more than were taken. */
  readonly cut: boolean;
}

export interface EmbeddedStream {
  readonly name: string | null;
  readonly stream: PdfStream;
}

/** Objects by their text: those that stand in the file, and those in object streams. */
export interface PdfText {
  readonly text: string;
  /** Where objects begin, of an object stream; those of others begin with their number. */
  readonly places: readonly (readonly [number: number, at: number])[] | null;
}

const maxFound = 5000;
/** References to references. */
const maxRounds = 3;
/** Around the reference to an embedded file, its name stands. */
const specificationChars = 1000;

type Wanted = 'target' | 'script';

/** What leads out of a PDF or runs in it, whichever objects it is spread over. Linear in the texts. */
export function pdfTargets(texts: readonly PdfText[], streams: readonly PdfStream[]): PdfTargets {
  const collector = new TargetCollector();
  for (const { text } of texts) collector.search(text);
  for (let round = 0; round < maxRounds && collector.hasMore(); round++) collector.resolve(texts);
  const { cut } = collector;
  const [targets, scripts] = [[...new Set(collector.targets)], [...new Set(collector.scripts)]];
  const byNumber = new Map(streams.map((stream) => [stream.number, stream]));
  const scriptStreams = streamsOf(collector.scriptNumbers, byNumber);
  const files = new Map<PdfStream, string | null>();
  for (const stream of streams) if (/\/EmbeddedFile\b/.test(stream.dictionary)) files.set(stream, null);
  for (const [number, name] of collector.files) {
    const stream = byNumber.get(number);
    if (stream !== undefined) files.set(stream, files.get(stream) ?? name);
  }
  return { targets, scripts, scriptStreams, files: [...files].map(([stream, name]) => ({ name, stream })), cut };
}

function streamsOf(numbers: Iterable<number>, byNumber: ReadonlyMap<number | null, PdfStream>): readonly PdfStream[] {
  return [...numbers].flatMap((number) => byNumber.get(number) ?? []);
}

/** The objects of an object stream (ISO 32000-2 §7.5.7): numbers and places come first. */
export function objectStreamText(text: string, dictionary: string): PdfText {
  const first = Number(/\/First\s+(\d{1,9})/.exec(withoutEscapes(dictionary))?.[1] ?? 0);
  const numbers = (text.slice(0, first).match(/\d{1,10}/g) ?? []).map(Number);
  const places: [number, number][] = [];
  for (let at = 0; at + 1 < numbers.length; at += 2) places.push([numbers[at] ?? 0, first + (numbers[at + 1] ?? 0)]);
  return { text, places };
}

/** The last one: of a program that is started (§12.6.4.6). */
const keys = ['URI', 'UF', 'F', 'URL', 'JS', 'P'].map(escapable).join('|');
const valueStart = `/(${keys})(?![\\w#])${gap}(?:(?=[(<])|(\\d{1,10})\\s{1,9}\\d{1,5}\\s{1,9}R\\b)`;
/** A form of its own (ISO 32000-1 §12.7.8): XML with scripts. */
const formStart = `/${escapable('XFA')}(?![\\w#])${gap}`;
const fileStart = `/${escapable('EF')}(?![\\w#])${gap}<<`;
const reference = /(\d{1,10})\s{1,9}\d{1,5}\s{1,9}R\b/g;
const maxListChars = 4000;
/** Of strings in objects of their own: one object may be told of often. */
const maxStringChars = 8 * 1024 * 1024;

class TargetCollector {
  readonly targets: string[] = [];
  readonly scripts: string[] = [];
  readonly scriptNumbers = new Set<number>();
  readonly files = new Map<number, string | null>();
  cut = false;
  readonly #seen = new Set<number>();
  #wanted = new Map<number, Wanted>();
  #leftChars = maxStringChars;

  search(text: string): void {
    this.#searchValues(text);
    for (const { numbers } of referencesBehind(formStart, ']', text)) {
      for (const number of numbers) this.#want(number, 'script');
    }
    for (const { at, numbers } of referencesBehind(fileStart, '>', text)) {
      for (const number of numbers) {
        if (this.files.has(number)) continue;
        if (this.files.size < maxFound) this.files.set(number, specifiedName(text, at));
        else this.cut = true;
      }
    }
  }

  #searchValues(text: string): void {
    const value = new RegExp(valueStart, 'g');
    for (let match = value.exec(text); match !== null; match = value.exec(text)) {
      const kind = /^(?:[JP]|#4a|#50)/i.test(match[1] ?? '') ? 'script' : 'target';
      if (match[2] !== undefined) {
        // Pages name what they are part of by this key.
        if (!/^(?:P|#50)$/i.test(match[1] ?? '')) this.#want(Number(match[2]), kind);
        continue;
      }
      const string = stringAt(text, value.lastIndex);
      if (string === null) continue;
      value.lastIndex = string.end;
      if (!this.#add(string.value, kind)) return;
    }
  }

  hasMore(): boolean {
    return this.#wanted.size > 0;
  }

  /** Finds the objects that are wanted, each wherever it stands: a later one takes the place of an earlier. */
  resolve(texts: readonly PdfText[]): void {
    const wanted = this.#wanted;
    this.#wanted = new Map();
    for (const { text, places } of texts) {
      if (places === null) {
        for (const match of text.matchAll(objectStart)) {
          const kind = wanted.get(Number(match[1]));
          if (kind !== undefined) this.#take(text, match.index + match[0].length, kind);
        }
      } else {
        for (const [number, at] of places) {
          const kind = wanted.get(number);
          if (kind !== undefined) this.#take(text, at, kind);
        }
      }
    }
  }

  #take(text: string, at: number, kind: Wanted): void {
    const space = valueGap.exec(text.slice(at, at + maxGapChars))?.[0] ?? '';
    const string = this.#leftChars > 0 ? stringAt(text, at + space.length) : null;
    if (string !== null) this.#add(string.value, kind);
    this.#leftChars -= string === null ? 1 : string.end - at;
    if (this.#leftChars <= 0) this.cut = true;
    const [, number] =
      /^(\d{1,10})\s{1,9}\d{1,5}\s{1,9}R\b/.exec(text.slice(at + space.length, at + space.length + 40)) ?? [];
    if (number !== undefined) this.#want(Number(number), kind);
  }

  #want(number: number, kind: Wanted): void {
    if (kind === 'script') this.scriptNumbers.add(number);
    if (this.#seen.has(number)) return;
    if (this.#seen.size >= maxFound) this.cut = true;
    else {
      this.#seen.add(number);
      this.#wanted.set(number, kind);
    }
  }

  /** @returns whether there is room for more */
  #add(value: string, kind: Wanted): boolean {
    if (this.targets.length + this.scripts.length >= maxFound) {
      this.cut = true;
      return false;
    }
    (kind === 'script' ? this.scripts : this.targets).push(value);
    return true;
  }
}

/** What is listed behind a key, up to the sign that ends the list. No part of the text is read twice. */
function* referencesBehind(key: string, close: string, text: string): Generator<{ at: number; numbers: number[] }> {
  const start = new RegExp(key, 'g');
  for (let match = start.exec(text); match !== null; match = start.exec(text)) {
    const list = text.slice(start.lastIndex, start.lastIndex + maxListChars);
    const single = /^\d{1,10}\s{1,9}\d{1,5}\s{1,9}R\b/.exec(list)?.[0];
    const end = list.indexOf(close);
    const listed = single ?? (end < 0 ? list : list.slice(0, end));
    yield { at: match.index, numbers: [...listed.matchAll(reference)].map(([, number]) => Number(number)) };
    start.lastIndex += listed.length;
  }
}

const objectStart = /(?<!\d)(\d{1,10})[\s\0]{1,9}\d{1,5}[\s\0]{1,9}obj/g;
const maxGapChars = 300;
const valueGap = new RegExp(`^${gap}`);

/** The nearest name before or behind it, within the same object. */
function specifiedName(text: string, at: number): string | null {
  const before = text.slice(Math.max(0, at - specificationChars), at);
  const behind = text.slice(at + 3, at + specificationChars);
  const own = before.slice(Math.max(0, before.lastIndexOf(' obj')));
  const rest = behind.slice(behind.indexOf('>>') + 2).split('endobj', 1)[0] ?? '';
  const name = new RegExp(`/(?:${escapable('UF')}|${escapable('F')})(?![\\w#])${gap}(?=[(<])`, 'g');
  const last = [...own.matchAll(name)].at(-1);
  if (last !== undefined) return stringAt(own, last.index + last[0].length)?.value ?? null;
  const first = name.exec(rest);
  return first === null ? null : (stringAt(rest, first.index + first[0].length)?.value ?? null);
}
