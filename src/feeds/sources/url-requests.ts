import { resolve } from 'node:path';
import type { Dispatcher } from 'undici';
import type { SecretRef } from '../../config/fields.js';
import type { Secret } from '../../config/secret.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { readAuthorities } from '../../http/authorities.js';
import { withProxyCredentials } from '../../http/proxy/credentials.js';
import { keyMark, type UrlSourceConfig } from './config.js';
import { type ConnectionSettings, openConnections } from './connections.js';
import { type Answer, getFollowing } from './follow-redirects.js';
import { acceptEncoding } from './save-body.js';

export type Headers = Readonly<Record<string, string>>;

/** What is asked for: the address, and its name as people may see it. */
export interface Wanted {
  readonly url: URL;
  readonly name: string;
}

const connectTimeoutMs = 10_000;

/** Requests to the server of a feed, as its configuration says: headers, certificates, redirects, time. */
export class UrlRequests {
  readonly where: string;
  /** The configured address with its key filled in; `name` is without key and query, which may be a token. */
  readonly configured: Wanted;
  readonly #config: UrlSourceConfig;
  readonly #connections: ConnectionSettings;
  /** The configured ones, secrets among them; names in lower case. */
  readonly #headers: Headers;

  /** @throws LW_SECRET_UNSET, LW_CONFIG_INVALID */
  constructor(
    where: string,
    config: UrlSourceConfig,
    secrets: (ref: SecretRef, place: string) => Secret,
    baseFolder: string,
  ) {
    this.where = where;
    this.#config = config;
    const filled =
      config.key === undefined
        ? config.url
        : config.url.replaceAll(
            keyMark,
            encodeURIComponent(plain(secrets(config.key, `${where}.key`), `${where}.key`)),
          );
    this.configured = { url: new URL(filled), name: config.url.replace(/[?#].*$/s, '') };
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
      proxy: withProxyCredentials(config, secrets, where).proxy,
      connectTimeoutMs: Math.min(connectTimeoutMs, config.timeout),
      stallTimeoutMs: config.stallTimeout,
    };
  }

  /** @param asked headers for the address that is asked in the end */
  get(connections: Dispatcher, { url, name }: Wanted, asked: (url: URL) => Headers = () => ({})): Promise<Answer> {
    const { insecure, allowPrivate } = this.#config;
    const headersFor = (address: URL, sameOrigin: boolean): Headers => ({
      'user-agent': 'lurewatch',
      ...(sameOrigin ? this.#headers : harmless(this.#headers)),
      'accept-encoding': acceptEncoding,
      ...asked(address),
    });
    return getFollowing(connections, url, { where: this.where, name, insecure, allowPrivate, headersFor });
  }

  /**
   * Runs the work with connections that end with it, with the signal, and with the time for the whole.
   * @param work `ending` is aborted at the end of the time; work that returns all the same has come to its own end
   */
  async connected<T>(
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
      const what = `${this.configured.name} was not fetched within ${timeout} ms`;
      throw new LurewatchError('LW_FEED_UNREACHABLE', what, { where: this.where });
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
