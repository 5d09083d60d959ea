const lf = 0x0a;
const cr = 0x0d;
const dash = 0x2d;
const nothing = Buffer.alloc(0);
/** A message whose lines end with line feeds has one by here. */
const decidedBytes = 4096;

/**
 * Gives a message whose lines end with carriage returns alone line feeds instead; any other as it is, without a copy.
 * Decided by its beginning, however small the chunks are that it comes in.
 */
export class LineEndings {
  /** It had both, so that programs differ in where its lines end. */
  mixed = false;
  #start: Buffer | null = nothing;
  #converts = false;
  #pendingCr = false;

  /** @returns what can be read on; valid as long as the chunk */
  take(chunk: Buffer): Buffer {
    if (this.#start === null) return this.#converts ? this.#convert(chunk) : chunk;
    const bytes = this.#start.length === 0 ? chunk : Buffer.concat([this.#start, chunk]);
    if (bytes.length < decidedBytes && !bytes.includes(lf)) {
      this.#start = Buffer.from(bytes);
      return nothing;
    }
    return this.#decide(bytes);
  }

  /** @returns the rest */
  end(): Buffer {
    return this.#start === null ? nothing : this.#decide(this.#start);
  }

  #decide(bytes: Buffer): Buffer {
    this.#start = null;
    const beginning = bytes.subarray(0, decidedBytes);
    this.#converts = !beginning.includes(lf) && /\r[!-9;-~]{1,100}[ \t]*:/.test(beginning.toString('latin1'));
    return this.#converts ? this.#convert(bytes) : bytes;
  }

  #convert(chunk: Buffer): Buffer {
    const out = Buffer.allocUnsafe(chunk.length);
    let length = 0;
    for (const byte of chunk) {
      if (byte === lf) this.mixed = true;
      if (byte !== lf || !this.#pendingCr) out[length++] = byte === cr ? lf : byte;
      this.#pendingCr = byte === cr;
    }
    return out.subarray(0, length);
  }
}

/** Finds the same bytes again and again in a block, each place once, so that any number of searches is linear in it. */
export class BlockSearch {
  readonly #wanted: Buffer | number;
  #block: Buffer = nothing;
  #found = -1;

  /** @param wanted given as bytes or a byte, which is searched for faster than a string */
  constructor(wanted: Buffer | number) {
    this.#wanted = wanted;
  }

  start(block: Buffer): void {
    this.#block = block;
    this.#found = -1;
  }

  /** @returns the length of the block where there is none; the positions asked for must not decrease */
  from(position: number): number {
    if (this.#found < position) {
      const found = this.#block.indexOf(this.#wanted, position);
      this.#found = found < 0 ? this.#block.length : found;
    }
    return this.#found;
  }
}

/** Nothing but a line ending; some gateways write two carriage returns before the line feed. */
export function isBlank(line: Buffer): boolean {
  const first = line[0];
  if (first === lf) return true;
  if (first !== cr) return false;
  let at = 1;
  while (line[at] === cr) at++;
  return at >= line.length || line[at] === lf;
}

/**
 * Where a line of a header ends: at a carriage return alone too, which some programs take for an ending. Where others
 * would read on, outside of all parts, only if a field about the content begins behind it.
 * @param line up to its line feed
 */
export function headerLineLength(line: Buffer, inPart: boolean): number {
  for (let at = line.indexOf(cr); at >= 0; at = line.indexOf(cr, at)) {
    const ending = at + 1;
    while (line[at] === cr) at++;
    if (at >= line.length || line[at] === lf) break;
    // Empty lines behind it are one answer: each by itself would look through all that are left.
    if (inPart) return ending === 1 ? at : ending;
    if (/^content-[a-z-]{1,60}[ \t]*:/i.test(line.toString('latin1', at, at + 80))) return at;
  }
  return line.length;
}

export function looksLikeHeader(line: Buffer): boolean {
  if (line[0] === 0x20 || line[0] === 0x09) return true;
  return line[0] !== dash && /^[!-9;-~]{1,100}[ \t]*:/.test(line.toString('latin1', 0, 120));
}
