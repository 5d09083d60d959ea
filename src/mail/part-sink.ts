import type { HeaderField } from './headers.js';

/** A part whose content is searched. Its bytes are still in their transfer encoding and character set. */
export interface TextPart {
  /** `message`: an attached message in base64 or quoted-printable. `undecoded`: bytes whose structure was not read. */
  readonly kind: 'text' | 'html' | 'message' | 'undecoded';
  readonly raw: Buffer;
  readonly encoding: string;
  readonly charset: string | null;
  /** format=flowed with DelSp=yes (RFC 3676 §4.1): a blank at the end of a line is not part of the text. */
  readonly deleteSpace: boolean;
  /** Containers around it. */
  readonly depth: number;
}

export interface AttachmentPart {
  readonly headers: readonly HeaderField[];
  readonly contentType: string;
  readonly sizeBytes: number;
}

/** Takes the bytes of one leaf part as they pass. */
export interface PartSink {
  /** @param bytes whole lines; only valid during the call */
  take(bytes: Buffer): void;
  /** @param beforeDelimiter the last line ending belongs to the boundary line that ended the part (RFC 2046 §5.1.1) */
  close(beforeDelimiter: boolean): void;
}

/** Bytes of text kept of one message, shared by all its parts. */
export interface TextBudget {
  leftBytes: number;
  exceeded: boolean;
}

export function keepText(budget: TextBudget, done: (raw: Buffer) => void): PartSink {
  const kept: Buffer[] = [];
  return {
    take(bytes) {
      const length = Math.min(bytes.length, budget.leftBytes);
      if (length < bytes.length) budget.exceeded = true;
      budget.leftBytes -= length;
      if (length > 0) kept.push(Buffer.from(bytes.subarray(0, length)));
    },
    close: () => done(kept.length === 1 && kept[0] !== undefined ? kept[0] : Buffer.concat(kept)),
  };
}

/** Counts the decoded bytes of an attachment without keeping any: an archive in it is never unpacked. */
export function countBytes(encoding: string, done: (sizeBytes: number) => void): PartSink {
  let size = 0;
  let lineEnding = 0;
  return {
    take(bytes) {
      if (encoding === 'base64') size += base64Characters(bytes);
      else size += bytes.length - (encoding === 'quoted-printable' ? quotedPrintableExcess(bytes) : 0);
      lineEnding = bytes.at(-1) !== 0x0a ? 0 : bytes.at(-2) === 0x0d ? 2 : 1;
    },
    close(beforeDelimiter) {
      if (encoding === 'base64') done(Math.floor((size * 3) / 4));
      else done(Math.max(0, size - (beforeDelimiter ? lineEnding : 0)));
    },
  };
}

function base64Characters(bytes: Buffer): number {
  let blanks = 0;
  for (const byte of bytes) if (byte <= 0x20 || byte === 0x3d) blanks++;
  return bytes.length - blanks;
}

/** `=41` stands for one byte, a soft line break for none. Bytes are whole lines, so neither is ever cut in two. */
function quotedPrintableExcess(bytes: Buffer): number {
  let excess = 0;
  for (let at = bytes.indexOf(0x3d); at >= 0; at = bytes.indexOf(0x3d, at + 1))
    excess += bytes[at + 1] === 0x0d ? 3 : 2;
  return excess;
}
