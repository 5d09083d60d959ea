import type { IncomingMessage } from 'node:http';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { isLurewatchError } from '../../../errors/lurewatch-error.js';
import type { Log } from '../../../log/logger.js';
import type { Authentication } from './authentication.js';
import { payloadsFromJson, payloadsToJson } from './payloads-json.js';
import { readBody } from './request-body.js';

export interface Answer {
  readonly status: number;
  /** JSON of payloads with 200, else words for people: Temporal's CLI prints them. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface CodecServerParts {
  /** In the order of the data converter. */
  readonly codecs: readonly PayloadCodec[];
  readonly authentication: Authentication;
  readonly origins: readonly string[];
  readonly log: Log;
}

/** A server's largest answer is 4 MB, and base64 makes it 5.4; the Web UI sends a page of a history at once. */
export const mostBodyBytes = 16 * 1024 * 1024;

/** What the browser of a Web UI asks for before it sends: those of the UI's own requests. */
const allowed = {
  'access-control-allow-methods': 'POST, OPTIONS',
  'access-control-allow-headers': 'Authorization, Content-Type, X-Namespace, Caller-Type',
  'access-control-max-age': '600',
};

/** Answers one request, whoever sent it. Never rejects because of what was sent. */
export async function answer(request: IncomingMessage, parts: CodecServerParts): Promise<Answer> {
  const { origin } = request.headers;
  if (origin !== undefined && !parts.origins.includes(origin)) {
    parts.log.warn('refused: pages of this origin may not ask', { origin });
    return { status: 403, body: 'Pages of this origin may not ask: see codecServer.origins.' };
  }
  const shared = origin === undefined ? {} : { 'access-control-allow-origin': origin, ...credentials };
  const { headers, ...rest } = await answerTo(request, parts);
  return { ...rest, headers: { vary: 'Origin', 'cache-control': 'no-store', ...shared, ...headers } };
}

/** For Web UIs that are set to send cookies: none of ours exist, and without this the browser drops the answer. */
const credentials = { 'access-control-allow-credentials': 'true' };

async function answerTo(request: IncomingMessage, parts: CodecServerParts): Promise<Answer> {
  const { method, headers, url = '/' } = request;
  const path = url.split('?', 1)[0] ?? '/';
  if (path === '/healthz' && method === 'GET') return { status: 200, body: 'ok' };
  // An endpoint may be configured with the namespace in its path.
  const [, operation] = /^(?:\/[^/]+)*\/(encode|decode)$/.exec(path) ?? [];
  if (operation === undefined) return { status: 404, body: 'There are only /encode and /decode.' };
  if (method === 'OPTIONS') return { status: 204, headers: allowed };
  if (method !== 'POST') return { status: 405, body: 'POST only.', headers: { allow: 'POST, OPTIONS' } };

  const identity = await parts.authentication.identify(headers.authorization);
  if ('refused' in identity) {
    const from = request.socket.remoteAddress;
    parts.log.warn('refused: no token that counts', { from, operation, reason: identity.refused });
    return { status: 401, body: 'The token is missing or wrong.', headers: { 'www-authenticate': 'Bearer' } };
  }
  const { who } = identity;
  const text = await readBody(request, mostBodyBytes);
  if (text === undefined) return { status: 413, body: `A request has at most ${mostBodyBytes} bytes.` };
  const payloads = payloadsFromJson(text);
  if (payloads === undefined) return { status: 400, body: 'The body is no JSON of payloads.' };
  try {
    const done = await coded(operation, payloads, parts.codecs);
    parts.log.info('done', { operation, who, payloads: done.length, namespace: headers['x-namespace'] });
    return { status: 200, body: payloadsToJson(done) };
  } catch (error) {
    if (!isLurewatchError(error)) throw error;
    parts.log.warn('cannot be decoded', { who, code: error.code, reason: error.what });
    return { status: 422, body: error.message };
  }
}

async function coded(operation: string, payloads: Payload[], codecs: readonly PayloadCodec[]): Promise<Payload[]> {
  let done = payloads;
  if (operation === 'encode') for (const codec of codecs) done = await codec.encode(done);
  else for (const codec of codecs.toReversed()) done = await codec.decode(done);
  return done;
}
