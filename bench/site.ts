import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { type Dovecot, startDovecot } from '../src/dev/dovecot.js';
import { findTemporalCli } from '../src/dev/temporal-cli.js';
import { startTemporalServer, type TemporalServer } from '../src/dev/temporal-server.js';
import { connectTemporal } from '../src/temporal/connect.js';
import { benchUsers, Mailboxes } from './mailboxes.js';

/** The servers of a run: Dovecot, and Temporal's dev server with a SQLite file. */
export class Site {
  readonly dovecot: Dovecot;
  readonly temporal: TemporalServer;
  /** Stores and logs of the rounds; gone at the end. */
  readonly folder: string;
  readonly client: Client;
  readonly #mailboxes: Mailboxes;

  private constructor(folder: string, dovecot: Dovecot, temporal: TemporalServer, client: Client) {
    this.folder = folder;
    this.dovecot = dovecot;
    this.temporal = temporal;
    this.client = client;
    this.#mailboxes = new Mailboxes(dovecot);
  }

  static async open(onProgress: (line: string) => void): Promise<Site> {
    const cliPath = await findTemporalCli({ install: true, onProgress });
    const folder = await mkdtemp(join(tmpdir(), 'lurewatch-bench-'));
    const dovecot = await startDovecot({ users: benchUsers() });
    const temporal = await startTemporalServer({
      cliPath,
      logFile: join(folder, 'temporal.log'),
      databaseFile: join(folder, 'temporal.db'),
      port: 0,
      headless: true,
    });
    const { client } = await connectTemporal({ address: temporal.address, ignoreEnvironment: true });
    return new Site(folder, dovecot, temporal, client);
  }

  /** A mailbox that holds these mails, all unread. */
  async mailbox(mails: readonly Buffer[]): Promise<string> {
    return this.#mailboxes.with(mails);
  }

  async unread(user: string): Promise<number> {
    return this.#mailboxes.unread(user);
  }

  /**
   * The last thing before the process ends: the connection to Temporal is left to that, since after an interruption a
   * call may still be under way that closing would make throw outside any promise.
   */
  async close(): Promise<void> {
    await this.temporal.kill();
    await this.dovecot.stop();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
