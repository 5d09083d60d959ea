/** A longer line is taken in pieces: it is neither boundary nor header. */
const maxLineBytes = 64 * 1024;
const lf = 0x0a;
const cr = 0x0d;

export interface TakenLines {
  /** Each of whole lines. */
  readonly lines: readonly Buffer[];
  /** Of a line that is too long to wait for its end; behind the others. */
  readonly piece: Buffer | null;
}

/** Cuts what comes in chunks behind its line endings. */
export class WholeLines {
  /** Bytes after the last line ending. */
  #carry: Buffer = Buffer.alloc(0);

  take(chunk: Buffer): TakenLines {
    const bytes = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk]);
    const end = bytes.lastIndexOf(lf) + 1;
    const rest = bytes.subarray(end);
    // Where carriage returns alone end lines, there may be no line feed for long.
    const behindCr = rest.length > maxLineBytes ? rest.lastIndexOf(cr, -2) + 1 : 0;
    const left = rest.subarray(behindCr);
    const tooLong = left.length > maxLineBytes;
    this.#carry = tooLong ? Buffer.alloc(0) : Buffer.from(left);
    const lines = [bytes.subarray(0, end), rest.subarray(0, behindCr)].filter(({ length }) => length > 0);
    return { lines, piece: tooLong ? left : null };
  }

  /** The last line, where it has no ending. */
  end(): Buffer {
    return this.#carry;
  }
}
