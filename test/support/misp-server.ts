import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, forbidden, message } from './misp-answers.js';
import { MispMemory } from './misp-memory.js';
import type { MemoryEvent, MispRole } from './misp-memory-types.js';
import { changes, type LoggedRequest, route } from './misp-routes.js';
import { Speed } from './misp-speed.js';

/**
 * What goes wrong with the next requests whose path contains `match`:
 * - `status`: answered with `status` and not acted upon (500 as JSON, 502 to 504 and 413 as a proxy's HTML, 429 with
 *   X-Rate-Limit-Reset); `body` replaces that answer;
 * - `store-then-status`: acted upon, then answered with `status`;
 * - `partial`: events/add stores the event and `attributes` of its attributes, then 500;
 * - `cut-before-store`, `cut-after-store`: the request is read whole, the connection is cut, without or with acting;
 * - `html`: a login page, 200; `redirect`: 302 to /users/login;
 * - `slow`: nothing but `delayMs`, which every kind takes, and `held`.
 */
export interface MispFault {
  readonly match: string;
  /** Only requests whose body holds this. */
  readonly holds?: string;
  /** For so many requests; 1 by default. */
  readonly times?: number;
  readonly kind:
    | 'status'
    | 'store-then-status'
    | 'partial'
    | 'cut-before-store'
    | 'cut-after-store'
    | 'html'
    | 'redirect'
    | 'slow';
  readonly status?: number;
  readonly body?: string;
  readonly attributes?: number;
  readonly delayMs?: number;
  /** Called once the request was acted upon; the answer is held until this resolves. */
  readonly held?: () => Promise<void>;
}

export interface MispServerOptions {
  readonly key?: string;
  readonly role?: Partial<MispRole>;
  /** PEM; with it the server speaks https. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Bodies above this get a proxy's 413. */
  readonly maxBodyBytes?: number;
  /** What each change of an event takes; a read takes a tenth of it. Answers that refuse come at once. */
  readonly latencyMs?: number;
  /** So many changes at a time get on; the others wait. A real one gets no faster beyond two a core. */
  readonly writesAtOnce?: number;
  /** False: requests are counted, and not kept. */
  readonly keepRequests?: boolean;
}

/** A running stand-in. Everything it holds may be read, and changed, between two requests. */
export interface MispServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly key: string;
  /** What is stored, by UUID. */
  readonly events: Map<string, MemoryEvent>;
  /** Every request that was read, in order, whatever became of it. */
  readonly requests: readonly LoggedRequest[];
  /** Permissions of the key's user. */
  readonly role: MispRole;
  /** Tags that exist, in lower case. */
  readonly knownTags: Set<string>;
  /** UUIDs on the event blocklist. */
  readonly blocked: Set<string>;
  readonly sharingGroups: Set<string>;
  /** Enabled warninglists: name → values. */
  readonly warninglists: Map<string, ReadonlySet<string>>;
  /** Scripts a fault for the next matching requests. Several wait in line. */
  fault(fault: MispFault): void;
  /** Everything is answered 302 to /users/login. */
  setMaintenance(on: boolean): void;
  setOrganisationBlocked(on: boolean): void;
  /** Without Redis events are stored and none is published. */
  setRedis(up: boolean): void;
  /** Removes an event as an analyst would: its UUID is on the blocklist from then on. */
  deleteEvent(uuid: string): void;
  /** Requests under way at this moment, and the most there ever were. */
  readonly load: { readonly now: number; readonly most: number };
  /** Refuses connections, and cuts those there are. */
  down(): Promise<void>;
  /** Listens again, on the same port. */
  up(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a stand-in MISP on a free port of 127.0.0.1, with the answers of a real 2.5.1. The test closes it. */
export async function startMispServer(options: MispServerOptions = {}): Promise<MispServer> {
  const key = options.key ?? 'mispmispmispmispmispmispmispmispmispmisp';
  let url = '';
  const memory = new MispMemory(() => url);
  Object.assign(memory.role, options.role);
  const faults: { readonly fault: MispFault; left: number }[] = [];
  const requests: LoggedRequest[] = [];
  const load = { now: 0, most: 0 };
  const speed = new Speed(options.latencyMs ?? 0, options.writesAtOnce ?? Number.POSITIVE_INFINITY);
  let maintenance = false;

  const takeFault = ({ path, body }: LoggedRequest): MispFault | undefined => {
    const next = faults.find(({ fault }) => path.includes(fault.match) && body.includes(fault.holds ?? ''));
    if (next === undefined) return undefined;
    next.left -= 1;
    if (next.left === 0) faults.splice(faults.indexOf(next), 1);
    return next.fault;
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const logged = await readRequest(request);
    if (options.keepRequests !== false) requests.push(logged);
    const fault = takeFault(logged);
    if (fault?.delayMs !== undefined) await pause(fault.delayMs);
    const act = async (): Promise<Answer> => {
      if (Buffer.byteLength(logged.body) > (options.maxBodyBytes ?? Number.POSITIVE_INFINITY)) return faultAnswer(413);
      if (maintenance) return toLogin();
      const refused = authorise(logged, key);
      if (refused !== undefined) return refused;
      return await speed.take(changes(logged), () => route(memory, logged, fault?.attributes));
    };
    switch (fault?.kind) {
      case 'cut-before-store':
        return void request.socket.destroy();
      case 'cut-after-store':
        await act();
        return void request.socket.destroy();
      case 'status':
        return reply(response, faultAnswer(fault.status ?? 500, fault.body));
      case 'store-then-status':
        await act();
        return reply(response, faultAnswer(fault.status ?? 500, fault.body));
      case 'html':
        return reply(response, { status: 200, body: '<html><title>Login</title></html>' });
      case 'redirect':
        return reply(response, toLogin());
      default: {
        const answer = await act();
        await fault?.held?.();
        return reply(response, answer);
      }
    }
  };

  const listener: RequestListener = (request, response) => {
    load.now += 1;
    load.most = Math.max(load.most, load.now);
    response.once('close', () => {
      load.now -= 1;
    });
    serve(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  };
  const server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  const port = await listen(server, 0);
  url = `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;

  return {
    url,
    key,
    events: memory.events,
    requests,
    role: memory.role,
    knownTags: memory.knownTags,
    blocked: memory.blocked,
    sharingGroups: memory.sharingGroups,
    warninglists: memory.lists,
    load,
    fault: (fault) => void faults.push({ fault, left: fault.times ?? 1 }),
    setMaintenance: (on) => {
      maintenance = on;
    },
    setOrganisationBlocked: (on) => {
      memory.organisationBlocked = on;
    },
    setRedis: (up) => {
      memory.redisUp = up;
    },
    deleteEvent: (uuid) => {
      memory.events.delete(uuid);
      memory.blocked.add(uuid);
    },
    down: () => stop(server),
    up: async () => void (await listen(server, port)),
    close: () => stop(server),
  };
}

/** What happens before any of MISP's own code looks at the request. */
function authorise(request: LoggedRequest, key: string): Answer | undefined {
  if (request.headers.accept?.includes('application/json') !== true) return toLogin();
  if (request.headers.authorization === key) return undefined;
  return forbidden(
    'Authentication failed. Please make sure you pass the API key of an API enabled user along in the Authorization header.',
    request.path,
  );
}

function toLogin(): Answer {
  return { status: 302, headers: { location: '/users/login' }, body: '' };
}

function faultAnswer(status: number, body?: string): Answer {
  if (body !== undefined) return { status, body };
  if (status === 413 || (status > 500 && status < 600)) {
    return { status, body: `<html><title>${status}</title><body>nginx</body></html>` };
  }
  if (status === 429) {
    const headers = { 'x-rate-limit-limit': '10', 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '42' };
    return { status, headers, body: message('API searches are limited to 10 per 15 minutes.') };
  }
  return { status, body: message('An Internal Error Has Occurred.') };
}

/** A body of text is a page, anything else is JSON. */
function reply(response: ServerResponse, answer: Answer): void {
  const isPage = typeof answer.body === 'string';
  response.writeHead(answer.status, {
    'content-type': isPage ? 'text/html; charset=UTF-8' : 'application/json',
    ...answer.headers,
  });
  response.end(isPage ? answer.body : JSON.stringify(answer.body));
}

async function readRequest(request: IncomingMessage): Promise<LoggedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the stand-in MISP has no port');
  return address.port;
}

async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
