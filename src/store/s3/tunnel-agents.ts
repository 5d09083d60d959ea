import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Duplex } from 'node:stream';
import type { ProxyChoice } from '../../http/proxy/address.js';
import { openTunnel } from '../../http/proxy/tunnel.js';

type Options = Parameters<HttpsAgent['createConnection']>[0];
type Callback = (error: Error | null, stream: Duplex) => void;

/** Connections of Node's own HTTP client through a proxy. */
export class TunnelHttpAgent extends HttpAgent {
  readonly #tunnel: Tunnel;

  constructor(proxy: ProxyChoice, timeoutMs: number, options: ConstructorParameters<typeof HttpAgent>[0]) {
    super(options);
    this.#tunnel = { proxy, timeoutMs };
  }

  override createConnection(options: Options, callback?: Callback): undefined {
    through(this.#tunnel, options, callback, (socket) => socket);
  }
}

/** The same with TLS within the tunnel. */
export class TunnelHttpsAgent extends HttpsAgent {
  readonly #tunnel: Tunnel;

  constructor(proxy: ProxyChoice, timeoutMs: number, options: ConstructorParameters<typeof HttpsAgent>[0]) {
    super(options);
    this.#tunnel = { proxy, timeoutMs };
  }

  override createConnection(options: Options, callback?: Callback): undefined {
    through(this.#tunnel, options, callback, (socket) => {
      const within = { ...options, socket };
      return super.createConnection(within);
    });
  }
}

interface Tunnel {
  readonly proxy: ProxyChoice;
  readonly timeoutMs: number;
}

function through(
  { proxy, timeoutMs }: Tunnel,
  { host, port }: Options,
  callback: Callback | undefined,
  within: (socket: Awaited<ReturnType<typeof openTunnel>>) => Duplex | null | undefined,
): void {
  openTunnel(proxy, host ?? '', Number(port), timeoutMs)
    .then((socket) => callback?.(null, within(socket) ?? socket))
    // Of the stream nobody takes notice then; the type wants one.
    .catch((error: unknown) => callback?.(error instanceof Error ? error : new Error(String(error)), new Duplex()));
}
