import type { FindingCode } from '../indicators/findings.js';
import { HeaderCollector } from './header-collector.js';
import { type HeaderField, scanHeaders } from './headers.js';
import { OpenContainers } from './open-containers.js';
import { describePart, type PartDescription } from './part-kind.js';
import {
  type AttachmentPart,
  countBytes,
  keepText,
  type PartSink,
  type TextBudget,
  type TextPart,
} from './part-sink.js';

export interface ReadMessage {
  /** Of the message itself, not of its parts; only the fields that are read. */
  readonly headers: readonly HeaderField[];
  /** In order of appearance. */
  readonly texts: readonly TextPart[];
  readonly attachments: readonly AttachmentPart[];
  /** Bytes before the first and after the last part of a multipart, which mail programs do not show. */
  readonly outside: readonly TextPart[];
  readonly findings: ReadonlySet<FindingCode>;
}

const maxParts = 1000;
const maxTextBytes = 16 * 1024 * 1024;
const maxOutsideBytes = 1024 * 1024;
/** A longer line is taken in pieces: it is neither boundary nor header. */
const maxLineBytes = 64 * 1024;
const lf = 0x0a;
const cr = 0x0d;
const dash = 0x2d;

/**
 * Reads the structure of a message from its raw bytes, chunk by chunk, in time linear in them: finds the parts, keeps
 * the bytes of those that hold text, counts those of attachments and keeps nothing of them.
 *
 * It reads what the common parsers miss, since a sender who knows their blind spots would use them: boundary lines
 * with trailing blanks, Content-Type without semicolon, missing closing boundaries, parts after a closing boundary,
 * boundaries that were never declared, any number of parts, headers of any length.
 */
export class MessageReader {
  readonly #maxDepth: number;
  readonly #findings = new Set<FindingCode>();
  readonly #texts: TextPart[] = [];
  readonly #outside: TextPart[] = [];
  readonly #attachments: AttachmentPart[] = [];
  readonly #header = new HeaderCollector();
  readonly #containers = new OpenContainers();
  readonly #textBudget: TextBudget = { leftBytes: maxTextBytes, exceeded: false };
  readonly #outsideBudget: TextBudget = { leftBytes: maxOutsideBytes, exceeded: false };
  #headers: readonly HeaderField[] | null = null;
  #state: 'header' | 'body' | 'guess' = 'header';
  #parts = 0;
  #sink: PartSink | null = null;
  /** Bytes after the last line ending. */
  #carry: Buffer = Buffer.alloc(0);
  /** The line at hand was too long and has been taken in part. */
  #midLine = false;
  /** A line that is taken for a boundary if the next one is the header of a part. */
  #guess: Buffer = Buffer.alloc(0);
  /** Bytes of the message before the buffer at hand. */
  #offset = 0;

  /** @param maxDepth nesting of multiparts and messages */
  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth;
  }

  /** @param chunk may be reused by the caller afterwards */
  write(chunk: Buffer): void {
    const bytes = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk]);
    const end = bytes.lastIndexOf(lf) + 1;
    if (end > 0) this.#takeLines(bytes.subarray(0, end));
    const rest = bytes.subarray(end);
    const tooLong = rest.length > maxLineBytes;
    this.#carry = tooLong ? Buffer.alloc(0) : Buffer.from(rest);
    if (!tooLong) return;
    this.#takePiece(rest);
    this.#midLine = true;
    this.#offset += rest.length;
  }

  end(): ReadMessage {
    if (this.#carry.length > 0) this.#takeLines(this.#carry);
    if (this.#state === 'guess') this.#sink?.take(this.#guess);
    while (this.#state === 'header') this.#endHeader(this.#offset);
    this.#closePart(false);
    this.#containers.leave(0, this.#offset);
    if (this.#textBudget.exceeded) this.#findings.add('text-cut');
    return {
      headers: this.#headers ?? [],
      texts: this.#texts,
      attachments: this.#attachments,
      outside: this.#outside,
      findings: this.#findings,
    };
  }

  /** @param bytes whole lines; the very last one of a message may lack its ending */
  #takeLines(bytes: Buffer): void {
    let position = 0;
    if (this.#midLine) {
      position = lineEnd(bytes, 0);
      this.#takePiece(bytes.subarray(0, position));
      this.#midLine = false;
    }
    while (position < bytes.length) {
      if (this.#state === 'header') position = this.#takeHeaderLine(bytes, position);
      else if (this.#state === 'guess') this.#settleGuess(bytes, position);
      else position = this.#takeBody(bytes, position);
    }
    this.#offset += bytes.length;
  }

  /** Part of a line that is too long to mean anything. */
  #takePiece(piece: Buffer): void {
    if (this.#state === 'header') {
      this.#header.add(piece, !this.#midLine);
      return;
    }
    if (this.#state === 'guess') this.#sink?.take(this.#guess);
    this.#state = 'body';
    this.#sink?.take(piece);
  }

  #takeHeaderLine(bytes: Buffer, position: number): number {
    const end = lineEnd(bytes, position);
    const line = bytes.subarray(position, end);
    if (isBlank(line)) {
      this.#endHeader(this.#offset + end);
      return end;
    }
    // Inside a container, a line that can be no header ends the header: a boundary at once, or text with no empty
    // line before it. It is looked at again as what follows the header.
    if (this.#containers.depth > 0 && !looksLikeHeader(line)) {
      this.#endHeader(this.#offset + position);
      return position;
    }
    this.#header.add(line, true);
    return end;
  }

  #endHeader(atByte: number): void {
    const { block, cut } = this.#header.take();
    if (cut) this.#findings.add('header-cut');
    const fields = scanHeaders(block);
    const root = this.#headers === null;
    this.#headers ??= fields;
    this.#state = 'body';
    this.#parts += 1;
    if (this.#parts > maxParts) {
      this.#findings.add('parts-cut');
      this.#containers.leave(0, atByte);
      this.#sink = this.#keepText('undecoded');
      return;
    }
    const top = this.#containers.top;
    const digest = top?.kind === 'multipart' && top.contentType === 'multipart/digest';
    this.#startPart(fields, describePart(fields, digest ? 'message/rfc822' : 'text/plain', root), atByte);
  }

  #startPart(fields: readonly HeaderField[], part: PartDescription, atByte: number): void {
    const encoded = part.encoding === 'base64' || part.encoding === 'quoted-printable';
    const nests = part.kind === 'multipart' || (part.kind === 'message' && !encoded);
    if (nests && this.#containers.depth >= this.#maxDepth) {
      this.#findings.add('depth-cut');
      this.#sink = this.#keepText('undecoded');
    } else if (part.kind === 'multipart') {
      const boundaries = part.boundary === null ? [] : [part.boundary];
      this.#containers.push({ kind: 'multipart', contentType: part.contentType, boundaries, seen: false });
      this.#sink = this.#keepOutside();
    } else if (part.kind === 'message' && encoded) {
      const done = this.#addAttachment(fields, part);
      this.#sink = this.#keepText('message', part, (raw) => done(raw.length));
    } else if (part.kind === 'message') {
      this.#containers.push({ kind: 'message', startByte: atByte, done: this.#addAttachment(fields, part) });
      this.#state = 'header';
    } else if (part.kind === 'attachment') {
      this.#sink = countBytes(part.encoding, this.#addAttachment(fields, part));
    } else {
      this.#sink = this.#keepText(part.kind, part);
    }
  }

  #takeBody(bytes: Buffer, position: number): number {
    const atStart = bytes[position] === dash && bytes[position + 1] === dash;
    const candidate = atStart ? position : bytes.indexOf('\n--', position) + 1;
    if (this.#containers.depth === 0 || (!atStart && candidate === 0)) {
      this.#sink?.take(bytes.subarray(position));
      return bytes.length;
    }
    if (candidate > position) this.#sink?.take(bytes.subarray(position, candidate));
    const end = lineEnd(bytes, candidate);
    const line = bytes.subarray(candidate, end);
    if (this.#delimits(line, candidate)) return end;
    if (this.#containers.mayGuess(line)) {
      this.#guess = Buffer.from(line);
      this.#state = 'guess';
    } else this.#sink?.take(line);
    return end;
  }

  #delimits(line: Buffer, position: number): boolean {
    const delimiter = this.#containers.match(line);
    if (delimiter === null) return false;
    this.#closePart(true);
    this.#containers.enterAt(delimiter, this.#offset + position);
    this.#state = delimiter.closes ? 'body' : 'header';
    if (delimiter.closes) this.#sink = this.#keepOutside();
    return true;
  }

  #settleGuess(bytes: Buffer, position: number): void {
    this.#state = 'body';
    if (/^content-[a-z-]+[ \t]*:/i.test(bytes.toString('latin1', position, position + 64))) {
      this.#containers.adoptGuess(this.#guess);
      this.#findings.add('boundary-guessed');
      if (this.#delimits(this.#guess, position)) return;
    }
    this.#sink?.take(this.#guess);
  }

  #addAttachment(headers: readonly HeaderField[], { contentType }: PartDescription): (sizeBytes: number) => void {
    const index = this.#attachments.push({ headers, contentType, sizeBytes: 0 }) - 1;
    return (sizeBytes) => {
      this.#attachments[index] = { headers, contentType, sizeBytes };
    };
  }

  #keepText(kind: TextPart['kind'], part?: PartDescription, done?: (raw: Buffer) => void): PartSink {
    const depth = this.#containers.depth;
    return keepText(this.#textBudget, (raw) => {
      this.#texts.push(textPart(kind, raw, depth, part));
      done?.(raw);
    });
  }

  #keepOutside(): PartSink {
    const depth = this.#containers.depth;
    return keepText(this.#outsideBudget, (raw) => {
      if (raw.length > 0) this.#outside.push(textPart('undecoded', raw, depth));
    });
  }

  #closePart(beforeDelimiter: boolean): void {
    this.#sink?.close(beforeDelimiter);
    this.#sink = null;
  }
}

function textPart(kind: TextPart['kind'], raw: Buffer, depth: number, part?: PartDescription): TextPart {
  const { encoding = '', charset = null, deleteSpace = false } = part ?? {};
  return { kind, raw, encoding, charset, deleteSpace, depth };
}

function lineEnd(bytes: Buffer, position: number): number {
  const end = bytes.indexOf(lf, position);
  return end < 0 ? bytes.length : end + 1;
}

function isBlank(line: Buffer): boolean {
  return line[0] === lf || (line[0] === cr && (line[1] === lf || line.length === 1));
}

function looksLikeHeader(line: Buffer): boolean {
  if (line[0] === 0x20 || line[0] === 0x09) return true;
  return line[0] !== dash && /^[!-9;-~]{1,100}[ \t]*:/.test(line.toString('latin1', 0, 120));
}
