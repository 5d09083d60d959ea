import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { Context } from '@temporalio/activity';
import { isLurewatchError, LurewatchError } from '../errors/lurewatch-error.js';
import { keys } from '../ledger/keys.js';
import type { MessageRecord } from '../ledger/records.js';
import { fetchAround } from '../mail/fetch-around.js';
import { MessageIdentity } from '../mail/identity.js';
import type { FetchedMessage, FolderRef } from '../mail/source.js';
import { chunks } from '../sinks/in-parallel.js';
import type { Store } from '../store/store.js';
import { activitySignal } from './context.js';
import type { Dependencies, Mailbox } from './dependencies.js';
import { hashing } from './fetch-messages.js';

export interface MendedEvidence {
  /** By UID, of messages read again: they name the evidence that is there now, should its bytes have changed. */
  readonly records: ReadonlyMap<string, MessageRecord>;
  /** By UID: why the raw message cannot be had again. */
  readonly lost: ReadonlyMap<string, LurewatchError>;
}

type State = 'intact' | 'missing' | 'damaged';

const checkedAtOnce = 16;

/**
 * Looks whether evidence is still what its name says (the SHA-256 of its bytes) and reads from the mailbox again what
 * is missing or damaged. The mailbox must give the same message, by identity: its alert id is known already.
 */
export async function mendEvidence(
  dependencies: Dependencies,
  mailbox: Mailbox,
  folder: FolderRef,
  records: readonly MessageRecord[],
): Promise<MendedEvidence> {
  const states = await statesOf(dependencies.store, records);
  const broken = records.filter(({ evidence }) => states.get(evidence) !== 'intact');
  const mended = new Map<string, MessageRecord>();
  const lost = new Map<string, LurewatchError>();
  for (const [maxBytes, some] of byLimit(broken, mailbox.config.limits.sizeBytes)) {
    const byUid = new Map(some.map((record) => [record.uid, record]));
    const take = async (message: FetchedMessage) => {
      const record = byUid.get(message.uid);
      if (record === undefined) return;
      const damaged = states.get(record.evidence) === 'damaged';
      const found = await keepAgain(dependencies.store, record, damaged, message);
      if (found === undefined)
        lost.set(record.uid, lostError(mailbox, record, 'the mailbox gives another message now'));
      else {
        mended.set(record.uid, found);
        if (found.evidence === record.evidence) states.set(record.evidence, 'intact');
      }
    };
    const uids = [...byUid.keys()];
    const unreadable = await fetchAround(mailbox.source, folder, uids, { maxBytes }, take, activitySignal());
    for (const record of some) {
      if (mended.has(record.uid) || lost.has(record.uid)) continue;
      const reason = unreadable.get(record.uid);
      const why = reason === undefined ? 'it is no longer in the mailbox' : `the mailbox does not give it (${reason})`;
      lost.set(record.uid, lostError(mailbox, record, why));
    }
  }
  const { log } = Context.current();
  if (mended.size > 0)
    log.warn('evidence was not as received: read from the mailbox again', { uids: [...mended.keys()] });
  for (const { message } of lost.values()) log.warn(message);
  return { records: mended, lost };
}

/** By evidence hash. */
async function statesOf(store: Store, records: readonly MessageRecord[]): Promise<Map<string, State>> {
  const hashes = [...new Set(records.map(({ evidence }) => evidence))];
  const states = new Map<string, State>();
  for (const some of chunks(hashes, checkedAtOnce)) {
    await Promise.all(some.map(async (hash) => states.set(hash, await stateOf(store, hash))));
  }
  return states;
}

async function stateOf(store: Store, sha256: string): Promise<State> {
  const stream = await store.openStream(keys.evidence(sha256));
  if (stream === undefined) return 'missing';
  const hash = createHash('sha256');
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) hash.update(chunk);
  } catch (error) {
    if (isLurewatchError(error, 'LW_STORE_CORRUPT')) return 'damaged';
    throw error;
  }
  return hash.digest('hex') === sha256 ? 'intact' : 'damaged';
}

/** Identity is that of what was read then: what was cut is cut there again, and what was not is not. */
function byLimit(records: readonly MessageRecord[], sizeLimit: number): ReadonlyMap<number, readonly MessageRecord[]> {
  const uncut = Math.max(sizeLimit, ...records.map(({ storedBytes }) => storedBytes));
  const alike = new Map<number, MessageRecord[]>();
  for (const record of records) {
    const maxBytes = record.storedBytes < record.sizeBytes ? record.storedBytes : uncut;
    alike.set(maxBytes, [...(alike.get(maxBytes) ?? []), record]);
  }
  return alike;
}

/** Undefined: it is another message by now. */
async function keepAgain(
  store: Store,
  record: MessageRecord,
  damaged: boolean,
  { raw }: FetchedMessage,
): Promise<MessageRecord | undefined> {
  const key = keys.evidence(record.evidence);
  const identity = new MessageIdentity();
  if (!Buffer.isBuffer(raw)) {
    // Its name must be free before the hash is known. Bytes that are not what their name says serve nobody.
    if (damaged) await store.remove(key);
    const stored = await store.writeStream(Readable.from(hashing(raw, identity)), keys.evidence);
    if (identity.digest() !== record.identity) return undefined;
    return { ...record, evidence: stored.sha256, storedBytes: stored.sizeBytes };
  }
  identity.update(raw);
  if (identity.digest() !== record.identity) return undefined;
  const sha256 = createHash('sha256').update(raw).digest('hex');
  if (damaged && sha256 === record.evidence) await store.remove(key);
  await store.createMany([{ key: keys.evidence(sha256), body: raw }]);
  return { ...record, evidence: sha256, storedBytes: raw.length };
}

function lostError({ name }: Mailbox, { uid, alertId, folder }: MessageRecord, why: string): LurewatchError {
  const what = `the raw message of alert ${alertId} (UID ${uid}) is not in the store as it was received, and ${why}`;
  return new LurewatchError('LW_EVIDENCE_MISSING', what, { where: `mailbox ${name}, folder ${folder}` });
}
