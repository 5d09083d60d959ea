import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  type RequestOptions,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { buffer, text } from 'node:stream/consumers';

/** What goes wrong with a request. */
export type S3Fault =
  /** Answered with 503 SlowDown, and not carried out. */
  | { readonly kind: 'slow-down' }
  /** Answered with another error of S3's, and not carried out. */
  | { readonly kind: 'error'; readonly status: number; readonly code: string }
  /** The connection is reset before anything was carried out. */
  | { readonly kind: 'cut-before' }
  /** Carried out; the connection is reset instead of an answer. */
  | { readonly kind: 'cut-after' }
  /** Carried out twice, and answered with what the second time came to: so do proxies that try again by themselves. */
  | { readonly kind: 'twice' }
  /** Carried out, and answered only in part. */
  | { readonly kind: 'cut-within' }
  /** Never answered, and not carried out. */
  | { readonly kind: 'hang' };

export interface S3FaultRule {
  readonly fault: S3Fault;
  readonly method?: string;
  /** Of the path, with its query. */
  readonly path?: RegExp;
  /** How many requests it befalls, the first ones that match; by default one. */
  readonly times?: number;
}

export interface SeenRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** An HTTP proxy before an S3 server: it sees each request, and breaks those that it is told to. */
export class S3Proxy {
  readonly seen: SeenRequest[] = [];
  readonly #server: Server;
  readonly #target: number;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #rules: { rule: S3FaultRule; left: number }[] = [];

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((incoming, outgoing) => this.#take(incoming, outgoing));
  }

  static async start(target: { readonly port: number }): Promise<S3Proxy> {
    const proxy = new S3Proxy(target.port);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}`;
  }

  break(rule: S3FaultRule): void {
    this.#rules.push({ rule, left: rule.times ?? 1 });
  }

  /** No further request is broken. */
  mend(): void {
    this.#rules.length = 0;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await closed;
  }

  #take(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method = '', url: path = '', headers } = incoming;
    this.seen.push({ method, path, headers });
    const fault = this.#faultFor(method, path);
    const reset = () => incoming.socket.resetAndDestroy();
    const options = { port: this.#target, host: '127.0.0.1', method, path, headers, agent: this.#agent };
    if (fault?.kind === 'cut-before') reset();
    else if (fault?.kind === 'hang') incoming.resume();
    else if (fault?.kind === 'slow-down') refuse(incoming, outgoing, 503, 'SlowDown');
    else if (fault?.kind === 'error') refuse(incoming, outgoing, fault.status, fault.code);
    else if (fault?.kind === 'twice') this.#twice(incoming, outgoing, options).catch(reset);
    else this.#forward(incoming, outgoing, options, fault);
  }

  #forward(incoming: IncomingMessage, outgoing: ServerResponse, options: RequestOptions, fault?: S3Fault): void {
    const reset = () => incoming.socket.resetAndDestroy();
    const forwarded = request(options);
    forwarded.on('error', reset);
    forwarded.on('continue', () => outgoing.writeContinue());
    forwarded.on('response', (answer) => {
      if (fault?.kind === 'cut-after') {
        text(answer).then(reset, reset);
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 500, answer.rawHeaders);
      if (fault?.kind === 'cut-within') answer.once('data', (some) => outgoing.write(some.subarray(0, 1), reset));
      else answer.pipe(outgoing);
    });
    incoming.pipe(forwarded);
  }

  async #twice(incoming: IncomingMessage, outgoing: ServerResponse, options: RequestOptions): Promise<void> {
    const body = await buffer(incoming);
    const send = () =>
      new Promise<IncomingMessage>((resolve, reject) => {
        request(options).on('response', resolve).on('error', reject).end(body);
      });
    await text(await send());
    const answer = await send();
    outgoing.writeHead(answer.statusCode ?? 500, answer.rawHeaders);
    answer.pipe(outgoing);
  }

  #faultFor(method: string, path: string): S3Fault | undefined {
    const found = this.#rules.find(
      ({ rule, left }) =>
        left > 0 && (rule.method ?? method) === method && (rule.path === undefined || rule.path.test(path)),
    );
    if (found === undefined) return undefined;
    found.left -= 1;
    return found.rule.fault;
  }
}

function refuse(incoming: IncomingMessage, outgoing: ServerResponse, status: number, code: string): void {
  incoming.resume();
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>broken on purpose</Message></Error>`;
  outgoing.writeHead(status, { 'content-type': 'application/xml' });
  outgoing.end(incoming.method === 'HEAD' ? undefined : body);
}
