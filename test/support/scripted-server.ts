import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface SeenRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** '' for a request whose connection was cut before its body was read. */
  readonly body: string;
  /** The same, to the byte. */
  readonly raw: Buffer;
  readonly atMs: number;
}

export interface ScriptedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * What goes wrong:
 * - `cut-before-read`: the connection is reset before the body is read; never carried out;
 * - `cut-after-read`: the request is read (and carried out), then the connection is reset without an answer;
 * - `status`: answers `status`, `headers`, `body`; not carried out;
 * - `delay`: carried out, and answered rightly after `delayMs`;
 * - `garbage`: answers 200 with a login page; not carried out;
 * - `oversized`: carried out, and answered rightly but for `sizeBytes` (default 16 MiB) of padding;
 * - `broken-answer`: carried out, answered with the right status and headers, and reset after half of its body, or
 *   `delayMs` later.
 */
export interface Fault {
  readonly kind: 'cut-before-read' | 'cut-after-read' | 'status' | 'delay' | 'garbage' | 'oversized' | 'broken-answer';
  /** How many requests it spoils; `Infinity` until `clearFaults`. Default 1. */
  readonly times?: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly delayMs?: number;
  readonly sizeBytes?: number;
  /** Spoils only requests with such a body. Not for `cut-before-read`, which has none. */
  readonly match?: (body: string) => boolean;
  /** Spoils only requests whose path contains this, or matches it. */
  readonly path?: string | RegExp;
  /** Overrides whether the request is carried out all the same; `late`: only after `delayMs`, as a slow queue does. */
  readonly carriedOut?: boolean | 'late';
}

interface LiveFault extends Fault {
  left: number;
}

const loginPage = '<!doctype html><title>Sign in</title><form action="/login"><input name="user"></form>';

/**
 * A real HTTP server on 127.0.0.1 whose misbehaviour is scripted. Requests are counted and kept in `requests` whatever
 * becomes of them. Faults apply in the order given, the first that matches a request spoils it.
 */
export abstract class ScriptedServer {
  /** Every request, in the order of arrival. */
  readonly requests: SeenRequest[] = [];
  /** Added to every answer. */
  latencyMs = 0;
  #faults: LiveFault[] = [];
  #server: Server | undefined;
  #port = 0;
  readonly #sockets = new Set<Socket>();
  readonly #late = new Set<Promise<void>>();

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  fault(fault: Fault): void {
    if (fault.kind === 'cut-before-read' && fault.match !== undefined) {
      throw new TypeError('cut-before-read has no body to match');
    }
    this.#faults.push({ ...fault, left: fault.times ?? 1 });
  }

  clearFaults(): void {
    this.#faults = [];
  }

  /** Listens; the first time on a free port, then on the same one. */
  async up(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer((request, response) => void this.#serve(request, response));
    server.keepAliveTimeout = 60_000;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Refuses connections and resets those that are open. */
  async down(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
  }

  async close(): Promise<void> {
    await this.down();
    await Promise.all(this.#late);
  }

  /** Notes what a request carries, whatever will be answered. */
  protected abstract arrived(request: SeenRequest): void;
  /** Does what is asked, and answers. */
  protected abstract carryOut(request: SeenRequest): ScriptedAnswer;

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers, socket } = incoming;
    const early = this.#take((fault) => fault.kind === 'cut-before-read' && isAt(path, fault));
    if (early !== undefined) {
      this.requests.push({ method, path, headers, body: '', raw: Buffer.alloc(0), atMs: Date.now() });
      socket.resetAndDestroy();
      return;
    }
    let raw: Buffer;
    try {
      raw = await read(incoming);
    } catch {
      return;
    }
    const body = raw.toString('utf8');
    const request: SeenRequest = { method, path, headers, body, raw, atMs: Date.now() };
    this.requests.push(request);
    this.arrived(request);
    if (this.latencyMs > 0) await pause(this.latencyMs);
    const fault = this.#take((one) => isAt(path, one) && (one.match?.(body) ?? true));
    if (fault === undefined) return answer(response, this.carryOut(request));
    await this.#spoil(fault, request, response);
  }

  async #spoil(fault: Fault, request: SeenRequest, response: ServerResponse): Promise<void> {
    const byKind = ['cut-after-read', 'delay', 'oversized', 'broken-answer'].includes(fault.kind);
    const when = fault.carriedOut ?? byKind;
    if (when === 'late') this.#carryOutLate(request, fault.delayMs ?? 0);
    const right = when === true ? this.carryOut(request) : undefined;
    switch (fault.kind) {
      case 'cut-before-read':
      case 'cut-after-read':
        response.socket?.resetAndDestroy();
        return;
      case 'delay':
        await pause(fault.delayMs ?? 0, undefined, { ref: false });
        return answer(response, right ?? { status: 204 });
      case 'garbage':
        return answer(response, {
          status: 200,
          headers: { 'content-type': 'text/html' },
          body: fault.body ?? loginPage,
        });
      case 'oversized':
        return answer(response, {
          ...(right ?? { status: 200 }),
          body: 'x'.repeat(fault.sizeBytes ?? 16 * 1024 * 1024),
        });
      case 'broken-answer':
        return breakOff(response, right ?? { status: 200 }, fault.delayMs ?? 0);
      case 'status':
        return answer(response, {
          status: fault.status ?? 500,
          ...(fault.headers === undefined ? {} : { headers: fault.headers }),
          body: fault.body ?? '',
        });
    }
  }

  #carryOutLate(request: SeenRequest, delayMs: number): void {
    const late = pause(delayMs).then(() => {
      this.carryOut(request);
      this.#late.delete(late);
    });
    this.#late.add(late);
  }

  #take(matches: (fault: LiveFault) => boolean): Fault | undefined {
    const fault = this.#faults.find((one) => one.left > 0 && matches(one));
    if (fault !== undefined) fault.left -= 1;
    return fault;
  }
}

function isAt(path: string, { path: wanted = '' }: Fault): boolean {
  return typeof wanted === 'string' ? path.includes(wanted) : wanted.test(path);
}

async function read(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function breakOff(response: ServerResponse, right: ScriptedAnswer, delayMs: number): Promise<void> {
  const body = right.body ?? '';
  response.writeHead(right.status, { ...right.headers, 'content-length': Buffer.byteLength(body) + 1 });
  await new Promise<void>((resolve) => response.write(body.slice(0, body.length / 2) || ' ', () => resolve()));
  await pause(delayMs, undefined, { ref: false });
  response.socket?.resetAndDestroy();
}

function answer(response: ServerResponse, { status, headers, body }: ScriptedAnswer): void {
  if (response.destroyed) return;
  response.writeHead(status, { ...headers });
  response.end(body ?? '');
}
