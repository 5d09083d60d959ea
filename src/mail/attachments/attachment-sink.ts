import { createHash, type Hash } from 'node:crypto';
import type { PartSink } from '../part-sink.js';
import { imageFormat } from '../qr/image-header.js';
import { startBytes } from './file-kind.js';
import { type TransferDecoder, transferDecoder } from './transfer-decoder.js';

/** What is known of an attached file once its bytes have passed. */
export interface FileContent {
  /** Decoded. */
  readonly sizeBytes: number;
  /** In hex, of the decoded bytes; null where they were not taken. */
  readonly hashes: FileHashes | null;
  /** The first decoded bytes, `startBytes` at most. */
  readonly start: Buffer;
  /** The decoded bytes where they are to be looked into. */
  readonly kept: Buffer | null;
  /** There were more than were kept. */
  readonly cut: boolean;
}

export const emptyContent: FileContent = {
  sizeBytes: 0,
  hashes: null,
  start: Buffer.alloc(0),
  kept: null,
  cut: false,
};

export interface FileHashes {
  /** Absent where the machine's policy forbids it (FIPS 140). */
  readonly md5?: string;
  readonly sha1?: string;
  readonly sha256: string;
}

/** Bytes of attachments kept of one mail, shared by all of them. */
export interface KeptBudget {
  leftBytes: number;
  /** Of images, so that photographs take no room from what else is attached. */
  readonly images: { leftBytes: number };
}

const maxKeptBytes = 10 * 1024 * 1024;
const maxKeptOfMail = 20 * 1024 * 1024;
const maxImagesOfMail = 16 * 1024 * 1024;

export function keptBudget(): KeptBudget {
  return { leftBytes: maxKeptOfMail, images: { leftBytes: maxImagesOfMail } };
}

export interface AttachmentSinkOptions {
  /** Content-Transfer-Encoding in lower case. */
  readonly encoding: string;
  readonly hashed: boolean;
  readonly budget: KeptBudget;
  /** Whether to keep a file that starts so. */
  readonly wanted: (start: Buffer) => boolean;
}

/** Hashes an attachment as it passes, and keeps its bytes only where they can be looked into and there is room. */
export function attachmentSink(options: AttachmentSinkOptions, done: (content: FileContent) => void): PartSink {
  const decoder = transferDecoder(options.encoding);
  const content = new ContentCollector(options);
  return withoutLastLineEnding(
    decoder,
    (bytes) => content.add(bytes),
    () => done(content.end()),
  );
}

/** The line ending before a boundary belongs to the boundary (RFC 2046 §5.1.1). */
function withoutLastLineEnding(decoder: TransferDecoder, add: (bytes: Buffer) => void, end: () => void): PartSink {
  let held: Buffer = Buffer.alloc(0);
  return {
    take(bytes) {
      let whole = bytes;
      if (held.length === 1 && held[0] === cr) whole = Buffer.concat([held, bytes]);
      else if (held.length > 0) add(decoder.decode(held));
      const length = whole.length - endingLength(whole);
      if (length > 0) add(decoder.decode(whole.subarray(0, length)));
      held = Buffer.from(whole.subarray(length));
    },
    close(beforeDelimiter) {
      if (!beforeDelimiter && held.length > 0) add(decoder.decode(held));
      add(decoder.end());
      end();
    },
  };
}

const cr = 0x0d;
const lf = 0x0a;

function endingLength(bytes: Buffer): number {
  const last = bytes.at(-1);
  if (last === cr) return 1;
  if (last !== lf) return 0;
  return bytes.at(-2) === cr ? 2 : 1;
}

/** Smaller pieces are put together first: a sender may make every line a piece of its own. */
const stageBytes = 8 * 1024;

class ContentCollector {
  readonly #options: AttachmentSinkOptions;
  /** What the bytes that are kept are taken from. */
  #pool: { leftBytes: number };
  readonly #md5: Hash | null;
  readonly #sha1: Hash | null;
  readonly #sha256: Hash | null;
  #stage: Buffer | null = null;
  #stagedBytes = 0;
  /** Grown by doubling. */
  #kept: Buffer = Buffer.alloc(0);
  #keptBytes = 0;
  #takenFromBudget = 0;
  #sizeBytes = 0;
  /** Undecided until enough bytes are there to tell. */
  #wanted: boolean | null = null;
  #cut = false;

  constructor(options: AttachmentSinkOptions) {
    this.#options = options;
    this.#pool = options.budget;
    this.#md5 = options.hashed ? weakHash('md5') : null;
    this.#sha1 = options.hashed ? weakHash('sha1') : null;
    this.#sha256 = options.hashed ? createHash('sha256') : null;
  }

  /** @param bytes only valid during the call */
  add(bytes: Buffer): void {
    this.#sizeBytes += bytes.length;
    if (this.#stagedBytes + bytes.length > stageBytes) this.#flush();
    if (bytes.length > stageBytes / 2) {
      this.#flush();
      this.#process(bytes);
    } else if (bytes.length > 0) {
      this.#stage ??= Buffer.allocUnsafe(stageBytes);
      this.#stagedBytes += bytes.copy(this.#stage, this.#stagedBytes);
    }
  }

  end(): FileContent {
    this.#flush();
    if (this.#wanted === null) this.#decide();
    const kept = this.#kept.subarray(0, this.#keptBytes);
    return {
      sizeBytes: this.#sizeBytes,
      hashes: this.#hashes(),
      start: kept.subarray(0, startBytes),
      kept: this.#wanted === true ? kept : null,
      cut: this.#cut,
    };
  }

  #flush(): void {
    if (this.#stage === null || this.#stagedBytes === 0) return;
    this.#process(this.#stage.subarray(0, this.#stagedBytes));
    this.#stagedBytes = 0;
  }

  #process(bytes: Buffer): void {
    this.#md5?.update(bytes);
    this.#sha1?.update(bytes);
    this.#sha256?.update(bytes);
    let rest = bytes;
    if (this.#wanted === null) {
      rest = bytes.subarray(startBytes - this.#keptBytes);
      this.#keep(bytes.subarray(0, bytes.length - rest.length));
      if (this.#keptBytes >= startBytes) this.#decide();
    }
    if (rest.length > 0 && this.#wanted !== false) this.#keep(rest);
  }

  #keep(bytes: Buffer): void {
    const budget = this.#pool;
    // The first bytes are always had: a file is named for what it is, whatever the budget.
    const beginning = Math.max(0, startBytes - this.#keptBytes);
    const room = Math.max(beginning, Math.min(budget.leftBytes, maxKeptBytes - this.#keptBytes));
    const length = Math.min(bytes.length, room);
    if (length < bytes.length) this.#cut = true;
    const paid = Math.min(length, budget.leftBytes);
    budget.leftBytes -= paid;
    this.#takenFromBudget += paid;
    this.#grow(this.#keptBytes + length);
    this.#keptBytes += bytes.copy(this.#kept, this.#keptBytes, 0, length);
  }

  #grow(neededBytes: number): void {
    if (neededBytes <= this.#kept.length) return;
    const doubled = Math.min(Math.max(this.#kept.length * 2, stageBytes), maxKeptBytes);
    const grown = Buffer.allocUnsafeSlow(Math.max(doubled, neededBytes));
    this.#kept.copy(grown, 0, 0, this.#keptBytes);
    this.#kept = grown;
  }

  #decide(): void {
    const start = this.#kept.subarray(0, Math.min(this.#keptBytes, startBytes));
    this.#wanted = this.#options.wanted(start);
    if (this.#wanted && imageFormat(start) === null) return;
    this.#options.budget.leftBytes += this.#takenFromBudget;
    if (this.#wanted) {
      this.#pool = this.#options.budget.images;
      this.#pool.leftBytes = Math.max(0, this.#pool.leftBytes - this.#keptBytes);
      return;
    }
    this.#kept = Buffer.from(start);
    this.#keptBytes = start.length;
    this.#cut = false;
  }

  #hashes(): FileHashes | null {
    const sha256 = this.#sha256?.digest('hex');
    if (sha256 === undefined) return null;
    const md5 = this.#md5?.digest('hex');
    const sha1 = this.#sha1?.digest('hex');
    return { ...(md5 === undefined ? {} : { md5 }), ...(sha1 === undefined ? {} : { sha1 }), sha256 };
  }
}

function weakHash(name: 'md5' | 'sha1'): Hash | null {
  try {
    return createHash(name);
  } catch {
    return null;
  }
}
