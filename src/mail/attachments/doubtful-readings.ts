import { createHash } from 'node:crypto';
import type { AttachedFile } from './types.js';

/** What all readings together may be opened of, for each byte of the mail and of what was unpacked of it. */
const readingsOfByte = 4;
/** Of a small mail all that can be read in it. */
const alwaysReadBytes = 256 * 1024;

/**
 * Where a header can be read in two ways a message is found twice, and in each of them the next one twice: beyond all
 * measure within a few lines. And a file may hold all that follows it, which holds the next one: within ten thousand of
 * them the same bytes stand at each depth.
 */
export class DoubtfulReadings {
  readonly #bytesThere: () => number;
  readonly #opened = new Map<string, Pick<AttachedFile, 'depth' | 'archives'>[]>();
  #read = 0;

  /** @param bytesThere those of the mail, and those that were unpacked so far */
  constructor(bytesThere: () => number) {
    this.#bytesThere = bytesThere;
  }

  /**
   * Whether it is one of several readings, and its bytes were opened before under no stricter limits. What only comes
   * twice in a mail is opened twice: each copy has its own place.
   */
  isRepeated({ kind, name, contentType, charset, bytes, depth, archives, doubtful }: AttachedFile): boolean {
    // Of images what was read is remembered anyway.
    if (kind === 'image') return false;
    const key = JSON.stringify([kind, name, contentType, charset, createHash('sha256').update(bytes).digest('base64')]);
    const before = this.#opened.get(key) ?? [];
    if (doubtful === true && before.some((one) => one.depth <= depth && one.archives <= archives)) return true;
    this.#opened.set(key, [...before, { depth, archives }]);
    return false;
  }

  /** Whether it may be opened, since readings of the mail have not come to many times its bytes. */
  take({ bytes, doubtful }: AttachedFile): boolean {
    if (doubtful !== true) return true;
    this.#read += bytes.length;
    return this.#read <= alwaysReadBytes + readingsOfByte * this.#bytesThere();
  }
}
