import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { AlertDocument } from '../../src/alerts/types.js';
import { Secret } from '../../src/config/secret.js';
import { catalogue, type ErrorCode } from '../../src/errors/catalogue.js';
import { isLurewatchError, type LurewatchError } from '../../src/errors/lurewatch-error.js';
import { mispServerSchema } from '../../src/misp/config.js';
import { createMispSink } from '../../src/misp/create-sink.js';
import type { SendResult, Sink } from '../../src/sinks/sink.js';
import { type MispServer, type MispServerOptions, startMispServer } from './misp-server.js';

export interface MispPair {
  readonly server: MispServer;
  readonly sink: Sink;
}

/** A stand-in MISP and the sink for it, as the configuration makes it; both end with the test. */
export async function startMisp(
  context: TestContext,
  options: MispServerOptions = {},
  config: Readonly<Record<string, unknown>> = {},
): Promise<MispPair> {
  const server = await startMispServer(options);
  context.after(() => server.close());
  return { server, sink: mispSinkFor(context, server, config) };
}

export function mispSinkFor(
  context: TestContext,
  server: Pick<MispServer, 'url' | 'key'>,
  config: Readonly<Record<string, unknown>> = {},
): Sink {
  const parsed = mispServerSchema.parse({ url: server.url, key: { env: 'MISP_KEY' }, insecure: true, ...config });
  const sink = createMispSink(parsed, () => new Secret(server.key), process.cwd());
  context.after(() => sink.close());
  return sink;
}

/** Sends one alert, as a batch does. */
export async function sendOne(sink: Sink, document: AlertDocument): Promise<SendResult> {
  const results = await sink.send([document], new AbortController().signal);
  assert.equal(results.length, 1);
  const [result] = results;
  assert.ok(result !== undefined);
  return result;
}

/** The LurewatchError that sending ends in, which must have this code and never hold the key. */
export async function failsWith(work: Promise<unknown>, code: ErrorCode, key = 'no key'): Promise<LurewatchError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(isLurewatchError(error), `expected ${code}, got ${String(error)}`);
  assert.equal(error.code, code, error.message);
  assert.equal(error.message.includes(key), false, 'the key stands in the error');
  assert.equal(error.retryable, catalogue[code].retryable);
  return error;
}
