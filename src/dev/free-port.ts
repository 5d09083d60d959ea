import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below what kernels usually give to outgoing connections and to servers that ask for any port (Linux 32768 to 60999,
 * macOS and Windows 49152 to 65535), so a server that is to come back finds its port again; below the node ports of
 * Kubernetes (30000 to 32767); and Temporal keeps the ports of its members in a 16-bit number with a sign.
 */
const first = 15_000;
const beyond = 30_000;
const attempts = 1000;

/** Whoever asked for one has not necessarily bound it yet. */
const given = new Set<number>();

/**
 * A port of 127.0.0.1 that nothing listens on: `preferred` when it is free, else one between 15,000 and 30,000, never
 * twice the same in one process.
 */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isFree(preferred))) return preferred;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const port = randomInt(first, beyond);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port on 127.0.0.1 in ${attempts} attempts between ${first} and ${beyond}`);
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}
