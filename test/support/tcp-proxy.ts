import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';

interface Link {
  readonly client: Socket;
  readonly server: Socket;
}

/**
 * A TCP proxy that breaks things on purpose, for tests of what a client does about it.
 *
 *     const proxy = await TcpProxy.start({ host: '127.0.0.1', port: dovecot.imapPort });
 *     proxy.cutAfter(20_000);   // once 20,000 more bytes went to clients, every connection is reset
 *     proxy.pause();            // nothing is forwarded any more, connections stay open
 *     proxy.resume();
 *     proxy.freezeOldest();     // the connection that is open for longest goes silent for good, and stays open
 *     await proxy.refuse();     // open connections are reset, new ones get ECONNREFUSED
 *     await proxy.accept();     // listens again, on the same port
 *     proxy.open / proxy.peak / proxy.total / proxy.bytesToClients
 *     await proxy.stop();
 */
export class TcpProxy {
  readonly host = '127.0.0.1';
  /** Connections at the same time, at most, since the start. */
  peak = 0;
  /** Connections since the start. */
  total = 0;
  /** Bytes forwarded from the server to clients since the start. */
  bytesToClients = 0;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #links = new Set<Link>();
  readonly #changed = new Set<() => void>();
  #listener: Server | undefined;
  #port = 0;
  #cutAt = Number.POSITIVE_INFINITY;
  #paused = false;

  private constructor(target: { readonly host: string; readonly port: number }) {
    this.#target = target;
  }

  static async start(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await proxy.accept();
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  /** Connections now. */
  get open(): number {
    return this.#links.size;
  }

  /** Resets every connection once so many more bytes went to clients. Connections made after that live on. */
  cutAfter(bytes: number): void {
    this.#cutAt = this.bytesToClients + bytes;
  }

  cutNow(): void {
    for (const link of this.#links) {
      link.client.resetAndDestroy();
      link.server.destroy();
    }
  }

  pause(): void {
    this.#paused = true;
    for (const { client, server } of this.#links) {
      client.pause();
      server.pause();
    }
  }

  resume(): void {
    this.#paused = false;
    for (const { client, server } of this.#links) {
      client.resume();
      server.resume();
    }
  }

  freezeOldest(): void {
    const [oldest] = this.#links;
    if (oldest === undefined) throw new Error('no connection is open');
    for (const socket of [oldest.client, oldest.server]) socket.pause().removeAllListeners('data');
  }

  async refuse(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    const closed = listener === undefined ? undefined : once(listener, 'close');
    listener?.close();
    this.cutNow();
    await closed;
  }

  async accept(): Promise<void> {
    const listener = createServer((client) => this.#link(client));
    listener.listen(this.#port, '127.0.0.1');
    await once(listener, 'listening');
    const address = listener.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    this.#port = address.port;
    this.#listener = listener;
  }

  /** Resolves as soon as `condition` holds; looked at whenever bytes pass or a connection opens or closes. */
  async until(condition: (proxy: TcpProxy) => boolean): Promise<void> {
    while (!condition(this)) {
      await new Promise<void>((resolve) => {
        const look = () => {
          this.#changed.delete(look);
          resolve();
        };
        this.#changed.add(look);
      });
    }
  }

  async stop(): Promise<void> {
    await this.refuse();
  }

  #link(client: Socket): void {
    const server = createConnection(this.#target);
    const link = { client, server };
    this.#links.add(link);
    this.total += 1;
    this.peak = Math.max(this.peak, this.#links.size);
    this.#tell();
    if (this.#paused) {
      client.pause();
      server.pause();
    }

    const end = () => {
      this.#links.delete(link);
      client.destroy();
      server.destroy();
      this.#tell();
    };
    for (const socket of [client, server]) socket.setNoDelay().on('error', end).on('close', end);
    client.on('data', (data) => forward(client, server, data, () => this.#paused));
    server.on('data', (data) => {
      const left = this.#cutAt - this.bytesToClients;
      const passed = data.length > left ? data.subarray(0, left) : data;
      this.bytesToClients += passed.length;
      this.#tell();
      if (passed.length === data.length) return forward(server, client, passed, () => this.#paused);
      this.#cutAt = Number.POSITIVE_INFINITY;
      client.write(passed, () => this.cutNow());
    });
  }

  #tell(): void {
    for (const look of [...this.#changed]) look();
  }
}

/** With back pressure, so that what a client does not read does not pile up here unseen. */
function forward(from: Socket, to: Socket, data: Buffer, paused: () => boolean): void {
  if (to.write(data)) return;
  from.pause();
  to.once('drain', () => {
    if (!paused()) from.resume();
  });
}
