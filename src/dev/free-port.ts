import { createServer } from 'node:net';

/** A port of 127.0.0.1 that nothing listens on: `preferred` when it is free, else any. */
export async function freePort(preferred?: number): Promise<number> {
  const port = preferred === undefined ? undefined : await tryPort(preferred);
  const found = port ?? (await tryPort(0));
  if (found === undefined) throw new Error('no free port on 127.0.0.1');
  return found;
}

async function tryPort(port: number): Promise<number | undefined> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : undefined;
      server.close(() => done(bound));
    });
  });
}
