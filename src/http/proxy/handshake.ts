import type { Socket } from 'node:net';

/** Reads an answer of known length or end from a socket, and leaves what follows to whoever uses it next. */
export class Handshake {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  write(bytes: Buffer | string): void {
    this.#socket.write(bytes);
  }

  async read(length: number): Promise<Buffer> {
    for (;;) {
      const bytes: unknown = this.#socket.read(length);
      // At the end of a stream, what is left is given though it is too short.
      if (Buffer.isBuffer(bytes) && bytes.length === length) return bytes;
      await this.#more();
    }
  }

  /** Up to and with the first empty line. */
  async readHead(mostBytes: number): Promise<string> {
    let head = Buffer.alloc(0);
    for (;;) {
      const bytes: unknown = this.#socket.read();
      if (Buffer.isBuffer(bytes)) {
        head = Buffer.concat([head, bytes]);
        const end = head.indexOf('\r\n\r\n');
        if (end >= 0) {
          const rest = head.subarray(end + 4);
          if (rest.length > 0) this.#socket.unshift(rest);
          return head.toString('latin1', 0, end);
        }
        if (head.length > mostBytes) throw new Error('its answer is too long');
      }
      await this.#more();
    }
  }

  #more(): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const closed = () => settle(() => reject(new Error('it closed the connection')));
      const failed = (error: Error) => settle(() => reject(error));
      const more = () => settle(resolve);
      const settle = (then: () => void) => {
        socket.off('readable', more).off('end', closed).off('close', closed).off('error', failed);
        then();
      };
      if (socket.destroyed || socket.readableEnded) {
        reject(socket.errored ?? new Error('it closed the connection'));
        return;
      }
      socket.on('readable', more).on('end', closed).on('close', closed).on('error', failed);
    });
  }
}
