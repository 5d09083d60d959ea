import { HeaderCollector } from './header-collector.js';
import { type HeaderField, scanHeaders } from './headers.js';
import { BlockSearch, headerLineLength, isBlank, LineEndings, looksLikeHeader } from './line-endings.js';
import { OpenContainers } from './open-containers.js';
import { PartCollector, type ReadParts } from './part-collector.js';
import { describePart } from './part-kind.js';
import { readingsOf } from './part-readings.js';
import type { PartSink } from './part-sink.js';
import { PartStarter } from './part-starter.js';
import type { ReaderOptions } from './reader-options.js';
import { WholeLines } from './whole-lines.js';

export interface ReadMessage extends ReadParts {
  /** Of the message itself, not of its parts; only the fields that are read. */
  readonly headers: readonly HeaderField[];
}

const maxParts = 1000;
const lf = 0x0a;
const cr = 0x0d;
const dash = 0x2d;
const lfDashes = Buffer.from('\n--');
const crDashes = Buffer.from('\r--');

/**
 * Reads the structure of a message from its raw bytes, chunk by chunk, in time linear in them: finds the parts, keeps
 * the bytes of those that hold text, hashes those of attachments and keeps what can be looked into, within limits.
 *
 * It reads what the common parsers miss, since a sender who knows their blind spots would use them: boundary lines
 * with trailing blanks, Content-Type without semicolon, missing closing boundaries, parts after a closing boundary,
 * boundaries that were never declared, any number of parts, headers of any length. Where programs differ in what a part
 * is, it is read as each of them does.
 */
export class MessageReader {
  readonly #options: ReaderOptions;
  readonly #parts: PartCollector;
  readonly #header: HeaderCollector;
  readonly #containers: OpenContainers;
  readonly #starter: PartStarter;
  readonly #lineEndings = new LineEndings();
  readonly #wholeLines = new WholeLines();
  readonly #lineFeeds = new BlockSearch(lf);
  /** Where boundaries may stand. */
  readonly #dashesBehindLf = new BlockSearch(lfDashes);
  readonly #dashesBehindCr = new BlockSearch(crDashes);
  #headers: readonly HeaderField[] | null = null;
  #state: 'header' | 'body' | 'guess' = 'header';
  #partCount = 0;
  #sink: PartSink | null = null;
  /** The line at hand was too long and has been taken in part. */
  #midLine = false;
  /** A line that is taken for a boundary if the next one is the header of a part. */
  #guess: Buffer = Buffer.alloc(0);
  /** Bytes of the message before the buffer at hand. */
  #offset = 0;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#header = new HeaderCollector(options.wantsHeader);
    this.#parts = new PartCollector(options.budget);
    this.#containers = new OpenContainers(options.prefix);
    this.#starter = new PartStarter(options, this.#parts, this.#containers, (inner) => new MessageReader(inner));
  }

  /** @param chunk may be reused by the caller afterwards */
  write(chunk: Buffer): void {
    this.#takeChunk(this.#lineEndings.take(chunk));
  }

  end(): ReadMessage {
    this.#takeChunk(this.#lineEndings.end());
    const last = this.#wholeLines.end();
    if (last.length > 0) this.#takeLines(last);
    if (this.#state === 'guess') this.#sink?.take(this.#guess);
    while (this.#state === 'header') this.#endHeader(this.#offset, null);
    this.#closePart(false);
    this.#containers.leave(0, this.#offset, false);
    if (this.#lineEndings.mixed) this.#parts.findings.add('boundary-guessed');
    return { headers: this.#headers ?? [], ...this.#parts.end() };
  }

  #takeChunk(chunk: Buffer): void {
    const { lines, piece } = this.#wholeLines.take(chunk);
    for (const bytes of lines) this.#takeLines(bytes);
    if (piece === null) return;
    this.#containers.startBlock(piece, this.#offset);
    this.#takePiece(piece);
    this.#containers.endBlock();
    this.#midLine = true;
    this.#offset += piece.length;
  }

  /** @param bytes whole lines; the very last one of a message may lack its ending */
  #takeLines(bytes: Buffer): void {
    this.#containers.startBlock(bytes, this.#offset);
    this.#lineFeeds.start(bytes);
    this.#dashesBehindLf.start(bytes);
    this.#dashesBehindCr.start(bytes);
    let position = 0;
    if (this.#midLine) {
      position = this.#lineEnd(bytes, 0);
      this.#takePiece(bytes.subarray(0, position));
      this.#midLine = false;
    }
    while (position < bytes.length) {
      if (this.#state === 'header') position = this.#takeHeaderLine(bytes, position);
      else if (this.#state === 'guess') this.#settleGuess(bytes, position);
      else position = this.#takeBody(bytes, position);
    }
    this.#containers.endBlock();
    this.#offset += bytes.length;
  }

  /** Part of a line that is too long to mean anything. */
  #takePiece(piece: Buffer): void {
    const isContent = this.#containers.depth > 0 && !this.#midLine && !looksLikeHeader(piece);
    if (this.#state === 'header' && (isContent || this.#header.isOverfull)) {
      this.#parts.findings.add('header-cut');
      this.#endHeader(this.#offset, null);
    }
    if (this.#state === 'header') {
      this.#header.add(piece, !this.#midLine);
      return;
    }
    if (this.#state === 'guess') this.#sink?.take(this.#guess);
    this.#state = 'body';
    this.#sink?.take(piece);
  }

  #takeHeaderLine(bytes: Buffer, position: number): number {
    const inPart = this.#containers.depth > 0;
    const whole = bytes.subarray(position, this.#lineEnd(bytes, position));
    const length = headerLineLength(whole, inPart);
    const line = length === whole.length ? whole : withLineFeed(whole.subarray(0, length));
    const end = position + length;
    if (length === whole.length && isBlank(line)) {
      this.#endHeader(this.#offset + end, line);
      return end;
    }
    if (inPart) {
      const isField = looksLikeHeader(line);
      if (this.#header.isOverfull || (!isField && this.#containers.match(line) !== null)) {
        this.#endHeader(this.#offset + position, null);
        return position;
      }
      // To some programs the header ends at a line that can be no field, to others it goes on.
      if (!isField) this.#header.loosen();
    }
    this.#header.add(line, true);
    return end;
  }

  /** @param blank the empty line that ended it; null where another one did */
  #endHeader(atByte: number, blank: Buffer | null): void {
    const { block, cut, loose } = this.#header.take();
    if (cut) this.#parts.findings.add('header-cut');
    const fields = scanHeaders(loose !== null && blank === null ? loose.before : block);
    const root = this.#headers === null;
    this.#headers ??= fields;
    this.#state = 'body';
    this.#partCount += 1;
    if (this.#partCount > maxParts) {
      this.#parts.findings.add('parts-cut');
      this.#containers.leave(0, atByte, false);
      this.#sink = this.#parts.undecoded(null);
      return;
    }
    const top = this.#containers.top;
    const message = root ? this.#options.prefix : top?.kind === 'message' ? top.part : '';
    if (message !== '') this.#options.onMessage(message, fields);
    const digest = top?.kind === 'multipart' && top.contentType === 'multipart/digest';
    const describe = (some: readonly HeaderField[]) =>
      describePart(some, digest ? 'message/rfc822' : 'text/plain', root);
    const { sink, holdsMessage } = this.#starter.start(fields, readingsOf(describe, fields, loose, blank), atByte);
    this.#sink = sink;
    if (holdsMessage) this.#state = 'header';
  }

  #takeBody(bytes: Buffer, position: number): number {
    if (this.#containers.depth === 0) {
      this.#sink?.take(bytes.subarray(position));
      return bytes.length;
    }
    const candidate = this.#nextDashes(bytes, position);
    if (candidate > position) this.#sink?.take(bytes.subarray(position, candidate));
    if (candidate >= bytes.length) return bytes.length;
    const end = this.#lineEnd(bytes, candidate);
    const line = bytes.subarray(candidate, end);
    if (this.#delimits(line, candidate)) return end;
    // Some programs take a carriage return alone for a line ending.
    const short = line.subarray(0, headerLineLength(line, true));
    if (short.length < line.length && this.#delimits(short, candidate)) return candidate + short.length;
    if (bytes[candidate - 1] === cr || short.length < line.length) {
      this.#sink?.take(short);
      return candidate + short.length;
    }
    if (this.#containers.mayGuess(line)) {
      this.#guess = Buffer.from(line);
      this.#state = 'guess';
    } else this.#sink?.take(line);
    return end;
  }

  /** @returns where the next line begins with two dashes, from the position on; the length where none does */
  #nextDashes(bytes: Buffer, position: number): number {
    if (bytes[position] === dash && bytes[position + 1] === dash) {
      const before = bytes[position - 1];
      if (before === undefined || before === lf || before === cr) return position;
    }
    return Math.min(this.#dashesBehindLf.from(position), this.#dashesBehindCr.from(position)) + 1;
  }

  #delimits(line: Buffer, position: number): boolean {
    const delimiter = this.#containers.match(line);
    if (delimiter === null) return false;
    this.#closePart(true);
    this.#containers.enterAt(delimiter, this.#offset + position);
    this.#state = delimiter.closes ? 'body' : 'header';
    if (delimiter.closes) this.#sink = this.#parts.outside();
    return true;
  }

  #settleGuess(bytes: Buffer, position: number): void {
    this.#state = 'body';
    if (/^content-[a-z-]+[ \t]*:/i.test(bytes.toString('latin1', position, position + 64))) {
      this.#containers.adoptGuess(this.#guess);
      this.#parts.findings.add('boundary-guessed');
      if (this.#delimits(this.#guess, position)) return;
    }
    this.#sink?.take(this.#guess);
  }

  #closePart(beforeDelimiter: boolean): void {
    this.#sink?.close(beforeDelimiter);
    this.#sink = null;
  }

  #lineEnd(bytes: Buffer, position: number): number {
    return Math.min(this.#lineFeeds.from(position) + 1, bytes.length);
  }
}

/** @param line ends with a carriage return, or is made of them */
function withLineFeed(line: Buffer): Buffer {
  if (isBlank(line)) return Buffer.alloc(line.length, lf);
  return Buffer.from(`${line.toString('latin1', 0, line.length - 1)}\n`, 'latin1');
}
