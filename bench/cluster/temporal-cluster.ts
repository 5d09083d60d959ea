import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { msNumberToTs } from '@temporalio/common/lib/time.js';
import { stringify } from 'yaml';
import { freePort } from '../../src/dev/free-port.js';
import { runCommand } from '../../src/dev/run-command.js';
import { ServerProcess } from '../../src/dev/server-process.js';
import { ensureSearchAttributes } from '../../src/temporal/search-attributes.js';
import { type ServerPrograms, serverPrograms } from './go-programs.js';
import type { Postgres } from './postgres.js';
import { type ServerPorts, serverConfig } from './server-config.js';

const namespace = 'default';
const readyWithinMs = 90_000;
const retentionMs = 24 * 60 * 60 * 1000;

/** The Temporal server of a production set-up: PostgreSQL below it, all four services in one process. */
export class TemporalCluster {
  readonly address: string;
  readonly client: Client;
  readonly #start: () => ServerProcess;
  readonly #metricsUrl: string;
  #server: ServerProcess;

  private constructor(ports: ServerPorts, start: () => ServerProcess) {
    this.address = `127.0.0.1:${ports.frontend}`;
    this.#metricsUrl = `http://127.0.0.1:${ports.metrics}/metrics`;
    const connection = Connection.lazy({ address: this.address });
    this.client = new Client({ connection, namespace });
    this.#start = start;
    this.#server = start();
  }

  static async start(folder: string, postgres: Postgres, onProgress: (line: string) => void): Promise<TemporalCluster> {
    const programs = await serverPrograms(onProgress);
    await setUpSchema(programs, postgres);
    const config = join(folder, 'temporal');
    await mkdir(config);
    const ports = await freePorts();
    await writeFile(join(config, 'server.yaml'), stringify(serverConfig(ports, postgres)));
    const place = ['--root', folder, '--config', 'temporal', '--env', 'server'];
    const start = () => new ServerProcess(programs.server, [...place, '--allow-no-auth', 'start']);
    const cluster = new TemporalCluster(ports, start);
    try {
      await cluster.#ready();
    } catch (error) {
      await cluster.kill();
      throw error;
    }
    return cluster;
  }

  get pid(): number {
    return this.#server.pid;
  }

  async kill(): Promise<void> {
    await this.#server.kill();
  }

  /** After `kill`, on the same ports, with all that it knew. */
  async restart(): Promise<void> {
    this.#server = this.#start();
    await this.#ready();
  }

  /** Its counters now, in Prometheus' text format. */
  async metrics(): Promise<string> {
    return (await fetch(this.#metricsUrl)).text();
  }

  /** Answers for its namespace, and knows our search attributes; both are made where they are missing. */
  async #ready(): Promise<void> {
    const { connection } = this.client;
    await this.#eventually(async () => {
      const known = await connection.workflowService.listNamespaces({});
      if (known.namespaces.some(({ namespaceInfo }) => namespaceInfo?.name === namespace)) return;
      await connection.workflowService.registerNamespace({
        namespace,
        workflowExecutionRetentionPeriod: msNumberToTs(retentionMs),
      });
    });
    await this.#eventually(() => connection.workflowService.describeNamespace({ namespace }));
    await this.#eventually(() => ensureSearchAttributes(connection, namespace));
  }

  async #eventually(work: () => Promise<unknown>): Promise<void> {
    const deadline = Date.now() + readyWithinMs;
    for (;;) {
      try {
        await work();
        return;
      } catch (error) {
        if (!this.#server.running) throw new Error(`The Temporal server ended: ${complaintOf(this.#server.output)}`);
        if (Date.now() > deadline) throw error;
        await sleep(200);
      }
    }
  }
}

/** Each of its lines carries a stack. */
function complaintOf(output: string): string {
  const lines = [...output.matchAll(/"msg":("(?:[^"\\]|\\.)*")(?:,"error":("(?:[^"\\]|\\.)*"))?/g)];
  return lines.length === 0
    ? output.slice(-500)
    : lines.map(([, message, error = '']) => `${message} ${error}`).join('; ');
}

async function setUpSchema({ sqlTool }: ServerPrograms, { port, user }: Postgres): Promise<void> {
  const server = ['--plugin', 'postgres12', '--endpoint', '127.0.0.1', '--port', String(port), '--user', user];
  for (const [database, schema] of [
    ['temporal', 'temporal'],
    ['temporal_visibility', 'visibility'],
  ] as const) {
    for (const step of [
      ['create-database'],
      ['setup-schema', '--version', '0.0'],
      ['update-schema', '--schema-name', `postgresql/v12/${schema}`],
    ]) {
      const { exitCode, output } = await runCommand(sqlTool, [...server, '--database', database, ...step]);
      if (exitCode !== 0) throw new Error(`Temporal's schema tool failed at ${step[0]}: ${output}`);
    }
  }
}

async function freePorts(): Promise<ServerPorts> {
  const frontend = await freePort();
  const [http, history, matching, worker] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const membership = [await freePort(), await freePort(), await freePort(), await freePort()] as const;
  return { frontend, http, history, matching, worker, membership, metrics: await freePort() };
}
