import type { PartSink } from './part-sink.js';

export interface Multipart {
  readonly kind: 'multipart';
  readonly contentType: string;
  /** Its part number; '' where it is the mail itself. */
  readonly part: string;
  /** How many parts of it have begun. */
  parts: number;
  /** Of relative links in its parts that have no other. */
  readonly base: string | null;
  /** The declared ones, then any that was guessed. */
  readonly boundaries: string[];
  /** A boundary line of it was met. */
  seen: boolean;
  /** Takes all its bytes, where it may be something else to some programs. */
  readonly sink: PartSink | null;
  /** Bytes of the mail up to here were given to the sink. */
  taken: number;
}

export interface AttachedMessage {
  readonly kind: 'message';
  /** Its part number; '' for the mail itself. */
  readonly part: string;
  /** Takes all its bytes. */
  readonly sink: PartSink;
  /** As of a multipart. */
  taken: number;
}

/** A multipart or an attached message whose end has not been met. */
export type Container = Multipart | AttachedMessage;

export interface Delimiter {
  /** Which container it belongs to, counted from the outermost. */
  readonly index: number;
  /** It ends with `--`: the multipart's last (RFC 2046 §5.1.1). */
  readonly closes: boolean;
}

/** RFC 2046 §5.1.1 allows 70 characters; some senders use more. */
const maxBoundaryLine = 1000;

/** The containers around the byte at hand, the innermost last. */
export class OpenContainers {
  readonly #open: Container[] = [];
  readonly #prefix: string;
  #block: Buffer = Buffer.alloc(0);
  #blockOffset = 0;

  /** @param prefix what the part numbers of the message begin with: '' for the mail itself */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  get depth(): number {
    return this.#open.length;
  }

  get top(): Container | undefined {
    return this.#open.at(-1);
  }

  /** Attached messages among them. */
  get messages(): number {
    return this.#open.filter(({ kind }) => kind === 'message').length;
  }

  push(container: Container): void {
    this.#open.push(container);
  }

  /** Blanks after the boundary are legal padding (RFC 2046 §5.1.1). */
  match(line: Buffer): Delimiter | null {
    if (!startsWithDashes(line) || line.length > maxBoundaryLine) return null;
    const text = boundaryText(line);
    for (let index = this.#open.length - 1; index >= 0; index--) {
      const container = this.#open[index];
      if (container?.kind !== 'multipart') continue;
      if (container.boundaries.includes(text)) return { index, closes: false };
      if (text.endsWith('--') && container.boundaries.includes(text.slice(0, -2))) return { index, closes: true };
    }
    return null;
  }

  /** Whether the line may be a boundary that the innermost multipart did not declare. */
  mayGuess(line: Buffer): boolean {
    const top = this.#open.at(-1);
    return top?.kind === 'multipart' && !top.seen && startsWithDashes(line) && line.length <= maxBoundaryLine;
  }

  /** The declared boundary stays in force: a false one in the preamble must not hide the parts. */
  adoptGuess(line: Buffer): void {
    const top = this.#open.at(-1);
    if (top?.kind === 'multipart') top.boundaries.push(boundaryText(line));
  }

  /** Ends every container inside the delimiter's. That one stays open: some mail has parts behind its last boundary. */
  enterAt(delimiter: Delimiter, atByte: number): void {
    this.leave(delimiter.index + 1, atByte, true);
    const container = this.#open[delimiter.index];
    if (container?.kind === 'multipart') container.seen = true;
  }

  /** @param beforeDelimiter as `PartSink.close` has it */
  leave(depth: number, atByte: number, beforeDelimiter: boolean): void {
    this.#feed(depth, atByte);
    for (const container of this.#open.splice(depth)) {
      container.sink?.close(beforeDelimiter);
    }
  }

  /** The number of the part that begins (RFC 9051 §6.4.5): a message's own multipart has none beside the message's. */
  numberPart(multipart: boolean): string {
    const top = this.#open.at(-1);
    if (top?.kind === 'multipart') {
      top.parts += 1;
      return partNumber(top.part, top.parts);
    }
    const around = top?.part ?? this.#prefix;
    return multipart ? around : partNumber(around, 1);
  }

  /** @param bytes those at hand: attached messages take theirs from them as they end, and at `endBlock` */
  startBlock(bytes: Buffer, offset: number): void {
    this.#block = bytes;
    this.#blockOffset = offset;
  }

  endBlock(): void {
    this.#feed(0, this.#blockOffset + this.#block.length);
  }

  #feed(depth: number, upTo: number): void {
    for (let index = depth; index < this.#open.length; index++) {
      const container = this.#open[index];
      if (container === undefined || container.sink === null || upTo <= container.taken) continue;
      const from = Math.max(0, container.taken - this.#blockOffset);
      container.sink.take(this.#block.subarray(from, upTo - this.#blockOffset));
      container.taken = upTo;
    }
  }
}

/** Parts of a message in a file: `2/order.eml!1`. */
function partNumber(around: string, number: number): string {
  if (around === '') return String(number);
  return `${around}${around.endsWith('!') ? '' : '.'}${number}`;
}

function startsWithDashes(line: Buffer): boolean {
  return line[0] === 0x2d && line[1] === 0x2d;
}

function boundaryText(line: Buffer): string {
  return line.toString('latin1', 2).trimEnd();
}
