import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { Context } from '@temporalio/activity';
import type { LurewatchError } from '../errors/lurewatch-error.js';
import { type AroundDamage, aroundDamage } from '../ledger/around-damage.js';
import { keys } from '../ledger/keys.js';
import type { MessageRecord } from '../ledger/records.js';
import { fetchAround } from '../mail/fetch-around.js';
import { alertIdOf, MessageIdentity } from '../mail/identity.js';
import type { FetchedMessage } from '../mail/source.js';
import type { StoreRecord } from '../store/store.js';
import type { BatchMessage, FetchResult, FolderPage } from '../workflows/types.js';
import { activitySignal } from './context.js';
import type { Dependencies, Mailbox } from './dependencies.js';
import { openAlerts } from './sinks-reached.js';

export interface FetchedBatch extends FetchResult {
  /** By UID, of all `messages`. */
  readonly records: ReadonlyMap<string, MessageRecord>;
  /** Hashes of evidence that was written just now, and stood nowhere before. */
  readonly written: ReadonlySet<string>;
  /** Alert ids of mails of reports that open workflows carry, while others of the same report wait. */
  readonly elsewhere: ReadonlySet<string>;
}

const longestReason = 500;
/** Evidence gathered in memory before it is written in one go. */
const gatherBytes = 8 * 1024 * 1024;
/** Messages that the server fails to give so often are left out, so that their neighbours are not delayed. */
const attemptsToRead = 3;

/**
 * Reads the messages of a batch that the ledger does not know, keeps each as evidence, and records which alert it is.
 * Nothing changes in the mailbox. Tried again, it reads only what is still missing.
 */
export async function fetchMessages(
  dependencies: Dependencies,
  mailbox: Mailbox,
  page: FolderPage,
): Promise<FetchedBatch> {
  const before = await dependencies.ledger.messages.find(mailbox.name, page, page.uids);
  const known = before.filter((record) => record !== undefined);
  const missing = page.uids.filter((_, index) => before[index] === undefined);
  const { records: fresh, unreadable, written } = await fetchMissing(dependencies, mailbox, page, missing);
  const { sound: states, damaged } = await statesOf(dependencies, mailbox, known);
  const records = new Map([...fresh, ...known.map((record): [string, MessageRecord] => [record.uid, record])]);
  const messages = page.uids.flatMap((uid): BatchMessage[] => {
    const alertId = records.get(uid)?.alertId;
    if (alertId === undefined || (damaged.has(alertId) && !fresh.has(uid))) return [];
    return [{ uid, alertId, state: fresh.has(uid) ? 'fresh' : (states.get(alertId)?.state ?? 'known') }];
  });
  return {
    messages,
    vanished: page.uids.filter((uid) => !records.has(uid) && !unreadable.has(uid)),
    unreadable: [
      // Servers may say anything, at any length.
      ...[...unreadable].map(([uid, reason]) => ({ uid, reason: reason.slice(0, longestReason) })),
      ...known.flatMap(({ uid, alertId }) => {
        const error = damaged.get(alertId);
        return error === undefined ? [] : [unreadableMessage(uid, error)];
      }),
    ],
    records,
    written,
    elsewhere: new Set([...states.values()].flatMap(({ elsewhere }) => elsewhere)),
  };
}

/** A message that stays unread for what is the matter in the store. */
export function unreadableMessage(uid: string, { code, message }: LurewatchError): FetchResult['unreadable'][number] {
  return { uid, reason: message.slice(0, longestReason), code };
}

interface Fetched extends Pick<FetchedBatch, 'records' | 'written'> {
  /** Messages that the server lists and cannot give, with what it said. */
  readonly unreadable: ReadonlyMap<string, string>;
}

async function fetchMissing(
  dependencies: Dependencies,
  mailbox: Mailbox,
  folder: FolderPage,
  uids: readonly string[],
): Promise<Fetched> {
  const records = new Map<string, MessageRecord>();
  const written = new Set<string>();
  if (uids.length === 0) return { records, written, unreadable: new Map() };
  let evidence: (StoreRecord & { readonly sha256: string })[] = [];
  let gathered: MessageRecord[] = [];
  let bytes = 0;
  const keep = async () => {
    // Evidence first: a message record promises that it is there.
    const created = await dependencies.store.createMany(evidence);
    for (const [index, { sha256 }] of evidence.entries()) if (created[index]) written.add(sha256);
    await dependencies.ledger.messages.record(gathered);
    for (const record of gathered) records.set(record.uid, record);
    evidence = [];
    gathered = [];
    bytes = 0;
  };
  const streamed = async (raw: Readable, identity: MessageIdentity) => {
    const stored = await dependencies.store.writeStream(Readable.from(hashing(raw, identity)), keys.evidence);
    if (stored.created) written.add(stored.sha256);
    return stored;
  };
  const take = async (message: FetchedMessage) => {
    const identity = new MessageIdentity();
    const stored = Buffer.isBuffer(message.raw)
      ? { sha256: createHash('sha256').update(message.raw).digest('hex'), sizeBytes: message.raw.length }
      : await streamed(message.raw, identity);
    if (Buffer.isBuffer(message.raw)) {
      identity.update(message.raw);
      evidence.push({ key: keys.evidence(stored.sha256), body: message.raw, sha256: stored.sha256 });
      bytes += message.raw.length;
    }
    gathered.push(recordOf(mailbox.name, folder, message, identity.digest(), stored));
    if (bytes >= gatherBytes) await keep();
  };
  const limits = { maxBytes: mailbox.config.limits.sizeBytes };
  const { source } = mailbox;
  const patience = Context.current().info.attempt < attemptsToRead;
  try {
    const unreadable = patience
      ? await source.fetch(folder, uids, limits, take, activitySignal()).then(() => new Map<string, string>())
      : await fetchAround(source, folder, uids, limits, take, activitySignal());
    return { records, written, unreadable };
  } finally {
    // Also what came before some trouble: it need not be read again.
    await keep();
  }
}

export async function* hashing(raw: Readable, identity: MessageIdentity): AsyncGenerator<Buffer> {
  for await (const chunk of raw as AsyncIterable<Buffer>) {
    identity.update(chunk);
    yield chunk;
  }
}

function recordOf(
  mailbox: string,
  folder: FolderPage,
  message: FetchedMessage,
  identity: string,
  stored: { readonly sha256: string; readonly sizeBytes: number },
): MessageRecord {
  return {
    version: 1,
    mailbox,
    folder: folder.folder,
    uidValidity: folder.uidValidity,
    uid: message.uid,
    alertId: alertIdOf(identity),
    identity,
    evidence: stored.sha256,
    sizeBytes: message.sizeBytes,
    storedBytes: stored.sizeBytes,
    internalDateMs: message.internalDate.getTime(),
  };
}

interface AlertState {
  readonly state: BatchMessage['state'];
  /** Of a report: those of its mails that open workflows carry. */
  readonly elsewhere: readonly string[];
}

/** By alert id. */
async function statesOf(
  dependencies: Dependencies,
  mailbox: Mailbox,
  records: readonly MessageRecord[],
): Promise<AroundDamage<string, AlertState>> {
  return aroundDamage([...new Set(records.map(({ alertId }) => alertId))], async (alertIds) => {
    const open = await openAlerts(dependencies, mailbox, alertIds);
    return Promise.all(
      alertIds.map(async (alertId): Promise<AlertState> => {
        const waiting = open.get(alertId) ?? [alertId];
        const carried = await Promise.all(waiting.map((one) => dependencies.workflows.isInDelivery(mailbox.name, one)));
        const elsewhere = waiting.filter((_, index) => carried[index]);
        if (waiting.length === 0) return { state: 'reached', elsewhere };
        return { state: elsewhere.length === waiting.length ? 'carried' : 'known', elsewhere };
      }),
    );
  });
}
