import { execFile } from 'node:child_process';
import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findOnPath } from '../../src/dev/find-on-path.js';
import { freePort } from '../../src/dev/free-port.js';
import { runCommand } from '../../src/dev/run-command.js';
import { ServerProcess } from '../../src/dev/server-process.js';
import { listens } from '../../test/support/listens.js';
import { bytesBelow } from './bytes-below.js';

/** Where Debian and Homebrew put what is not on PATH. */
const usualFolders = [17, 16, 15, 14].flatMap((version) => [
  `/usr/lib/postgresql/${version}/bin`,
  `/opt/homebrew/opt/postgresql@${version}/bin`,
]);
/** Any role may log in: it listens on loopback, and is gone with its data when we are. */
const superuser = 'temporal';
const readyWithinMs = 30_000;

/** PostgreSQL with a data folder of its own on a free port of 127.0.0.1. It never outlives this process. */
export class Postgres {
  readonly port: number;
  readonly user = superuser;
  readonly version: string;
  readonly #folder: string;
  readonly #command: readonly string[];
  #server: ServerProcess | undefined;

  private constructor(port: number, version: string, folder: string, command: readonly string[]) {
    this.port = port;
    this.version = version;
    this.#folder = folder;
    this.#command = command;
  }

  /** @param parent the folder to make its own in; one that other users may walk through, where we are root */
  static async start(parent: string): Promise<Postgres> {
    const path = [process.env.PATH ?? '', ...usualFolders].join(delimiter);
    const [postgres, initdb] = [await findOnPath('postgres', path), await findOnPath('initdb', path)];
    if (postgres === undefined || initdb === undefined) {
      throw new Error('PostgreSQL is not installed (Debian: apt-get install postgresql).');
    }
    const folder = await mkdtemp(join(parent, 'postgres-'));
    const data = join(folder, 'data');
    await mkdir(data, { mode: 0o700 });
    const asOwner = await unprivileged([folder, data]);
    const [tool = '', ...toolArguments] = [
      ...asOwner,
      initdb,
      '-D',
      data,
      '-U',
      superuser,
      '--auth=trust',
      '-E',
      'UTF8',
    ];
    const made = await runCommand(tool, [...toolArguments, '--no-locale', '--no-sync'], { folder });
    if (made.exitCode !== 0) throw new Error(`initdb failed: ${made.output}`);
    const port = await freePort();
    const settings = { listen_addresses: '127.0.0.1', port, unix_socket_directories: '', ...tuning };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const version = (await runCommand(postgres, ['--version'])).output.trim();
    const server = new Postgres(port, version, folder, [...asOwner, postgres, '-D', data, ...flags]);
    await server.start();
    return server;
  }

  get pid(): number {
    return this.#server?.pid ?? 0;
  }

  /** Tables and indexes, without the write-ahead log. */
  async bytes(): Promise<number> {
    return bytesBelow(join(this.#folder, 'data', 'base'));
  }

  /** Also after `kill`: it recovers from its log. */
  async start(): Promise<void> {
    const [command = '', ...commandArguments] = this.#command;
    const server = new ServerProcess(command, commandArguments);
    this.#server = server;
    const deadline = Date.now() + readyWithinMs;
    while (!(await listens(this.port))) {
      if (!server.running || Date.now() > deadline) throw new Error(`PostgreSQL did not start: ${server.output}`);
      await sleep(50);
    }
  }

  /** As a crash would: what it was told to keep is kept. */
  async kill(): Promise<void> {
    await this.#server?.kill();
  }

  /** Its processes are no children of ours, so it ends them itself. */
  async stop(): Promise<void> {
    await this.#server?.stop();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** As `deploy/` leaves it, but for its memory: every commit waits for the disk. */
const tuning = { max_connections: 150, shared_buffers: '256MB' };

/** PostgreSQL refuses to run as root: then as the user that its package made. */
async function unprivileged(folders: readonly string[]): Promise<readonly string[]> {
  if (process.getuid?.() !== 0) return [];
  const id = async (flag: string) => Number((await promisify(execFile)('id', [flag, 'postgres'])).stdout);
  const [uid, gid] = [await id('-u'), await id('-g')];
  for (const folder of folders) await chown(folder, uid, gid);
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--'];
}
