import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LoadedConfig, loadConfig } from '../config/load-config.js';
import { findTemporalCli } from '../dev/temporal-cli.js';
import { startTemporalServer, type TemporalServer } from '../dev/temporal-server.js';
import { openLedger } from '../ledger/ledger.js';
import { createLog } from '../log/logger.js';
import type { MailSource } from '../mail/source.js';
import { applySchedules } from '../schedules/apply.js';
import { desiredSchedules } from '../schedules/desired.js';
import { triggerSchedule } from '../schedules/operate.js';
import { openStore } from '../store/open-store.js';
import { connectTemporal } from '../temporal/connect.js';
import { installRuntime, runWorker } from '../worker.js';
import { readAlerts } from './alerts.js';
import { configText, mailboxName } from './config-text.js';
import { type DemoFolder, openDemoFolder } from './folder.js';
import { openMailbox } from './mailbox.js';
import { alertIdsIn, countUnread, fillMailbox, openSource } from './mails.js';
import type { Progress } from './progress.js';
import { alertTable, whereNext } from './show.js';
import { type Made, verify } from './verify.js';

export interface DemoOptions {
  readonly folder: string;
  /** Begin anew. */
  readonly fresh: boolean;
  /** A Maildir even where a mail server could be started. */
  readonly maildir: boolean;
  /** Verify what was made and end, instead of staying up. */
  readonly once: boolean;
}

const patienceMs = 180_000;
const lookEveryMs = 250;

/**
 * The whole way of a mail on real servers of its own. Ends everything it started, in order, however it ends.
 *
 * @returns what is not as it should be, with `once`; else nothing
 */
export async function runDemo(
  options: DemoOptions,
  progress: Progress,
  stopped: AbortSignal,
): Promise<readonly string[]> {
  const trouble = new AbortController();
  const signal = AbortSignal.any([stopped, trouble.signal]);
  const closers: (() => Promise<unknown>)[] = [];
  try {
    const folder = await openDemoFolder(options.folder, options.fresh);
    closers.push(() => folder.release());
    installRuntime(createLog('info', folder.workerLog));
    const server = await startServer(folder, progress, signal);
    closers.push(() => server.stop());
    void server.ended.then(() =>
      trouble.abort(new Error(`Temporal's dev server has ended: see ${folder.temporalLog}`)),
    );

    const mailbox = await openMailbox(folder, progress.say, options.maildir);
    closers.push(() => mailbox.stop());
    progress.say(`Mail      ${mailbox.summary}`);
    await writeFile(folder.configFile, configText(folder, mailbox));
    const loaded = await loadConfig(folder.configFile);
    const source = openSource(loaded);
    closers.push(() => source.close());
    const { put, before } = await fillMailbox(mailbox, source, signal);
    progress.say(`Mailbox   ${put} sample mails put there, ${before} are there from before`);

    const unread = await countUnread(source, signal);
    closers.push(await startWorker(loaded, server, trouble, signal));
    await startSchedule(loaded, server);
    progress.say(`Worker    runs; schedule polls the mailbox \`${mailboxName}\` every 10 s`);
    const made = await untilDelivered(loaded, source, progress, signal);
    const { length } = made.alertIds;
    progress.say(
      unread === 0
        ? `Nothing new: all ${length} mails were delivered by an earlier run.`
        : `Delivered ${unread} mails${unread < length ? `, and ${length - unread} by earlier runs` : ''}; all are marked as read.`,
    );

    progress.say(`\n${alertTable(made.alerts, process.stdout.isTTY ? process.stdout.columns : undefined)}\n`);
    progress.say(`${whereNext(folder, made.alerts, server, !options.once)}\n`);
    if (options.once) return await verify(folder, made);
    progress.say('All this stays up until you press Ctrl-C.');
    await aborted(signal);
    if (!stopped.aborted) signal.throwIfAborted();
    return [];
  } finally {
    if (stopped.aborted) progress.say('Stopping …');
    for (const close of closers.reverse()) await close().catch((error: unknown) => progress.say(`warning: ${error}`));
  }
}

async function startServer(folder: DemoFolder, progress: Progress, signal: AbortSignal): Promise<TemporalServer> {
  const finding = findTemporalCli({ install: true, onProgress: progress.now });
  finding.catch(() => undefined); // Also when nobody waits for it any more.
  const cliPath = await Promise.race([finding, aborted(signal)]);
  if (cliPath === undefined) throw signal.reason;
  const server = await startTemporalServer({
    cliPath,
    logFile: folder.temporalLog,
    databaseFile: folder.databaseFile,
  });
  progress.say(`Temporal  dev server on ${server.address}, Web UI ${server.uiAddress ?? ''}`);
  return server;
}

/** Answers with what ends it once it is ready for work. */
async function startWorker(
  loaded: LoadedConfig,
  { address }: TemporalServer,
  trouble: AbortController,
  signal: AbortSignal,
): Promise<() => Promise<unknown>> {
  const stop = new AbortController();
  let onReady: () => void = () => undefined;
  const ready = new Promise<void>((done) => {
    onReady = done;
  });
  const running = runWorker({ loaded, temporal: temporalAt(address), signal: stop.signal, onReady });
  running.catch((error: unknown) => trouble.abort(error));
  await Promise.race([ready, running, aborted(signal)]);
  return async () => {
    stop.abort();
    await running.catch(() => undefined); // Told already.
  };
}

/** Polls from now on, and at once. */
async function startSchedule({ config }: LoadedConfig, { address }: TemporalServer): Promise<void> {
  const { client, close } = await connectTemporal(temporalAt(address));
  try {
    await applySchedules(client, desiredSchedules(config), { prune: false, taskQueue: config.taskQueue });
    await triggerSchedule(client, mailboxName);
  } finally {
    await close();
  }
}

/** Resolves when every mail in the mailbox has reached all its sinks and is marked as read. */
async function untilDelivered(
  loaded: LoadedConfig,
  source: MailSource,
  progress: Progress,
  signal: AbortSignal,
): Promise<Made> {
  const alertIds = await alertIdsIn(source, signal);
  const ledger = openLedger(await openStore(loaded.config.store, loaded.resolve, loaded.secret));
  const deadline = Date.now() + patienceMs;
  for (;;) {
    signal.throwIfAborted();
    const alerts = await readAlerts(ledger, alertIds);
    const delivered = alerts.filter((alert) => alert.delivered).length;
    const unread = delivered < alertIds.length ? undefined : await countUnread(source, signal);
    if (unread === 0) return { alertIds, alerts, unread };
    if (Date.now() > deadline) {
      throw new Error(
        `${delivered} of ${alertIds.length} mails were delivered within ${patienceMs / 1000} s: see worker.log, ` +
          'or begin anew with `--fresh`',
      );
    }
    progress.now(`Delivered ${delivered} of ${alertIds.length}`);
    await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
}

function temporalAt(address: string) {
  return { address, ignoreEnvironment: true };
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((done) => {
    if (signal.aborted) done(undefined);
    else signal.addEventListener('abort', () => done(undefined), { once: true });
  });
}
