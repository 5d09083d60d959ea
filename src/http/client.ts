import { rootCertificates } from 'node:tls';
import { Agent, type Dispatcher } from 'undici';
import { readAuthorities } from './authorities.js';
import { exchange } from './exchange.js';
import { HttpFailure } from './failure.js';
import type { ProxyChoice } from './proxy/address.js';
import { connectorThrough } from './proxy/connector.js';
import { RateLimit } from './rate-limit.js';

export interface HttpOptions {
  /** Scheme, host, port and an optional path prefix. */
  readonly baseUrl: string;
  /** PEM file with the certificate authorities to trust instead of the system's. */
  readonly ca?: string | undefined;
  /** True: `ca` is trusted beside the system's authorities, not instead of them. */
  readonly caBesideSystem?: boolean;
  /** False only where the configuration says `verify: false`. */
  readonly verify: boolean;
  readonly connectTimeoutMs: number;
  /** From the request being written until the answer's headers are in. */
  readonly headersTimeoutMs: number;
  /** Between two pieces of the answer's body. */
  readonly bodyTimeoutMs: number;
  /** From the request's turn to the last byte, waiting for a connection included. */
  readonly totalTimeoutMs: number;
  /** The longest wait for the turn that `ratePerSecond` gives; a request that would wait longer fails, unsent. */
  readonly queueTimeoutMs?: number | undefined;
  /** Answers above this are cut off and count as an error, unless the request says otherwise. */
  readonly maxResponseBytes: number;
  readonly maxConnections: number;
  /** Requests a second; undefined: no limit. */
  readonly ratePerSecond?: number | undefined;
  /** With its credentials. */
  readonly proxy?: ProxyChoice | undefined;
}

export const httpDefaults = {
  verify: true,
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 30_000,
  bodyTimeoutMs: 15_000,
  totalTimeoutMs: 45_000,
  queueTimeoutMs: 30_000,
  maxResponseBytes: 10 * 1024 * 1024,
  maxConnections: 16,
} as const;

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Joined to `baseUrl` as text. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal | undefined;
  /**
   * What becomes of an answer whose body is above `maxResponseBytes`, too slow, or broken off after its headers: `fail`
   * (the default), or `take`: its beginning is the body, for requests that the status alone says enough of.
   */
  readonly unfinished?: 'fail' | 'take';
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; repeated headers joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Why the body is only its beginning; only with `unfinished: 'take'`. */
  readonly cut?: string;
}

/**
 * The one HTTP client. Never follows a redirect (a POST turned GET loses data silently), never repeats a request,
 * verifies TLS, caps time and size.
 */
export class HttpClient {
  /** A request that was asked for this long ago has ended, one way or the other. */
  readonly inFlightMs: number;
  readonly #options: HttpOptions;
  readonly #queueTimeoutMs: number;
  readonly #agent: Agent;
  readonly #rate: RateLimit;
  readonly #origin: string;
  readonly #prefix: string;

  constructor(options: HttpOptions) {
    const base = new URL(options.baseUrl);
    this.#origin = base.origin;
    this.#prefix = base.pathname.replace(/\/+$/, '');
    this.#options = options;
    this.#rate = new RateLimit(options.ratePerSecond);
    this.#queueTimeoutMs =
      options.ratePerSecond === undefined ? 0 : (options.queueTimeoutMs ?? httpDefaults.queueTimeoutMs);
    this.inFlightMs = this.#queueTimeoutMs + options.totalTimeoutMs;
    this.#agent = new Agent({
      connections: options.maxConnections,
      pipelining: 1,
      allowH2: false,
      headersTimeout: options.headersTimeoutMs,
      bodyTimeout: options.bodyTimeoutMs,
      connect: connectorThrough(options.proxy, {
        timeout: options.connectTimeoutMs,
        rejectUnauthorized: options.verify,
        ...(options.ca === undefined
          ? {}
          : { ca: [...readAuthorities(options.ca), ...(options.caBesideSystem === true ? rootCertificates : [])] }),
      }),
    });
  }

  /**
   * Any answer, whatever its status, is returned.
   * @throws LW_PROXY_REFUSES, where nothing was sent; HttpFailure, which says whether the request may have reached the other side; or, where the caller's own
   * signal ended it, the reason of that signal as it is: giving up is no failure of the other side, and nothing is
   * known then of whether the request arrived.
   */
  async request(request: HttpRequest): Promise<HttpResponse> {
    if (!(await this.#rate.turn(this.#queueTimeoutMs, request.signal))) {
      const reason = `more requests are waiting for the configured rate than fit in ${this.#queueTimeoutMs} ms`;
      throw new HttpFailure(`${this.#origin}: ${reason}`, 'no', false);
    }
    const options: Dispatcher.DispatchOptions & { readonly origin: string } = {
      origin: this.#origin,
      path: this.#prefix + request.path,
      method: request.method,
      headers: { 'user-agent': 'lurewatch', ...request.headers },
      body: request.body ?? null,
    };
    const { totalTimeoutMs, maxResponseBytes } = this.#options;
    const limits = { totalTimeoutMs, maxResponseBytes, unfinished: request.unfinished ?? 'fail' };
    return exchange(this.#agent, options, limits, request.signal);
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}
