import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { isIP } from 'node:net';
import type { LoadedConfig } from '../../../config/load-config.js';
import { LurewatchError } from '../../../errors/lurewatch-error.js';
import type { Log } from '../../../log/logger.js';
import { createDataConverter } from '../data-converter.js';
import { answer, type CodecServerParts } from './answers.js';
import { createAuthentication } from './authentication.js';

export interface CodecServer {
  /** What the Web UI and Temporal's CLI are given as codec endpoint. */
  readonly url: string;
  /** Takes no new requests, ends those under way, and resolves when the port is free. */
  close(): Promise<void>;
}

/**
 * Encodes and decodes payloads for Temporal's Web UI and CLI, for those who have a token.
 * https://docs.temporal.io/codec-server
 *
 * @throws LW_CONFIG_INVALID, LW_SECRET_UNSET
 */
export async function startCodecServer(loaded: LoadedConfig, log: Log): Promise<CodecServer> {
  const { host, port, origins, tls, insecure } = loaded.config.codecServer;
  if (tls === undefined && !insecure && !isLoopback(host)) {
    throw new LurewatchError('LW_CONFIG_INVALID', `tokens and mails would travel readable to and from ${host}`, {
      where: 'codecServer.host',
      mend: 'Configure `tls`, or listen on 127.0.0.1; `insecure: true` only behind a proxy that has TLS.',
    });
  }
  const { payloadCodecs: codecs = [] } = createDataConverter(loaded);
  const authentication = createAuthentication(loaded);
  const parts = { codecs, authentication, origins, log };
  const onRequest = (request: IncomingMessage, response: ServerResponse) => void serve(request, response, parts);
  try {
    const server = tls === undefined ? createServer(onRequest) : secured(loaded, tls, onRequest);
    server.requestTimeout = 30_000;
    const url = await listening(server, host, port, tls !== undefined);
    const close = async () => {
      const closed = new Promise((done) => server.close(done));
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), 5000).unref();
      await closed;
      await authentication.close();
    };
    return { url, close };
  } catch (error) {
    await authentication.close();
    throw error;
  }
}

async function serve(request: IncomingMessage, response: ServerResponse, parts: CodecServerParts): Promise<void> {
  try {
    const { status, body, headers } = await answer(request, parts);
    const type = status === 200 && request.method === 'POST' ? 'application/json' : 'text/plain; charset=utf-8';
    // What is left of a body that was not read would be taken for the next request.
    const rest = request.complete || request.method !== 'POST' ? {} : { connection: 'close' };
    response.writeHead(status, { ...(body === undefined ? {} : { 'content-type': type }), ...headers, ...rest });
    response.end(body);
  } catch (error) {
    // The one who asked has gone, or something of ours is broken.
    if (!request.socket.destroyed) parts.log.error('a request failed', { error });
    if (response.headersSent) response.destroy();
    else response.writeHead(500).end('Something failed: see the log.');
  }
}

function secured(
  { resolve, secret }: LoadedConfig,
  { certificate, key }: NonNullable<LoadedConfig['config']['codecServer']['tls']>,
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const pem = secret(key, 'codecServer.tls.key');
  try {
    const cert = readFileSync(resolve(certificate));
    return createTlsServer({ cert, key: pem.reveal(), minVersion: 'TLSv1.2' }, onRequest);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    throw new LurewatchError('LW_CONFIG_INVALID', `certificate and key cannot be used${reason}`, {
      where: 'codecServer.tls',
      mend: 'Both are PEM, and belong to each other.',
    });
  }
}

async function listening(server: Server, host: string, port: number, encrypted: boolean): Promise<string> {
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(port, host, done);
  }).catch((cause: NodeJS.ErrnoException) => {
    throw new LurewatchError('LW_CONFIG_INVALID', `cannot listen on ${host}:${port} (${cause.code ?? cause.message})`, {
      where: 'codecServer',
      mend: 'Choose another `host` or `port`.',
      cause,
    });
  });
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  return `${encrypted ? 'https' : 'http'}://${isIP(host) === 6 ? `[${host}]` : host}:${actual}`;
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host);
}
