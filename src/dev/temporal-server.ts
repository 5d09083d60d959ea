import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { connectTemporal } from '../temporal/connect.js';
import { searchAttributeTypes } from '../temporal/search-attributes.js';
import { endWithParent } from './end-with-parent.js';
import { freePort } from './free-port.js';
import { endGroup } from './run-command.js';

export interface TemporalServerOptions {
  /** Temporal's CLI: see findTemporalCli. */
  readonly cliPath: string;
  /** Gets the server's output, appended. */
  readonly logFile: string;
  /** SQLite file. Without it all is lost when the server ends. */
  readonly databaseFile?: string | undefined;
  /** 0: any free one. By default 7233 when it is free, else any. */
  readonly port?: number | undefined;
  /** As `port`, but 8233. */
  readonly uiPort?: number | undefined;
  /** True: no Web UI. */
  readonly headless?: boolean | undefined;
  /** By default `default`. */
  readonly namespace?: string | undefined;
  /** Registered at start, as `['LurewatchMailbox', 'Keyword']`. By default ours. */
  readonly searchAttributes?: readonly (readonly [name: string, type: string])[] | undefined;
  readonly dynamicConfig?: Readonly<Record<string, string | number | boolean>> | undefined;
}

export interface TemporalServer {
  /** `127.0.0.1:7233` */
  readonly address: string;
  /** `http://127.0.0.1:8233`; undefined when headless. */
  readonly uiAddress: string | undefined;
  readonly namespace: string;
  readonly pid: number;
  /** What it was started with, ports settled: with these, `startTemporalServer` starts it again as it was. */
  readonly options: TemporalServerOptions;
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Ends it in order. */
  stop(): Promise<void>;
  /** SIGKILL: what a crash of the machine would do. */
  kill(): Promise<void>;
}

const readyWithinMs = 60_000;
const stopWithinMs = 10_000;
const portAttempts = 5;

/**
 * Starts Temporal's dev server on 127.0.0.1 and resolves when it answers. It ends with this process, however that ends.
 *
 * @throws LW_TEMPORAL_UNREACHABLE with the last lines of the log, when it ends or does not answer within a minute
 */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port || (await freePort(options.port === 0 ? undefined : 7233));
    const uiPort = options.headless
      ? undefined
      : options.uiPort || (await freePort(options.uiPort === 0 ? undefined : 8233));
    const server = launch({ ...options, port, uiPort });
    try {
      await ready(server);
      return server;
    } catch (error) {
      await server.kill();
      // Between our look and its start, somebody else may have taken a port that we chose.
      const log = await lastLines(options.logFile);
      const chosen = !options.port || (!options.headless && !options.uiPort);
      if (chosen && attempt < portAttempts && /address already in use/.test(log)) continue;
      const reason = error instanceof Error ? error.message : String(error);
      throw new LurewatchError('LW_TEMPORAL_UNREACHABLE', `Temporal's dev server did not start: ${reason}\n${log}\n`, {
        where: server.address,
        mend: `Its whole log is in ${options.logFile}.`,
        cause: error,
      });
    }
  }
}

function launch(options: TemporalServerOptions): TemporalServer {
  const { port = 7233, uiPort, namespace = 'default', logFile, databaseFile } = options;
  for (const file of [logFile, databaseFile]) if (file !== undefined) mkdirSync(dirname(file), { recursive: true });
  const log = openSync(logFile, 'a');
  // A group of its own: Ctrl-C must reach the worker first, which drains while the server still answers.
  const child = spawn(options.cliPath, serverArguments(options), { stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  const { pid } = child;
  const release = pid === undefined ? () => {} : endWithParent(pid);
  let running = true;
  const ended = new Promise<void>((done) => {
    const end = () => {
      running = false;
      release();
      done();
    };
    child.once('error', end);
    child.once('exit', end);
  });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (running && pid !== undefined) endGroup(pid, signal);
    await ended;
  };
  return {
    address: `127.0.0.1:${port}`,
    uiAddress: uiPort === undefined ? undefined : `http://127.0.0.1:${uiPort}`,
    namespace,
    pid: pid ?? 0,
    options,
    ended,
    kill: () => end('SIGKILL'),
    stop: async () => {
      const force = setTimeout(() => void end('SIGKILL'), stopWithinMs);
      await end('SIGTERM');
      clearTimeout(force);
    },
  };
}

/**
 * By default SQLite keeps a rollback journal: three fsyncs and a file created and deleted for each transaction. With a
 * write-ahead log a crash of the server loses nothing; one of the machine may lose the last transactions, which mailbox
 * and ledger restore (https://www.sqlite.org/pragma.html#pragma_synchronous).
 */
const writeAheadLog = ['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=1'];

/**
 * As in deploy/temporal/dynamic.yaml: a worker that completes a step is handed the next one at once, on one host, and
 * work that waits is shared out by mailbox and feed.
 */
const dynamicDefaults: Readonly<Record<string, string | number | boolean>> = {
  'system.enableActivityEagerExecution': true,
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  'matching.enableFairness': true,
};

function serverArguments(options: TemporalServerOptions): readonly string[] {
  const namespace = options.namespace ?? 'default';
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--log-level', 'warn', '--port', String(options.port)],
    ...(options.uiPort === undefined ? ['--headless'] : ['--ui-port', String(options.uiPort)]),
    ...(options.databaseFile === undefined ? [] : ['--db-filename', options.databaseFile, ...writeAheadLog]),
    ...(namespace === 'default' ? [] : ['--namespace', namespace]),
    ...(options.searchAttributes ?? searchAttributeTypes).flatMap(([name, type]) => [
      '--search-attribute',
      `${name}=${type}`,
    ]),
    ...Object.entries({ ...dynamicDefaults, ...options.dynamicConfig }).flatMap(([key, value]) => [
      '--dynamic-config-value',
      `${key}=${JSON.stringify(value)}`,
    ]),
  ];
}

/** Answers for its namespace, and knows the search attributes it was started with. */
async function ready(server: TemporalServer): Promise<void> {
  const deadline = Date.now() + readyWithinMs;
  let over = false;
  const gone = server.ended.then(() => {
    over = true;
    throw new Error('it ended at once');
  });
  const answers = async (): Promise<void> => {
    while (!over) {
      try {
        await answer(server);
        return;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await sleep(50);
      }
    }
  };
  await Promise.race([answers(), gone]);
}

async function answer(server: TemporalServer): Promise<void> {
  const { address, namespace, options } = server;
  const client = await connectTemporal({ address, namespace, ignoreEnvironment: true, timeoutMs: 5000 });
  try {
    const wanted = options.searchAttributes ?? searchAttributeTypes;
    const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace });
    const missing = wanted.filter(([name]) => customAttributes?.[name] === undefined);
    if (missing.length > 0) throw new Error(`it does not know ${missing.map(([name]) => name).join(', ')} yet`);
  } finally {
    await client.close();
  }
}

async function lastLines(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-8).join('\n');
}
