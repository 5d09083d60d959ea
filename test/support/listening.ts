import type { AddressInfo, Server, Socket } from 'node:net';

export interface Listening {
  readonly port: number;
  /** Connections taken so far. */
  readonly connections: readonly Socket[];
}

/** Runs `body` while `server` listens on a free port of 127.0.0.1; ends it and its connections whatever happens. */
export async function whileListening(server: Server, body: (listening: Listening) => Promise<void>): Promise<void> {
  const connections: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    connections.push(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  try {
    await body({ port: (server.address() as AddressInfo).port, connections });
  } finally {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of connections) socket.destroy();
    await closed;
  }
}
