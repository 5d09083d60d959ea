import type { FindingCode } from '../../indicators/findings.js';
import type { AttachmentInfo, UrlKind } from '../../indicators/types.js';
import type { AttachmentPart, TextPart } from '../part-sink.js';
import type { CodePieces } from '../qr/code-pieces.js';
import type { KeptBudget } from './attachment-sink.js';
import type { FileKind } from './file-kind.js';

/** A file that waits to be looked into. */
export interface AttachedFile {
  readonly kind: FileKind;
  readonly name: string | null;
  /** Where it stands: `1.3`, `1.3/feed.zip!inner.pdf`. */
  readonly part: string;
  /** What the paths of files in it begin with: `1.3/feed.zip`, `1.3/feed.zip!inner.zip`. */
  readonly path: string;
  /** As declared, in lower case; '' for a file found in another. */
  readonly contentType: string;
  readonly bytes: Buffer;
  readonly charset: string | null;
  /** Archives around it. */
  readonly archives: number;
  /** Multiparts and messages around it. */
  readonly depth: number;
  /** As of `AttachmentPart`, also where what holds it is. */
  readonly doubtful?: true | undefined;
}

/** What finding codes in the images of one mail may cost, those drawn and those in PDFs too. */
export interface CodeBudget {
  images: number;
  pixels: number;
  leftMs: number;
  /** Hashes of the images that have been read. */
  readonly seen: Set<string>;
  /** Images without a code, which may be pieces of one. */
  readonly pieces: CodePieces;
}

/** What all attachments of one mail may cost together. */
export interface OpeningBudget {
  readonly kept: KeptBudget;
  /** Of archives and of PDFs. */
  unpackedBytes: number;
  /** Files of archives. */
  members: number;
  /** Pages of PDFs whose text is read. */
  pages: number;
  readonly codes: CodeBudget;
}

/** What an opener tells of a file. */
export interface Found {
  readonly budget: OpeningBudget;
  /** False: only what is linear in the file is done with it. */
  readonly thorough: boolean;
  /** Nesting of multiparts and messages. */
  readonly maxDepth: number;
  /** Archives in archives. */
  readonly maxArchives: number;
  readonly nameOf: (headers: AttachmentHeaders) => string | null;
  /** As of `ReaderOptions`. */
  readonly wantsHeader?: ((name: string) => boolean) | undefined;
  /** Text that is searched for URLs at once. */
  text(part: TextPart): void;
  /** The header of a message in the file. */
  readonly message: (part: string, headers: AttachmentHeaders) => void;
  /** An absolute URL. */
  url(url: string, kind: UrlKind, part: string): void;
  /** Attachments of a message in the file. */
  attachments(parts: readonly AttachmentPart[], archives: number): void;
  /** A file within the file, to be named. */
  member(info: AttachmentInfo): void;
  /** A file within the file, to be looked into. */
  file(file: AttachedFile): void;
  finding(code: FindingCode): void;
  /** Half of the mail's time is gone: what is left is for others. */
  overdue(): boolean;
}

type AttachmentHeaders = readonly { readonly name: string; readonly value: string }[];

/** Looks into one kind of file. What it throws counts as a file that cannot be read. */
export type Opener = (file: AttachedFile, found: Found) => void | Promise<void>;
