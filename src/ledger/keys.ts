import { createHash } from 'node:crypto';
import type { FolderRef } from '../mail/source.js';

/**
 * Where each record stands in the store. Alert ids and hashes are uniformly distributed and stand in two folders of
 * each kind: few, since a batch makes every folder durable that it puts something into, and enough for twenty million
 * records (a folder of ext4 takes some ten million names). Claims and outcomes are two kinds.
 */
export const keys = {
  evidence: (sha256: string) => `evidence/${half(sha256)}/${sha256}.eml`,
  extraction: (version: string, sha256: string) => `extractions/${segment(version)}/${half(sha256)}/${sha256}.json`,
  message: (mailbox: string, folder: FolderRef, uid: string) =>
    `ledger/messages/${segment(mailbox)}/${segment(folder.folder)}/${segment(folder.uidValidity)}/${bucket(uid)}/${segment(uid)}.json`,
  progressOf: (mailbox: string, folder: FolderRef) =>
    `ledger/progress/${segment(mailbox)}/${segment(folder.folder)}/${segment(folder.uidValidity)}/`,
  /** What names of skipped mails lead to: this name's begin with `skipsNamed`, in a folder with some others'. */
  skipNamesBeside: (name: string): string => `ledger/skips/names/${sha256Hex(name).slice(0, 2)}/`,
  skipsNamed: (name: string): string => `${keys.skipNamesBeside(name)}${sha256Hex(name).slice(2, 34)}.`,
  skipName: (name: string, mailbox: string, digest: string, alertId: string) =>
    `${keys.skipsNamed(name)}${segment(mailbox)}.${digest}.${alertId}.json`,
  skip: (mailbox: string, digest: string, alertId: string) =>
    `ledger/skips/mailboxes/${segment(mailbox)}/${digest}/${half(alertId)}/${alertId}.json`,
  alert: (alertId: string) => `ledger/alerts/${half(alertId)}/${alertId}.json`,
  /** The alert that has this name as its ticket id: mostly the first with such a Message-ID. */
  holderOfName: (name: string) => `${messageIdPrefix(name)}.json`,
  /** All others with this Message-ID: seldom any, so the folder is seldom made. */
  othersWithMessageId: (messageId: string) => `${messageIdPrefix(messageId)}/`,
  outcome: (sink: string, alertId: string) => `${sinkPrefix(sink, 'outcomes', alertId)}.outcome.json`,
  claim: (sink: string, alertId: string, number: number) =>
    `${sinkPrefix(sink, 'claims', alertId)}.claim-${number}.json`,
  claimEnd: (sink: string, alertId: string, number: number) =>
    `${sinkPrefix(sink, 'claims', alertId)}.claim-${number}.end.json`,
  /** Seldom any, so the folder is seldom made. */
  retriesOf: (sink: string, alertId: string): string => `${sinkPrefix(sink, 'retries', alertId)}/`,
  /** The same alert may be held for several mailboxes, and they all be decided at once. */
  retry: (sink: string, alertId: string, atMs: number, workflowId: string) =>
    `${keys.retriesOf(sink, alertId)}${String(atMs).padStart(15, '0')}-${sha256Hex(workflowId).slice(0, 12)}.json`,
  revision: (feed: string, uuid: string, number: number) =>
    `${keys.revisionsBeginningWith(feed, uuid.slice(0, 1))}${uuid}.${number}.json`,
  revisionsBeginningWith: (feed: string, digit: string): string => `ledger/feeds/${segment(feed)}/events/${digit}/`,
  importsOf: (feed: string) => `ledger/feeds/${segment(feed)}/imports/`,
  /** Not of the ledger: nothing is sent twice without it. A folder for each span, so that old ones can go. */
  campaign: (windowMs: number, span: number, fingerprint: string) =>
    `campaigns/${windowMs / 1000}s/${span}/${fingerprint}.json`,
  /** Of batches, those with mails of campaigns whose windows began in this hour, `20261122T19`. */
  campaignMembersOf: (hour: string): string => `ledger/campaigns/${hour}/`,
  campaignMembers: (hour: string, digest: string) => `${keys.campaignMembersOf(hour)}${digest}.json`,
  /** What an import under way puts aside; removed at its end. */
  spool: (feed: string, importId: string) => `spool/feeds/${segment(feed)}/${importId}/`,
  spoolsOf: (feed: string) => `spool/feeds/${segment(feed)}/`,
  /** What an import leaves for people: rejected rows, and what became of each event. */
  reports: (feed: string, importId: string) => `feeds/${segment(feed)}/${importId}/`,
} as const;

function messageIdPrefix(messageId: string): string {
  const hash = sha256Hex(messageId);
  return `ledger/message-ids/${half(hash)}/${hash}`;
}

function sinkPrefix(sink: string, kind: 'claims' | 'outcomes' | 'retries', alertId: string): string {
  return `ledger/sinks/${segment(sink)}/${kind}/${half(alertId)}/${alertId}`;
}

/** Messages of one folder by thousands: neighbours in a batch share a folder, none grows without bound. */
function bucket(uid: string): string {
  return /^\d{1,15}$/.test(uid) ? String(Math.floor(Number(uid) / 1000)) : `n${sha256Hex(uid).slice(0, 2)}`;
}

/** A name as one segment of a key: itself where that is safe, also where case is not told apart, else its hash. */
function segment(name: string): string {
  const harmless = name === 'INBOX' || /^[a-z0-9][a-z0-9_-]{0,99}$/.test(name);
  return harmless ? name : `x-${sha256Hex(name).slice(0, 32)}`;
}

function half(text: string): string {
  return String(text.charCodeAt(0) % 2);
}

function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
