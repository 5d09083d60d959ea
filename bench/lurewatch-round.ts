import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { Child } from './child.js';
import type { Corpus } from './corpus.js';
import { type PollHistory, readPollHistory } from './history.js';
import { mailPassword } from './mailboxes.js';
import { cpuBetween, usageOf } from './process-usage.js';
import { Receiver } from './receiver.js';
import type { Site } from './site.js';

export interface RoundOptions {
  readonly corpus: Corpus;
  readonly latencyMs: number;
  /** Where the worker leaves CPU profiles (`node --cpu-prof`). */
  readonly profileFolder?: string | undefined;
  /** What differs in the mailboxes' configuration. */
  readonly mailbox?: Readonly<Record<string, unknown>>;
  /** Called with the folder of the worker once all is delivered: its store is `var` in it. */
  readonly afterwards?: (folder: string) => Promise<void>;
}

export interface LurewatchRound {
  readonly mails: number;
  /** From the start of the poll until all are \Seen and the poll has ended. */
  readonly seconds: number;
  readonly mailsPerSecond: number;
  /** Of the worker's first poll: what a restart costs for a while. */
  readonly coldMailsPerSecond: number;
  readonly requests: number;
  readonly cases: number;
  readonly unreadAfter: number;
  readonly workerPeakMemoryMb: number | undefined;
  readonly workerCpuSeconds: number | undefined;
  readonly temporalCpuSeconds: number | undefined;
  readonly history: PollHistory;
}

/**
 * One poll of a mailbox by a worker with a store of its own. The store stays until the end of the run: ext4 passes over
 * the inodes of files deleted in the last seconds one by one, and the next round would pay for it.
 */
export async function lurewatchRound(site: Site, options: RoundOptions): Promise<LurewatchRound> {
  const folder = join(site.folder, randomUUID());
  await mkdir(folder);
  const { mails, warmUp } = options.corpus;
  const warmUpUser = await site.mailbox(warmUp);
  const user = await site.mailbox(mails);
  const receiver = await Receiver.start(options.latencyMs);
  const worker = await startWorker(site, folder, receiver.url, { warmup: warmUpUser, soc: user }, options);
  try {
    const coldAt = performance.now();
    await worker.whileRunning(poll(site, folder, 'warmup'));
    const coldSeconds = (performance.now() - coldAt) / 1000;
    const [workerBefore, temporalBefore, countsBefore] = await look(site, worker, receiver);
    const startedAt = performance.now();
    const handle = await worker.whileRunning(poll(site, folder, 'soc'));
    const seconds = (performance.now() - startedAt) / 1000;
    const [workerAfter, temporalAfter, countsAfter] = await look(site, worker, receiver);
    await options.afterwards?.(folder);
    return {
      mails: mails.length,
      seconds,
      mailsPerSecond: mails.length / seconds,
      coldMailsPerSecond: warmUp.length / coldSeconds,
      requests: countsAfter.requests - countsBefore.requests,
      cases: countsAfter.cases - countsBefore.cases,
      unreadAfter: await site.unread(user),
      workerPeakMemoryMb: workerAfter.peakMemoryMb,
      workerCpuSeconds: cpuBetween(workerBefore, workerAfter),
      temporalCpuSeconds: cpuBetween(temporalBefore, temporalAfter),
      history: await readPollHistory(site.client, handle.workflowId, handle.firstExecutionRunId),
    };
  } finally {
    await worker.stop();
    await receiver.close();
  }
}

function look(site: Site, worker: Child, receiver: Receiver) {
  return Promise.all([usageOf(worker.pid), usageOf(site.temporal.pid), receiver.counts()]);
}

/** A worker for mailboxes of these users, each under its name. */
export async function startWorker(
  site: Site,
  folder: string,
  url: string,
  users: Readonly<Record<string, string>>,
  { profileFolder, mailbox }: RoundOptions,
): Promise<Child> {
  const mailboxes = Object.entries(users).map(([name, username]) => {
    const login = { username, password: { env: 'BENCH_PASSWORD' } };
    return [
      name,
      { host: '127.0.0.1', port: site.dovecot.imapPort, tls: 'none', ...login, targets: ['cases'], ...mailbox },
    ];
  });
  const config = {
    store: { kind: 'file', path: './var' },
    taskQueue: taskQueueOf(folder),
    targets: { cases: { kind: 'webhook', url, insecure: true, secret: { env: 'BENCH_WEBHOOK_SECRET' } } },
    mailboxes: Object.fromEntries(mailboxes),
  };
  const file = join(folder, 'lurewatch.yaml');
  await writeFile(file, stringify(config));
  return Child.start('./worker-process.js', {
    arguments: [site.temporal.address],
    nodeArguments: profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`],
    environment: {
      LUREWATCH_CONFIG: file,
      BENCH_PASSWORD: mailPassword,
      BENCH_WEBHOOK_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
    },
  });
}

async function poll(site: Site, folder: string, mailbox: string) {
  const taskQueue = taskQueueOf(folder);
  const workflowId = `${taskQueue}-${mailbox}`;
  const handle = await site.client.workflow.start('ingestMailbox', { taskQueue, workflowId, args: [{ mailbox }] });
  await handle.result();
  return handle;
}

function taskQueueOf(folder: string): string {
  return `bench-${folder.slice(folder.lastIndexOf('/') + 1)}`;
}
