import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Dovecot, startDovecot } from '../../src/dev/dovecot.js';
import type { MachineFacts } from '../machine.js';
import { benchUsers, Mailboxes } from '../mailboxes.js';
import { temporalVersion } from './go-programs.js';
import { Postgres } from './postgres.js';
import { S3Server } from './s3-server.js';
import { TemporalCluster } from './temporal-cluster.js';

/** What a production set-up has, on one machine: Temporal's server on PostgreSQL, an S3 service, a mail server. */
export class ClusterSite {
  readonly folder: string;
  readonly dovecot: Dovecot;
  readonly mailboxes: Mailboxes;
  readonly postgres: Postgres;
  readonly s3: S3Server;
  readonly temporal: TemporalCluster;

  private constructor(folder: string, dovecot: Dovecot, postgres: Postgres, s3: S3Server, temporal: TemporalCluster) {
    this.folder = folder;
    this.dovecot = dovecot;
    this.mailboxes = new Mailboxes(dovecot);
    this.postgres = postgres;
    this.s3 = s3;
    this.temporal = temporal;
  }

  static async open(onProgress: (line: string) => void): Promise<ClusterSite> {
    const folder = await mkdtemp(join(tmpdir(), 'lurewatch-cluster-'));
    // PostgreSQL's own user walks through it.
    await chmod(folder, 0o711);
    const undo: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true, maxRetries: 5 })];
    try {
      const dovecot = await startDovecot({ users: benchUsers() });
      undo.unshift(() => dovecot.stop());
      const postgres = await Postgres.start(folder);
      undo.unshift(() => postgres.stop());
      const s3 = await S3Server.start(folder, onProgress);
      undo.unshift(() => s3.kill());
      const temporal = await TemporalCluster.start(folder, postgres, onProgress);
      return new ClusterSite(folder, dovecot, postgres, s3, temporal);
    } catch (error) {
      for (const each of undo) await each();
      throw error;
    }
  }

  get facts(): MachineFacts {
    return { temporal: `Temporal server ${temporalVersion}`, database: this.postgres.version, s3: 'versitygw' };
  }

  /** The last thing before the process ends: connections to Temporal are left to that. */
  async close(): Promise<void> {
    await this.temporal.kill();
    await this.s3.kill();
    await this.postgres.stop();
    await this.dovecot.stop();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
