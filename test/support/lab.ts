import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { stringify } from 'yaml';
import { type Dovecot, startDovecot } from '../../src/dev/dovecot.js';
import type { MailToStore } from '../../src/dev/dovecot-mailboxes.js';
import { startTemporalServer } from '../../src/dev/temporal-server.js';
import { openLedger } from '../../src/ledger/ledger.js';
import { FileStore } from '../../src/store/file-store.js';
import type { IngestMailboxInput, IngestMailboxResult } from '../../src/workflows/types.js';
import { type Hold, type HoldPoint, holdAt } from './hold-points.js';
import type { KillPoint } from './kill-points.js';
import { type LabWorker, startLabWorker } from './lab-worker.js';
import { simpleMails } from './mails.js';
import { eventually, startTestServer, type TestServer, type TestServerOptions } from './temporal.js';

export const mailPassword = 'correct horse battery staple';
const mostUsers = 60;

/** A Temporal server and a mail server that the tests of a file share. */
export class Site {
  readonly dovecot: Dovecot;
  temporal: TestServer;
  #users = 0;

  private constructor(dovecot: Dovecot, temporal: TestServer) {
    this.dovecot = dovecot;
    this.temporal = temporal;
  }

  /** @param capability what the mail server announces, instead of all that it can */
  static async open(options: TestServerOptions = {}, capability?: string): Promise<Site> {
    const names = Array.from({ length: mostUsers }, (_, index) => `user${index + 1}`);
    const users = Object.fromEntries(names.map((name) => [name, mailPassword]));
    const dovecot = await startDovecot({ users, capability });
    try {
      return new Site(dovecot, await startTestServer(options));
    } catch (error) {
      await dovecot.stop();
      throw error;
    }
  }

  /** Runs a test in a laboratory of its own: mailboxes, a task queue, a store; all gone at its end. */
  async lab(options: LabOptions, work: (lab: Lab) => Promise<void>): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'lurewatch-lab-'));
    const lab = new Lab(this, folder, options, () => `user${++this.#users}`);
    try {
      await lab.configure({});
      await work(lab);
    } catch (error) {
      const log = await readFile(lab.logFile, 'utf8').catch(() => '');
      throw new Error(`${error instanceof Error ? error.message : error}\n--- worker log ---\n${log.slice(-6000)}`, {
        cause: error,
      });
    } finally {
      await lab.close();
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Ends the Temporal server as a crash would and starts it at the same address; `lost`: without its database. */
  async restartTemporal(
    database: 'kept' | 'lost',
    whileDown: () => Promise<void> = async () => undefined,
  ): Promise<void> {
    const before = this.temporal;
    const { options } = before.server;
    await before.server.kill();
    if (database === 'lost') {
      for (const suffix of ['', '-wal', '-shm']) await rm(`${options.databaseFile}${suffix}`, { force: true });
    }
    await whileDown();
    const server = await startTemporalServer(options);
    const stop = async () => {
      await server.kill();
      await before.stop();
    };
    this.temporal = { ...before, server, stop };
  }

  async close(): Promise<void> {
    await this.temporal.stop();
    await this.dovecot.stop();
  }
}

export interface LabOptions {
  /** As in lurewatch.yaml. */
  readonly targets: Readonly<Record<string, unknown>>;
  readonly misp?: unknown;
  /** Names of mailboxes with what differs from the usual; by default one, `soc`. */
  readonly mailboxes?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** As in lurewatch.yaml. */
  readonly feeds?: Readonly<Record<string, unknown>>;
  /** As in lurewatch.yaml; by default a folder of the laboratory. */
  readonly store?: unknown;
  /** Values of secrets that the configuration names by `env`. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** How long after a claim a request may still be on its way, instead of what the sink says. */
  readonly inFlightMs?: number;
  /** How soon a connection that listens for mail has to show that it lives, instead of the usual minute. */
  readonly renewMs?: number;
}

export class Lab {
  readonly site: Site;
  readonly folder: string;
  readonly logFile: string;
  /** User of each mailbox on the mail server. */
  readonly users: Readonly<Record<string, string>>;
  readonly #options: LabOptions;
  readonly #children = new Set<ChildProcess>();
  #holdAt: HoldPoint | undefined;
  #bundle: string | undefined;
  #only: readonly string[] = [];
  #polls = 0;

  constructor(site: Site, folder: string, options: LabOptions, nextUser: () => string) {
    this.site = site;
    this.folder = folder;
    this.logFile = join(folder, 'worker.log');
    this.#options = options;
    this.users = Object.fromEntries(Object.keys(options.mailboxes ?? { soc: {} }).map((name) => [name, nextUser()]));
  }

  get taskQueue(): string {
    return this.folder.slice(this.folder.lastIndexOf('/') + 1);
  }

  /** Writes the configuration; `changes` go over the top-level keys. Workers read it when they start. */
  async configure(changes: Readonly<Record<string, unknown>>): Promise<void> {
    const {
      targets,
      misp,
      feeds = {},
      mailboxes = { soc: {} },
      store = { kind: 'file', path: './var' },
    } = this.#options;
    const config = {
      store,
      taskQueue: this.taskQueue,
      shutdownGraceTime: '5s',
      targets,
      ...(misp === undefined ? {} : { misp }),
      feeds,
      mailboxes: Object.fromEntries(
        Object.entries(mailboxes).map(([name, different]) => [
          name,
          different.kind === 'directory' ? different : this.mailbox(name, different),
        ]),
      ),
      ...changes,
    };
    await writeFile(join(this.folder, 'lurewatch.yaml'), stringify(config));
  }

  /** As in lurewatch.yaml: the usual, with what differs. */
  mailbox(name: string, different: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    return {
      host: '127.0.0.1',
      port: this.site.dovecot.imapPort,
      tls: 'none',
      username: this.users[name],
      password: { env: 'MAIL_PASSWORD' },
      every: '5s',
      targets: Object.keys(this.#options.targets),
      ...different,
    };
  }

  /** A name of its own: mails made with it become alerts that no other laboratory has. */
  get name(): string {
    return this.taskQueue.slice(-6);
  }

  /** Mails that no other laboratory has: `Message <name>-1` and so on. */
  mails(count: number): readonly string[] {
    return simpleMails(count, this.name);
  }

  /** Workers started from now on stop at this point, until it is released. */
  holdAt(point: HoldPoint): Hold {
    this.#holdAt = point;
    return holdAt(point, this.folder);
  }

  /** Workers started from now on run this workflow code, that of another release; undefined: our own again. */
  release(bundle: string | undefined): void {
    this.#bundle = bundle;
  }

  /** Workers started from now on take only these parts of the work; none: all. */
  only(...parts: readonly string[]): void {
    this.#only = parts;
  }

  /** Starts a worker, ready to work when this resolves. With `killAt` it dies there, once for each marker. */
  async worker(killAt?: KillPoint, marker = 'died'): Promise<LabWorker> {
    const { secrets, inFlightMs, renewMs } = this.#options;
    const environment = {
      ...secrets,
      MAIL_PASSWORD: mailPassword,
      LUREWATCH_CONFIG: join(this.folder, 'lurewatch.yaml'),
      LUREWATCH_TEST_ADDRESS: this.site.temporal.address,
      LUREWATCH_TEST_FOLDER: this.folder,
      ...(inFlightMs === undefined ? {} : { LUREWATCH_TEST_IN_FLIGHT_MS: String(inFlightMs) }),
      ...(renewMs === undefined ? {} : { LUREWATCH_TEST_RENEW_MS: String(renewMs) }),
      ...(this.#only.length === 0 ? {} : { LUREWATCH_TEST_ONLY: this.#only.join(',') }),
      ...(this.#bundle === undefined ? {} : { LUREWATCH_TEST_BUNDLE: this.#bundle }),
      ...(this.#holdAt === undefined ? {} : { LUREWATCH_TEST_HOLD: this.#holdAt }),
      ...(killAt === undefined
        ? {}
        : { LUREWATCH_TEST_KILL: killAt, LUREWATCH_TEST_MARKER: join(this.folder, marker) }),
    };
    return startLabWorker(environment, this.logFile, this.#children);
  }

  async poll(mailbox = 'soc', input: Partial<IngestMailboxInput> = {}): Promise<WorkflowHandle> {
    this.#polls += 1;
    return this.site.temporal.client.workflow.start('ingestMailbox', {
      taskQueue: this.taskQueue,
      workflowId: `${this.taskQueue}-poll-${this.#polls}`,
      args: [{ mailbox, ...input }],
    });
  }

  async ingest(mailbox = 'soc', input: Partial<IngestMailboxInput> = {}): Promise<IngestMailboxResult> {
    return (await this.poll(mailbox, input)).result() as Promise<IngestMailboxResult>;
  }

  /** Polls, as the schedule would, whenever nothing is under way, until nothing is unread. */
  async settled(mailbox = 'soc', withinMs = 120_000): Promise<void> {
    const look = async () => {
      if ((await this.unread(mailbox)).length === 0) return true;
      if ((await this.openWorkflows()).length === 0) await this.ingest(mailbox);
      return undefined;
    };
    await eventually(look, `mailbox ${mailbox} is read`, withinMs);
    // The flags are set: what set them ends now.
    const ended = async () => ((await this.openWorkflows()).length === 0 ? true : undefined);
    await eventually(ended, 'all workflows end', withinMs);
  }

  /** The same, once there are so many: the visibility store lags behind. */
  async open(type: string | undefined, count: number): Promise<readonly string[]> {
    return eventually(async () => {
      const ids = await this.openWorkflows(type);
      return ids.length === count ? ids : undefined;
    }, `${count} workflows are open`);
  }

  /** Ids of the workflows that are open, as the visibility store shows them. */
  async openWorkflows(type?: string): Promise<readonly string[]> {
    const ofType = type === undefined ? '' : ` AND WorkflowType = '${type}'`;
    const query = `TaskQueue = '${this.taskQueue}' AND ExecutionStatus = 'Running'${ofType}`;
    const { connection, namespace } = this.site.temporal;
    // Not the client's list: it reads memos too, which may be encrypted. One page has a thousand.
    const { executions } = await connection.workflowService.listWorkflowExecutions({ namespace, query });
    return (executions ?? []).map(({ execution }) => execution?.workflowId ?? '');
  }

  async deliver(mails: readonly (MailToStore | string | Buffer)[], mailbox = 'soc'): Promise<void> {
    const stored = mails.map((mail) => (typeof mail === 'string' || Buffer.isBuffer(mail) ? { raw: mail } : mail));
    await this.site.dovecot.mailboxes.deliver(this.users[mailbox] ?? '', stored);
  }

  /** UIDs without \Seen. */
  async unread(mailbox = 'soc', folder = 'INBOX'): Promise<readonly string[]> {
    const flags = await this.site.dovecot.mailboxes.flags(this.users[mailbox] ?? '', folder);
    return [...flags].filter(([, held]) => !held.includes('\\Seen')).map(([uid]) => uid);
  }

  /** The store as a process beside the worker sees it, where it is a folder. */
  async store(): Promise<FileStore> {
    return FileStore.open(join(this.folder, 'var'));
  }

  async ledger(): Promise<ReturnType<typeof openLedger>> {
    return openLedger(await this.store());
  }

  async close(): Promise<void> {
    const ended = [...this.#children].map((child) => new Promise((resolve) => child.once('exit', resolve)));
    for (const child of this.#children) child.kill('SIGKILL');
    await Promise.all(ended);
    await this.#endWorkflows();
  }

  /** What this laboratory left open would go on in the next one's time. */
  async #endWorkflows(): Promise<void> {
    const { workflow } = this.site.temporal.client;
    for (const workflowId of await this.openWorkflows()) {
      await workflow
        .getHandle(workflowId)
        .terminate('the test has ended')
        .catch(() => undefined);
    }
  }
}
