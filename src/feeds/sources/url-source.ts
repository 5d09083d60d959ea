import { join, resolve } from 'node:path';
import type { Dispatcher } from 'undici';
import type { SecretRef } from '../../config/fields.js';
import type { Secret } from '../../config/secret.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { readAuthorities } from '../../http/authorities.js';
import { keyMark, type UrlSourceConfig } from './config.js';
import { type ConnectionSettings, openConnections } from './connections.js';
import { type Answer, getFollowing } from './follow-redirects.js';
import { refusedAnswer } from './refused-answer.js';
import { acceptEncoding, saveBody } from './save-body.js';
import type { FeedSource, FetchedSource } from './source.js';
import { conditionsFor, stateOf } from './validators.js';

type Headers = Readonly<Record<string, string>>;

const connectTimeoutMs = 10_000;

/** A file on a web server. Each fetch has connections of its own, which end with it. */
export class UrlSource implements FeedSource {
  readonly #config: UrlSourceConfig;
  readonly #where: string;
  readonly #connections: ConnectionSettings;
  readonly #url: URL;
  /** The address as it may be shown: the query, which may be a token, left out; the key not filled in. */
  readonly #name: string;
  /** The configured ones, secrets among them; names in lower case. */
  readonly #headers: Headers;

  constructor(
    where: string,
    config: UrlSourceConfig,
    secrets: (ref: SecretRef, place: string) => Secret,
    baseFolder: string,
  ) {
    this.#where = where;
    this.#config = config;
    this.#name = config.url.replace(/[?#].*$/s, '');
    this.#url = new URL(
      config.key === undefined
        ? config.url
        : config.url.replaceAll(
            keyMark,
            encodeURIComponent(plain(secrets(config.key, `${where}.key`), `${where}.key`)),
          ),
    );
    this.#headers = Object.fromEntries(
      Object.entries(config.headers).map(([name, value]) => {
        const place = `${where}.headers.${name}`;
        return [name.toLowerCase(), typeof value === 'string' ? value : plain(secrets(value, place), place)];
      }),
    );
    this.#connections = {
      where,
      ca: config.ca === undefined ? undefined : readAuthorities(resolve(baseFolder, config.ca)),
      verify: config.verify,
      allowPrivate: config.allowPrivate,
      proxy: config.proxy,
      connectTimeoutMs: Math.min(connectTimeoutMs, config.timeout),
      stallTimeoutMs: config.stallTimeout,
    };
  }

  fetch(
    folder: string,
    known: Readonly<Record<string, unknown>> | undefined,
    signal?: AbortSignal,
  ): Promise<FetchedSource> {
    return this.#connected(signal, async (connections, ending) => {
      const asked = (url: URL) => conditionsFor(known, this.#config.url, url);
      const answer = await this.#get(connections, asked);
      if (answer.status === 304 && Object.keys(asked(answer.url)).length > 0) return { kind: 'unchanged' };
      if (answer.status !== 200) throw refusedAnswer(answer, this.#name, this.#where);

      const path = join(folder, 'file-0');
      const { maxBytes, maxUnpackedBytes } = this.#config;
      const limits = { where: this.#where, name: this.#name, maxBytes, maxUnpackedBytes };
      const saved = await saveBody(answer, path, limits, ending);
      const state = stateOf(this.#config.url, answer.url, answer.headers);
      return { kind: 'files', files: [{ name: this.#name, path, ...saved }], problems: [], state };
    });
  }

  /** Asks for the first byte: what a server says to HEAD often differs from what it says to GET. */
  check(signal?: AbortSignal): Promise<readonly string[]> {
    return this.#connected(signal, async (connections) => {
      const answer = await this.#get(connections, () => ({ range: 'bytes=0-0', 'accept-encoding': 'identity' }));
      // 416: the file is there and empty.
      if (![200, 206, 416].includes(answer.status)) throw refusedAnswer(answer, this.#name, this.#where);
      answer.body.destroy();
      const { etag, 'last-modified': lastModified } = answer.headers;
      const sizeBytes = /^bytes 0-0\/(\d+)$/.exec(answer.headers['content-range'] ?? '')?.[1];
      const redirected = answer.url.origin === this.#url.origin ? '' : `, redirected to ${answer.url.origin}`;
      return [
        `${this.#name}: can be read${sizeBytes === undefined ? '' : `, ${sizeBytes} bytes`}${redirected}`,
        etag === undefined && lastModified === undefined
          ? 'no ETag or Last-Modified: fetched whole each time'
          : 'ETag or Last-Modified: fetched only where it changed',
      ];
    });
  }

  async first(): Promise<undefined> {
    return undefined;
  }

  async close(): Promise<void> {}

  #get(connections: Dispatcher, asked: (url: URL) => Headers): Promise<Answer> {
    const { insecure, allowPrivate } = this.#config;
    const headersFor = (url: URL, sameOrigin: boolean): Headers => ({
      'user-agent': 'lurewatch',
      ...(sameOrigin ? this.#headers : harmless(this.#headers)),
      'accept-encoding': acceptEncoding,
      ...asked(url),
    });
    return getFollowing(connections, this.#url, {
      where: this.#where,
      name: this.#name,
      insecure,
      allowPrivate,
      headersFor,
    });
  }

  /** Runs the work with connections that end with it, with the signal, and with the time for the whole. */
  async #connected<T>(
    signal: AbortSignal | undefined,
    work: (connections: Dispatcher, ending: AbortSignal) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    const { timeout } = this.#config;
    const connections = openConnections(this.#connections);
    const ending = new AbortController();
    const giveUp = () => {
      ending.abort();
      // Ends also a request that still waits for its connection.
      void connections.destroy();
    };
    const timer = setTimeout(giveUp, timeout);
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      return await work(connections, ending.signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (!ending.signal.aborted) throw error;
      const what = `${this.#name} was not fetched within ${timeout} ms`;
      throw new LurewatchError('LW_FEED_UNREACHABLE', what, { where: this.#where });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
      await connections.destroy();
    }
  }
}

/** What may be told to anybody. A secret may stand in any other header, also in one whose value stands in the configuration. */
function harmless(headers: Headers): Headers {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => ['accept', 'accept-language', 'user-agent'].includes(name)),
  );
}

/** A secret as text that a header or an address can carry. */
function plain(secret: Secret, place: string): string {
  const value = secret.reveal().trim();
  if (!/^[\x20-\x7e]+$/.test(value)) {
    throw new LurewatchError('LW_CONFIG_INVALID', 'the secret is empty or holds characters that no header can carry', {
      where: place,
      mend: 'Set it to the key as the server gives it, on one line.',
    });
  }
  return value;
}
