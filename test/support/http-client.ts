import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { HttpClient, type HttpOptions, httpDefaults } from '../../src/http/client.js';
import { HttpFailure } from '../../src/http/failure.js';
import { type Listening, whileListening } from './listening.js';

type Changes = Partial<HttpOptions>;

export async function withClient(
  baseUrl: string,
  changes: Changes,
  body: (client: HttpClient) => Promise<void>,
): Promise<void> {
  const client = new HttpClient({ ...httpDefaults, baseUrl, totalTimeoutMs: 5000, ...changes });
  try {
    await body(client);
  } finally {
    await client.close();
  }
}

/** A client of a real server that `listener` answers for. */
export function served(
  listener: RequestListener,
  changes: Changes,
  body: (client: HttpClient, listening: Listening) => Promise<void>,
): Promise<void> {
  return whileListening(createServer(listener), (listening) =>
    withClient(`http://127.0.0.1:${listening.port}/base/`, changes, (client) => body(client, listening)),
  );
}

export async function failure(work: Promise<unknown>): Promise<HttpFailure> {
  const error = await work.then(
    () => assert.fail('expected a failure'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof HttpFailure, String(error));
  return error;
}

export async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}
