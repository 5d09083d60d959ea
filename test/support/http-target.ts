import type { Sink } from '../../src/sinks/sink.js';
import { HttpCaseServer, type HttpCaseServerOptions } from './http-case-server.js';
import { makeTarget } from './target-setup.js';

type Changes = Readonly<Record<string, unknown>>;

/** What the stand-in is asked by, to find a case by its alert id. */
export const lookup = {
  path: '/api/cases?id={alert_id}',
  list: 'result',
  match: { correlation_id: '{alert_id}' },
  id: 'number',
  settle: '0s',
};

/** A target of kind `http` that is made for the stand-in. */
export function httpTarget(server: HttpCaseServer, changes: Changes = {}): Sink {
  const config = {
    kind: 'http',
    url: `${server.url}/api/cases`,
    insecure: true,
    headers: { Authorization: { before: 'Bearer ', secret: { env: 'TOKEN' } } },
    timeout: '10s',
  };
  return makeTarget({ ...config, id: 'result.number', ...changes }, { TOKEN: server.token });
}

export async function withServer(
  changes: Changes,
  body: (server: HttpCaseServer, sink: Sink) => Promise<void>,
  options: HttpCaseServerOptions = {},
): Promise<void> {
  const server = await HttpCaseServer.start(options);
  const sink = httpTarget(server, changes);
  try {
    await body(server, sink);
  } finally {
    await sink.close();
    await server.close();
  }
}
