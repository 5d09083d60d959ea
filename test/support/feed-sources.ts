import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Secret } from '../../src/config/secret.js';
import { readSecret } from '../../src/config/secrets.js';
import type { ErrorCode } from '../../src/errors/catalogue.js';
import { LurewatchError } from '../../src/errors/lurewatch-error.js';
import type { FormatConfig } from '../../src/feeds/formats/config.js';
import { sourceSchema } from '../../src/feeds/sources/config.js';
import { createFeedSource } from '../../src/feeds/sources/create-feed-source.js';
import type { FeedSource, FetchedSource } from '../../src/feeds/sources/source.js';
import { inFolder } from './folder.js';
import { type Listening, whileListening } from './listening.js';

export type FetchedFiles = Extract<FetchedSource, { kind: 'files' }>;

export interface SourceBench {
  /** The folder of the configuration file. */
  readonly base: string;
  source(config: unknown, environment?: Readonly<Record<string, string>>, format?: FormatConfig['kind']): FeedSource;
  /** Fetches into a folder of its own. */
  fetch(source: FeedSource, known?: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<FetchedSource>;
}

/** Sources of a feed named `leaks` whose configuration lies in a folder of its own. */
export function withSources<T>(body: (bench: SourceBench) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    const base = join(folder, 'configuration');
    await mkdir(base);
    let fetches = 0;
    return body({
      base,
      source: (config, environment = {}, format = 'csv') =>
        createFeedSource(
          'leaks',
          sourceSchema.parse(config),
          (ref, place) => new Secret(readSecret(ref, place, base, environment).reveal()),
          base,
          format,
        ),
      fetch: async (source, known, signal) => {
        fetches += 1;
        const into = join(folder, `fetch-${fetches}`);
        await mkdir(into);
        return source.fetch(into, known, signal);
      },
    });
  });
}

export interface ServedBench extends SourceBench {
  readonly listening: Listening;
  /** The beginning of each address, as `http://127.0.0.1:1234`. */
  readonly origin: string;
  /** A source at this server: `path`, and whatever else stands in `source`. */
  at(
    path: string,
    config?: Readonly<Record<string, unknown>>,
    environment?: Readonly<Record<string, string>>,
    format?: FormatConfig['kind'],
  ): FeedSource;
}

/** The same, beside a real server on 127.0.0.1 that `listener` answers for. */
export function served(listener: RequestListener, body: (bench: ServedBench) => Promise<void>): Promise<void> {
  return servedBy(createServer(listener), 'http', body);
}

export function servedBy(
  server: Server,
  scheme: 'http' | 'https',
  body: (bench: ServedBench) => Promise<void>,
): Promise<void> {
  return whileListening(server, (listening) =>
    withSources((bench) => {
      const origin = `${scheme}://127.0.0.1:${listening.port}`;
      const local = { insecure: scheme === 'http', allowPrivate: true };
      return body({
        ...bench,
        listening,
        origin,
        at: (path, config = {}, environment = {}, format = 'csv') =>
          bench.source({ url: `${origin}${path}`, ...local, ...config }, environment, format),
      });
    }),
  );
}

export async function failsWith(code: ErrorCode, work: Promise<unknown>): Promise<LurewatchError> {
  const error = await work.then(
    () => assert.fail(`expected ${code}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof LurewatchError, String(error));
  assert.equal(error.code, code, error.message);
  return error;
}

export function filesOf(fetched: FetchedSource): FetchedFiles {
  assert.equal(fetched.kind, 'files');
  return fetched as FetchedFiles;
}
