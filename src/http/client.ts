import { readFileSync } from 'node:fs';
import { Agent, type Dispatcher } from 'undici';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { HttpFailure } from './failure.js';
import { RateLimit } from './rate-limit.js';

export interface HttpOptions {
  /** Scheme, host, port and an optional path prefix. */
  readonly baseUrl: string;
  /** PEM file with the certificate authorities to trust instead of the system's. */
  readonly ca?: string | undefined;
  /** False only where the configuration says `verify: false`. */
  readonly verify: boolean;
  readonly connectTimeoutMs: number;
  /** From the request being written until the answer's headers are in. */
  readonly headersTimeoutMs: number;
  /** Between two pieces of the answer's body. */
  readonly bodyTimeoutMs: number;
  /** For everything, from the call to the last byte; the bound that `inFlightMs` of a sink builds on. */
  readonly totalTimeoutMs: number;
  /** Answers above this are cut off and count as an error. */
  readonly maxResponseBytes: number;
  readonly maxConnections: number;
  /** Requests a second; undefined: no limit. */
  readonly ratePerSecond?: number | undefined;
}

export const httpDefaults = {
  verify: true,
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 30_000,
  bodyTimeoutMs: 15_000,
  totalTimeoutMs: 45_000,
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
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; repeated headers joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The one HTTP client. Never follows a redirect (a POST turned GET loses data silently), verifies TLS, caps time and
 * size. Throws HttpFailure, which says whether the request may have reached the other side.
 */
export class HttpClient {
  readonly #options: HttpOptions;
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
    this.#agent = new Agent({
      connections: options.maxConnections,
      pipelining: 1,
      headersTimeout: options.headersTimeoutMs,
      bodyTimeout: options.bodyTimeoutMs,
      maxResponseSize: options.maxResponseBytes,
      connect: {
        timeout: options.connectTimeoutMs,
        rejectUnauthorized: options.verify,
        ...(options.ca === undefined ? {} : { ca: readAuthorities(options.ca) }),
      },
    });
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    await this.#rate.turn(request.signal);
    const deadline = AbortSignal.timeout(this.#options.totalTimeoutMs);
    const signal = request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal]);
    const options: Dispatcher.RequestOptions = {
      origin: this.#origin,
      path: this.#prefix + request.path,
      method: request.method,
      headers: { 'user-agent': 'lurewatch', ...request.headers },
      body: request.body ?? null,
      signal,
    };
    try {
      const answer = await this.#agent.request(options);
      const body = await answer.body.text();
      return { status: answer.statusCode, headers: flatten(answer.headers), body };
    } catch (error) {
      throw HttpFailure.from(error, this.#origin);
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

function readAuthorities(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new LurewatchError('LW_CONFIG_INVALID', `the CA file ${path} cannot be read`, { cause });
  }
}
