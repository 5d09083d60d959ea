const maxBytes = 256 * 1024;

/** The first bytes of a message, kept for where nothing is made out of them. */
export class Beginning {
  #pieces: Buffer[] = [];
  #left = maxBytes;

  /** @param stays false: the chunk's memory will be used again */
  add(chunk: Buffer, stays: boolean): void {
    if (this.#left === 0) return;
    const piece = chunk.subarray(0, this.#left);
    this.#left -= piece.length;
    this.#pieces.push(stays ? piece : Buffer.from(piece));
  }

  /** A character for each byte: URLs are ASCII wherever they are. UTF-16 shows by its zeros, which are left out. */
  text(): string {
    return Buffer.concat(this.#pieces).toString('latin1').replaceAll('\0', '');
  }
}
