import { LurewatchError } from '../../errors/lurewatch-error.js';

/** Counts the unpacked bytes of all streams of one file together. A stream that is opened again counts once. */
export class UnpackedLimit {
  readonly #maxBytes: number;
  readonly #file: string;
  #bytes = 0;

  constructor(maxBytes: number, file: string) {
    this.#maxBytes = maxBytes;
    this.#file = file;
  }

  /** A stream's own way of being counted: give it the bytes each time it is opened. */
  counted(): (bytes: AsyncIterable<Buffer>) => AsyncGenerator<Buffer> {
    let own = 0;
    return (bytes) => {
      this.#bytes -= own;
      own = 0;
      return this.#count(bytes, (size) => {
        own += size;
      });
    };
  }

  async *#count(bytes: AsyncIterable<Buffer>, add: (size: number) => void): AsyncGenerator<Buffer> {
    for await (const chunk of bytes) {
      add(chunk.length);
      this.#bytes += chunk.length;
      if (this.#bytes > this.#maxBytes) {
        throw new LurewatchError('LW_FEED_TOO_LARGE', `it unpacks to more than ${this.#maxBytes} bytes`, {
          where: this.#file,
        });
      }
      yield chunk;
    }
  }
}
