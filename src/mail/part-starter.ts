import { decodeTransfer } from './decode-transfer.js';
import type { HeaderField } from './headers.js';
import type { Multipart, OpenContainers } from './open-containers.js';
import type { PartCollector, PartPlace, ReadParts } from './part-collector.js';
import { isEncoded, type PartDescription } from './part-kind.js';
import { nests, type Reading } from './part-readings.js';
import { inTurn, type PartSink } from './part-sink.js';
import type { ReaderOptions } from './reader-options.js';

/** Attached messages within attached messages: each hash of each goes over the same bytes once more. */
const maxHashedMessages = 3;

export interface StartedPart {
  /** Takes what follows. */
  readonly sink: PartSink | null;
  /** What follows is the header of a message. */
  readonly holdsMessage: boolean;
}

/** Reads what was decoded as a whole. */
type InnerReader = (options: ReaderOptions) => { write(chunk: Buffer): void; end(): ReadParts };

/** Decides what becomes of a part once its header has been read: of each of its readings, where there are several. */
export class PartStarter {
  readonly #options: ReaderOptions;
  readonly #parts: PartCollector;
  readonly #containers: OpenContainers;
  readonly #readInner: InnerReader;

  constructor(options: ReaderOptions, parts: PartCollector, containers: OpenContainers, readInner: InnerReader) {
    this.#options = options;
    this.#parts = parts;
    this.#containers = containers;
    this.#readInner = readInner;
  }

  /** @param atByte of the message: where the content begins */
  start(fields: readonly HeaderField[], readings: readonly Reading[], atByte: number): StartedPart {
    const nesting = readings.find(({ part }) => nests(part))?.part;
    const number = this.#containers.numberPart(nesting?.kind === 'multipart');
    const depth = this.#containers.depth;
    const top = this.#containers.top;
    const base = (top?.kind === 'multipart' ? top.base : null) ?? null;
    const place: PartPlace = { number, depth, base };
    const leaves = readings.filter(({ part }) => !nests(part));
    // A mail that is a multipart has no number itself, and as a text it has one.
    const leafPlace = number === '' ? { ...place, number: '1' } : place;
    const sinks = leaves.map((reading) => this.#leafSink(fields, reading, leafPlace, readings.length > 1));
    if (nesting === undefined) return { sink: inTurn(sinks), holdsMessage: false };
    if (depth >= this.#options.maxDepth) {
      this.#parts.findings.add('depth-cut');
      return { sink: inTurn([this.#parts.undecoded(number), ...sinks]), holdsMessage: false };
    }
    if (nesting.kind === 'multipart') {
      this.#startMultipart(nesting, readings, place, sinks, atByte);
      return { sink: this.#parts.outside(), holdsMessage: false };
    }
    // Its parts are read as they come; here it is only hashed.
    const hashed = this.#containers.messages < maxHashedMessages;
    const sink = this.#parts.message(nesting, place, this.#options.nameOf(fields), hashed);
    this.#containers.push({ kind: 'message', part: number, sink: inTurn([sink, ...sinks]), taken: atByte });
    return { sink: null, holdsMessage: true };
  }

  #startMultipart(
    part: PartDescription,
    readings: readonly Reading[],
    place: PartPlace,
    sinks: readonly PartSink[],
    atByte: number,
  ): void {
    const boundaries = readings.flatMap(({ part: { boundary } }) => (boundary === null ? [] : [boundary]));
    const declared = boundaries.length;
    // It may be that none was met but by a guess.
    const isWithoutParts = () => !container.seen || container.boundaries.length > declared;
    const all = isEncoded(part) ? [...sinks, this.#encodedMultipart(part, place, isWithoutParts)] : sinks;
    const container: Multipart = {
      kind: 'multipart',
      contentType: part.contentType,
      part: place.number,
      parts: 0,
      base: part.base ?? place.base,
      boundaries,
      seen: false,
      sink: all.length === 0 ? null : inTurn(all),
      taken: atByte,
    };
    this.#containers.push(container);
  }

  #leafSink(fields: readonly HeaderField[], { part, lead }: Reading, place: PartPlace, doubtful: boolean): PartSink {
    const isText = part.kind === 'text' || part.kind === 'html';
    const fileName = isText ? null : this.#options.nameOf(fields);
    const sink = this.#parts.leaf(part, place, fileName, doubtful);
    if (lead.length > 0) sink.take(lead);
    return sink;
  }

  /** A multipart that is encoded as a whole: not legal (RFC 2045 §6.4), and some programs read it. */
  #encodedMultipart(part: PartDescription, { number, depth }: PartPlace, isWithoutParts: () => boolean): PartSink {
    const sink = this.#parts.raw((raw) => {
      if (!isWithoutParts()) return;
      const left = this.#options.maxDepth - depth - 1;
      if (left < 0) {
        this.#parts.findings.add('depth-cut');
        return;
      }
      const onMessage: ReaderOptions['onMessage'] = (path, headers) => {
        if (path !== number) this.#options.onMessage(path, headers);
      };
      const reader = this.#readInner({ ...this.#options, maxDepth: left, prefix: number, onMessage });
      const boundary = (part.boundary ?? '').replaceAll(/["\\]/g, '\\$&');
      reader.write(Buffer.from(`Content-Type: ${part.contentType}; boundary="${boundary}"\n\n`, 'latin1'));
      reader.write(decodeTransfer(raw, part.encoding));
      this.#parts.addAll(reader.end(), depth + 1);
    });
    return {
      take: (bytes) => (isWithoutParts() ? sink.take(bytes) : undefined),
      close: (beforeDelimiter) => sink.close(beforeDelimiter),
    };
  }
}
