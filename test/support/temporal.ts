import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { findTemporalCli } from '../../src/dev/temporal-cli.js';
import { startTemporalServer, type TemporalServer, type TemporalServerOptions } from '../../src/dev/temporal-server.js';

export interface TestServer {
  readonly server: TemporalServer;
  readonly address: string;
  readonly namespace: string;
  readonly connection: Connection;
  readonly client: Client;
  /** Where its log and database are; removed by stop(). */
  readonly folder: string;
  stop(): Promise<void>;
}

export interface TestServerOptions extends Partial<TemporalServerOptions> {
  /** True: with a SQLite file, so that it can be started again with what it knew. */
  readonly persistent?: boolean;
}

/** Temporal's real dev server on a free port, headless, with our search attributes; ready in about a second. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const cliPath = await findTemporalCli({ install: false });
  const folder = await mkdtemp(join(tmpdir(), 'lurewatch-temporal-'));
  const { persistent, ...serverOptions } = options;
  const server = await startTemporalServer({
    cliPath,
    logFile: join(folder, 'server.log'),
    port: 0,
    headless: true,
    ...(persistent === true ? { databaseFile: join(folder, 'temporal.db') } : {}),
    ...serverOptions,
  });
  const connection = await Connection.connect({ address: server.address });
  const client = new Client({ connection, namespace: server.namespace });
  return {
    server,
    address: server.address,
    namespace: server.namespace,
    connection,
    client,
    folder,
    stop: async () => {
      await connection.close();
      await server.kill(); // Nobody needs what it would still write.
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves with the first answer that is not undefined. Waits for a condition, never for a time. */
export async function eventually<T>(look: () => Promise<T | undefined>, what: string, withinMs = 30_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`never happened: ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
