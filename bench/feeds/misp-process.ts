import { createServer } from 'node:http';
import { changes, type LoggedRequest } from '../../test/support/misp-routes.js';
import { startMispServer } from '../../test/support/misp-server.js';
import { endWithParent } from '../child.js';
import type { MispRequests } from './misp-stand-in.js';

/**
 * The tests' stand-in for MISP, with the latency for each change given as its argument. Beside it, at an address of its
 * own, it tells what was asked since it last told.
 */
endWithParent();
process.once('SIGTERM', () => process.exit(0));

// A MISP of two cores takes 12.7 events a second over one connection, 26 over two and 27 over eight.
const misp = await startMispServer({ latencyMs: Number(process.argv[2] ?? 0), writesAtOnce: 2 });
let told = 0;
const control = createServer((_, response) => {
  const requests = misp.requests.slice(told);
  told = misp.requests.length;
  const writes = requests.filter(changes);
  const answer: MispRequests = {
    events: misp.events.size,
    reads: requests.length - writes.length,
    written: writes.map(({ method, path, body }) => ({ path: `${method} ${path}`, info: infoOf(path, body) })),
  };
  response.end(JSON.stringify(answer));
});
control.listen(0, '127.0.0.1', () => {
  const address = control.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  console.log(JSON.stringify({ url: misp.url, key: misp.key, controlUrl: `http://127.0.0.1:${port}/` }));
});

/** The title of the event that a request was about: `/events/add` brings it along. */
function infoOf(path: LoggedRequest['path'], body: string): string {
  const uuid = /\/([0-9a-f-]{36})/.exec(path)?.[1] ?? /"uuid":\s*"([0-9a-f-]{36})"/.exec(body)?.[1] ?? '';
  return misp.events.get(uuid)?.info ?? '';
}
