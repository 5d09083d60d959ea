import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { Child } from '../child.js';
import { mailPassword } from '../mailboxes.js';
import type { ClusterSite } from './cluster-site.js';
import { s3AccessKeyId, s3SecretAccessKey } from './s3-server.js';

export interface DeploymentOptions {
  /** Name of each mailbox, and its user. */
  readonly mailboxes: Readonly<Record<string, string>>;
  /** Of the webhook, and of the S3 service; by default the site's own. */
  readonly receiverPort: number;
  readonly s3Port?: number;
  /** More of lurewatch.yaml, by the name of the mailbox. */
  readonly mailboxSettings?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Lurewatch as it is deployed on several hosts: one configuration, a bucket, any number of workers. */
export class Deployment {
  readonly taskQueue: string;
  readonly bucket: string;
  readonly configFile: string;
  readonly #site: ClusterSite;
  readonly #environment: Readonly<Record<string, string>>;

  private constructor(site: ClusterSite, taskQueue: string, bucket: string, configFile: string) {
    this.#site = site;
    this.taskQueue = taskQueue;
    this.bucket = bucket;
    this.configFile = configFile;
    this.#environment = {
      LUREWATCH_CONFIG: configFile,
      BENCH_PASSWORD: mailPassword,
      BENCH_WEBHOOK_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
      BENCH_S3_ID: s3AccessKeyId,
      BENCH_S3_SECRET: s3SecretAccessKey,
    };
  }

  static async prepare(site: ClusterSite, options: DeploymentOptions): Promise<Deployment> {
    const { receiverPort, s3Port = site.s3.port, mailboxes, mailboxSettings = {} } = options;
    const id = randomUUID().slice(0, 8);
    const folder = join(site.folder, `deployment-${id}`);
    await mkdir(folder);
    const bucket = await site.s3.bucket();
    const taskQueue = `bench-${id}`;
    const place = { host: '127.0.0.1', port: site.dovecot.imapPort, tls: 'none' };
    const users = Object.entries(mailboxes).map(([name, username]) => [
      name,
      { ...place, username, password: { env: 'BENCH_PASSWORD' }, targets: ['cases'], ...mailboxSettings[name] },
    ]);
    const config = {
      store: {
        ...{ kind: 's3', bucket, endpoint: `http://127.0.0.1:${s3Port}`, insecure: true },
        credentials: { accessKeyId: { env: 'BENCH_S3_ID' }, secretAccessKey: { env: 'BENCH_S3_SECRET' } },
      },
      taskQueue,
      targets: {
        cases: {
          ...{ kind: 'webhook', url: `http://127.0.0.1:${receiverPort}/hook`, insecure: true },
          secret: { env: 'BENCH_WEBHOOK_SECRET' },
        },
      },
      mailboxes: Object.fromEntries(users),
    };
    const configFile = join(folder, 'lurewatch.yaml');
    await writeFile(configFile, stringify(config));
    return new Deployment(site, taskQueue, bucket, configFile);
  }

  /** For those that open the store from here. */
  get environment(): Readonly<Record<string, string>> {
    return this.#environment;
  }

  async worker(): Promise<Child> {
    return Child.start('./worker-process.js', {
      arguments: [this.#site.temporal.address],
      environment: this.#environment,
    });
  }

  async workers(count: number): Promise<readonly Child[]> {
    const workers: Child[] = [];
    for (let number = 0; number < count; number += 1) workers.push(await this.worker());
    return workers;
  }

  /** A poll by hand. */
  async startPoll(mailbox: string) {
    const { taskQueue } = this;
    const workflowId = `${taskQueue}-${mailbox}-${randomUUID().slice(0, 8)}`;
    return this.#site.temporal.client.workflow.start('ingestMailbox', { taskQueue, workflowId, args: [{ mailbox }] });
  }
}
