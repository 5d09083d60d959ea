import { createServer } from 'node:http';
import { endWithParent } from './child.js';

/**
 * A webhook receiver that costs next to nothing: reads the request, counts its `webhook-id`, answers 200 after the
 * latency given as its argument. `GET` tells how much arrived, `GET /arrivals` how often each id did.
 */
endWithParent();
process.once('SIGTERM', () => process.exit(0));

const latencyMs = Number(process.argv[2] ?? 0);
const arrivals = new Map<string, number>();
let requests = 0;

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    const told = request.url === '/arrivals' ? Object.fromEntries(arrivals) : { requests, cases: arrivals.size };
    response.end(JSON.stringify(told));
    return;
  }
  const id = request.headers['webhook-id'];
  request.resume().once('end', () => {
    requests += 1;
    if (typeof id === 'string') arrivals.set(id, (arrivals.get(id) ?? 0) + 1);
    const answer = () => response.writeHead(200, { 'content-length': 2 }).end('{}');
    if (latencyMs === 0) answer();
    else setTimeout(answer, latencyMs);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(typeof address === 'object' && address !== null ? address.port : '');
});
