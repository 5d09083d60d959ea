import type { UrlKind } from '../indicators/types.js';
import type { FileContent } from './attachments/attachment-sink.js';
import type { FileKind } from './attachments/file-kind.js';

/** A part whose content is searched. Its bytes are still in their transfer encoding and character set. */
export interface TextPart {
  /** `undecoded`: bytes whose structure was not read. */
  readonly kind: 'text' | 'html' | 'undecoded';
  readonly raw: Buffer;
  readonly encoding: string;
  readonly charset: string | null;
  /** format=flowed with DelSp=yes (RFC 3676 §4.1): a blank at the end of a line is not part of the text. */
  readonly deleteSpace: boolean;
  /** Where it stands: `1.2` (RFC 9051 §6.4.5), `1.3/invoice.zip!page.html`; null where that cannot be said. */
  readonly part: string | null;
  /** What its URLs are, whatever they look like; null for those of a message, which are what they look like. */
  readonly urlKind: UrlKind | null;
  /** With commands that are not shown (RFC 1896 §2): `<bold>`. */
  readonly isEnriched?: boolean;
  /** What its relative links start from, where a header says so (RFC 2557 §5). */
  readonly base?: string | undefined;
}

export interface AttachmentPart {
  readonly fileName: string | null;
  /** As declared, in lower case. */
  readonly contentType: string;
  readonly charset: string | null;
  /** As of a text part. */
  readonly part: string;
  /** Containers around it. */
  readonly depth: number;
  /** What to look into it as. */
  readonly kind: FileKind | null;
  readonly content: FileContent;
  /** Another reading of a part that is named already: only looked into. */
  readonly again?: true;
  /** Found in one of several readings: the others, or what they hold, may be the same bytes. */
  readonly doubtful?: true;
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

/** Gives the same bytes to each. */
export function inTurn(sinks: readonly PartSink[]): PartSink {
  if (sinks.length === 1 && sinks[0] !== undefined) return sinks[0];
  return {
    take(bytes) {
      for (const sink of sinks) sink.take(bytes);
    },
    close(beforeDelimiter) {
      for (const sink of sinks) sink.close(beforeDelimiter);
    },
  };
}

/** So many line endings before a content are no empty lines of somebody who meant one. */
const maxLeadBytes = 4096;

/**
 * @param choose is given the first bytes that are no line endings, once there are any; nothing where there are too many
 *   line endings before them. What is chosen takes those too, in however many pieces they come.
 */
export function chosenByStart(choose: (start: Buffer) => PartSink): PartSink {
  let chosen: PartSink | null = null;
  let lead: Buffer = Buffer.alloc(0);
  return {
    take(bytes) {
      if (chosen !== null) return chosen.take(bytes);
      const all = lead.length === 0 ? bytes : Buffer.concat([lead, bytes]);
      const start = all.subarray(0, maxLeadBytes).findIndex((byte) => byte !== 0x0a && byte !== 0x0d);
      if (start < 0 && all.length < maxLeadBytes) {
        lead = Buffer.from(all);
        return;
      }
      chosen = choose(start < 0 ? Buffer.alloc(0) : all.subarray(start));
      chosen.take(all);
    },
    close(beforeDelimiter) {
      if (chosen === null) {
        chosen = choose(Buffer.alloc(0));
        chosen.take(lead);
      }
      chosen.close(beforeDelimiter);
    },
  };
}
