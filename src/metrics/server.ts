import { createServer, type Server, type ServerResponse } from 'node:http';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { listenAddress } from './config.js';

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export interface MonitoringServer {
  /** `http://host:port` as bound. */
  readonly url: string;
  close(): Promise<void>;
}

const idleMs = 30_000;
/** A few scrapers and probes: those that hold connections must not take the worker's files and sockets from it. */
const mostConnections = 64;

/**
 * Answers GET and HEAD for the given paths.
 * @throws LW_MONITORING_LISTEN where nothing can be bound there
 */
export async function startMonitoringServer(
  listen: string,
  routes: Readonly<Record<string, () => Promise<Answer>>>,
): Promise<MonitoringServer> {
  const server = createServer((request, response) => {
    // The rest of a request is of no interest, and its bytes are not waited for.
    request.resume();
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (route === undefined) return send(response, { status: 404, type: 'text/plain', body: 'not found\n' });
    if (!['GET', 'HEAD'].includes(request.method ?? '')) {
      return send(response, { status: 405, type: 'text/plain', body: 'GET only\n' });
    }
    route().then(
      (answer) => send(response, answer),
      () => send(response, { status: 500, type: 'text/plain', body: 'failed\n' }),
    );
  });
  server.requestTimeout = 10_000;
  // Also of one that does not read its answer.
  server.timeout = idleMs;
  server.maxConnections = mostConnections;
  const address = listenAddress(listen);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(refused(listen, cause)));
    server.listen(address.port, address.host, resolve);
  });
  // It must not keep alive a worker that is done.
  server.unref();
  return { url: urlOf(server, listen), close: () => closed(server) };
}

function send(response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' });
  response.end(body);
}

function urlOf(server: Server, listen: string): string {
  const bound = server.address();
  const host = listen.slice(0, listen.lastIndexOf(':'));
  return `http://${host}:${typeof bound === 'object' && bound !== null ? bound.port : ''}`;
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

function refused(listen: string, cause: NodeJS.ErrnoException): LurewatchError {
  const code = cause.code === undefined ? '' : ` (${cause.code})`;
  return new LurewatchError('LW_MONITORING_LISTEN', `nothing can listen there${code}`, {
    where: `monitoring.listen ${listen}`,
    cause,
  });
}
