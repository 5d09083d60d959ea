import { HttpClient } from '../../http/client.js';
import { HttpFailure } from '../../http/failure.js';
import type { ProxyChoice } from '../../http/proxy/address.js';
import { httpOptions } from '../../http/settings.js';
import type { ProviderHttp, ProviderRequest } from './types.js';

export interface ProviderHttpSettings {
  /** Absolute. */
  readonly ca: string | undefined;
  readonly verify: boolean;
  readonly insecure: boolean;
  /** That of the mailbox, with its credentials. */
  readonly proxy?: ProxyChoice | undefined;
}

const timeoutMs = 30_000;
const maxResponseBytes = 1024 * 1024;
/** These answers have no body, and Response takes none for them. */
const withoutBody = new Set([204, 205, 304]);

/** The one HTTP client in the shape of `fetch`, as the OAuth library calls it. Connects to nothing yet. */
export function createProviderHttp(settings: ProviderHttpSettings): ProviderHttp {
  const clients = new Map<string, HttpClient>();

  function clientFor(origin: string): HttpClient {
    const { ca, verify, proxy } = settings;
    const options = httpOptions(origin, { ca, verify, timeout: timeoutMs, concurrency: 2, proxy }, '/');
    const client = clients.get(origin) ?? new HttpClient({ ...options, maxResponseBytes });
    clients.set(origin, client);
    return client;
  }

  return {
    insecure: settings.insecure,
    async fetch(address, { method, headers, body, signal }: ProviderRequest): Promise<Response> {
      const url = new URL(address);
      const { 'user-agent': _theirs, ...sent } = headers;
      const {
        status,
        headers: answered,
        body: text,
      } = await clientFor(url.origin).request({
        method: method === 'GET' ? 'GET' : 'POST',
        path: url.pathname + url.search,
        headers: sent,
        ...(body instanceof URLSearchParams ? { body: body.toString() } : {}),
        signal,
      });
      // HTTP has none above it (RFC 9110 §15), and Response takes none.
      if (status > 599) throw new HttpFailure(`${url.origin}: answered with the status ${status}`, 'maybe', false);
      return new Response(withoutBody.has(status) ? null : text, { status, headers: { ...answered } });
    },
    async close() {
      await Promise.all([...clients.values()].map((client) => client.close()));
    },
  };
}
