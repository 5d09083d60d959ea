import { closeSync, openSync } from 'node:fs';
import type { Dependencies, Workflows } from '../../src/activities/dependencies.js';
import { ImapSession } from '../../src/mail/imap/session.js';
import type { MailSource } from '../../src/mail/source.js';
import type { Sendable, Sink } from '../../src/sinks/sink.js';
import type { Store } from '../../src/store/store.js';

/** What a worker writes, in the order of a message's way, then of a feed's. Each can be died before and after. */
const written = {
  evidence: /^evidence\//,
  message: /^ledger\/messages\//,
  ticket: /^ledger\/message-ids\//,
  campaign: /^campaigns\//,
  document: /^ledger\/alerts\//,
  skip: /^ledger\/skips\/mailboxes\//,
  claim: /\.claim-\d+\.json$/,
  'claim end': /\.claim-\d+\.end\.json$/,
  outcome: /\.outcome\.json$/,
  progress: /^ledger\/progress\//,
  chunk: /^spool\/.*\/chunk-/,
  state: /^spool\/.*\/state\./,
  revision: /^ledger\/feeds\/[^/]+\/events\//,
  'chunk end': /^spool\/.*\/(?:written|rejected)-/,
  'import record': /^ledger\/feeds\/[^/]+\/imports\//,
} as const;

type Written = keyof typeof written;
/**
 * `report document`: of a report whose mails are alerts, after theirs; `report`: of a feed.
 * `copy`: of messages, to the folder that they are moved to.
 * `start`: of the workflow of one of several messages that are handed over; `removal`: of a record.
 */
export type KillPoint =
  | `${'before' | 'after'} ${Written | 'report document' | 'report' | 'send' | 'start' | 'removal' | 'flag' | 'copy'}`
  | 'in fetch';

/** Those that every message passes on its way. The others need something to go wrong, or a `read: new` mailbox. */
export const usualKillPoints: readonly KillPoint[] = [
  ...(['evidence', 'message', 'ticket', 'document', 'claim', 'outcome', 'send', 'flag'] as const).flatMap(
    (name): KillPoint[] => [`before ${name}`, `after ${name}`],
  ),
  'in fetch',
];

/** Those that every import passes. */
export const importKillPoints: readonly KillPoint[] = (
  ['chunk', 'state', 'revision', 'claim', 'send', 'outcome', 'chunk end', 'report', 'import record', 'removal'] as const
).flatMap((name): KillPoint[] => [`before ${name}`, `after ${name}`]);

/** Of the messages that are handed over, so many are before the one at which the worker dies. */
export const startedBefore = 3;

/**
 * Dependencies that end the process with SIGKILL at a point, once: `marker` is a file that the death creates, so that
 * the next worker with the same marker lives.
 */
export function dyingAt(point: KillPoint, marker: string): (dependencies: Dependencies) => Dependencies {
  const reach = (reached: KillPoint) => {
    if (reached !== point) return;
    try {
      closeSync(openSync(marker, 'wx'));
    } catch {
      return;
    }
    process.kill(process.pid, 'SIGKILL');
    // The signal arrives between two instructions at the latest; nothing more may happen before it.
    for (;;) {}
  };
  return (dependencies) => {
    watchStore(dependencies.store, reach);
    for (const sink of dependencies.sinks.values()) watchSink(sink, reach);
    if (dependencies.revisions !== undefined) watchSink(dependencies.revisions, reach);
    for (const source of dependencies.sources.values()) watchSource(source, reach);
    watchCopies(reach);
    watchWorkflows(dependencies.workflows, reach);
    return dependencies;
  };
}

function watchStore(store: Store, reach: (point: KillPoint) => void): void {
  const createMany = store.createMany.bind(store);
  store.createMany = async (records) => {
    const name = (Object.keys(written) as Written[]).find((candidate) =>
      records.some(({ key }) => written[candidate].test(key)),
    );
    const isReport = name === 'document' && records.some(({ body }) => body.includes('"originalAlertIds"'));
    if (name !== undefined) reach(`before ${name}`);
    if (isReport) reach('before report document');
    const created = await createMany(records);
    if (name !== undefined) reach(`after ${name}`);
    if (isReport) reach('after report document');
    return created;
  };
  const writeStream = store.writeStream.bind(store);
  store.writeStream = async (source, keyOf) => {
    const isReport = keyOf('').startsWith('feeds/');
    if (isReport) reach('before report');
    const stored = await writeStream(source, keyOf);
    if (isReport) reach('after report');
    return stored;
  };
  const remove = store.remove.bind(store);
  store.remove = async (key) => {
    reach('before removal');
    await remove(key);
    reach('after removal');
  };
}

/** One start after the other, so that it is certain which messages have a workflow at the death. */
function watchWorkflows(workflows: Workflows, reach: (point: KillPoint) => void): void {
  const startDelivery = workflows.startDelivery.bind(workflows);
  let last: Promise<unknown> = Promise.resolve();
  let starts = 0;
  workflows.startDelivery = (input, together) => {
    const start = last.then(async () => {
      starts += 1;
      if (starts > startedBefore) reach('before start');
      const started = await startDelivery(input, together);
      if (starts > startedBefore) reach('after start');
      return started;
    });
    last = start.catch(() => undefined);
    return start;
  };
}

function watchSink<Item extends Sendable>(sink: Sink<Item>, reach: (point: KillPoint) => void): void {
  const send = sink.send.bind(sink);
  sink.send = async (...call) => {
    reach('before send');
    const results = await send(...call);
    reach('after send');
    return results;
  };
}

/** Between the copy and what follows nothing passes the source: its sessions have to be looked at. */
function watchCopies(reach: (point: KillPoint) => void): void {
  const run = ImapSession.prototype.run;
  ImapSession.prototype.run = async function <Result>(...call: Parameters<typeof run<Result>>): Promise<Result> {
    const isCopy = call[0].startsWith('copy messages');
    if (isCopy) reach('before copy');
    const result = await run.apply(this, call);
    if (isCopy) reach('after copy');
    return result as Result;
  };
}

function watchSource(source: MailSource, reach: (point: KillPoint) => void): void {
  const fetch = source.fetch.bind(source);
  source.fetch = (folder, uids, limits, take, signal) =>
    fetch(
      folder,
      uids,
      limits,
      async (message) => {
        await take(message);
        reach('in fetch');
      },
      signal,
    );
  const markSeen = source.markSeen.bind(source);
  source.markSeen = async (...call) => {
    reach('before flag');
    const result = await markSeen(...call);
    reach('after flag');
    return result;
  };
}
