import { join } from 'node:path';
import type { UrlSourceConfig } from './config.js';
import type { Answer } from './follow-redirects.js';
import { refusedAnswer } from './refused-answer.js';
import { saveBody } from './save-body.js';
import type { FeedSource, FetchedSource } from './source.js';
import type { Headers, UrlRequests } from './url-requests.js';
import { conditionsFor, stateOf } from './validators.js';

/** Asks for the first byte: what a server says to HEAD often differs from what it says to GET. */
export const firstByte: Headers = { range: 'bytes=0-0', 'accept-encoding': 'identity' };

/** Whether an answer to `firstByte` says that the file is there. 416: it is, and empty. */
export function isThere({ status }: Answer): boolean {
  return [200, 206, 416].includes(status);
}

/** A file on a web server. Each fetch has connections of its own, which end with it. */
export class UrlSource implements FeedSource {
  readonly #config: UrlSourceConfig;
  readonly #requests: UrlRequests;

  constructor(config: UrlSourceConfig, requests: UrlRequests) {
    this.#config = config;
    this.#requests = requests;
  }

  fetch(
    folder: string,
    known: Readonly<Record<string, unknown>> | undefined,
    signal?: AbortSignal,
  ): Promise<FetchedSource> {
    const { where, configured } = this.#requests;
    const { name } = configured;
    return this.#requests.connected(signal, async (connections, ending) => {
      const asked = (url: URL) => conditionsFor(known, this.#config.url, url);
      const answer = await this.#requests.get(connections, configured, asked);
      if (answer.status === 304 && Object.keys(asked(answer.url)).length > 0) return { kind: 'unchanged' };
      if (answer.status !== 200) throw refusedAnswer(answer, name, where);

      const path = join(folder, 'file-0');
      const { maxBytes, maxUnpackedBytes } = this.#config;
      const saved = await saveBody(answer, path, { where, name, maxBytes, maxUnpackedBytes }, ending);
      const state = stateOf(this.#config.url, answer.url, answer.headers);
      return { kind: 'files', files: [{ name, path, ...saved }], problems: [], state };
    });
  }

  check(signal?: AbortSignal): Promise<readonly string[]> {
    const { where, configured } = this.#requests;
    const { name, url } = configured;
    return this.#requests.connected(signal, async (connections) => {
      const answer = await this.#requests.get(connections, configured, () => firstByte);
      if (!isThere(answer)) throw refusedAnswer(answer, name, where);
      answer.body.destroy();
      const { etag, 'last-modified': lastModified } = answer.headers;
      const sizeBytes = /^bytes 0-0\/(\d+)$/.exec(answer.headers['content-range'] ?? '')?.[1];
      const redirected = answer.url.origin === url.origin ? '' : `, redirected to ${answer.url.origin}`;
      return [
        `${name}: can be read${sizeBytes === undefined ? '' : `, ${sizeBytes} bytes`}${redirected}`,
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
}
