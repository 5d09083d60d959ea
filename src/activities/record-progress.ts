import { aroundDamage } from '../ledger/around-damage.js';
import type { FolderListing } from '../mail/source.js';
import { byUid } from '../mail/uid-order.js';
import { type Dependencies, type Mailbox, mailboxNamed } from './dependencies.js';
import { foldersOf, listOptions, windowOf } from './mailbox-options.js';
import { isSpared } from './mark-seen.js';
import { sinksReached } from './sinks-reached.js';
import { skippedAlerts } from './skip-messages.js';

export interface RecordProgressInput {
  readonly mailbox: string;
}

/** More open messages than this behind the mark, and the mark stays before them. */
const mostExceptions = 2_000;

/**
 * For `read: new`: notes how far each folder has been dealt with, so that the next poll need not look at those
 * messages again. What is still open is named, so one held message does not keep a year of mail in view.
 */
export function createRecordProgress(dependencies: Dependencies) {
  return async function recordProgress(input: RecordProgressInput): Promise<void> {
    const mailbox = mailboxNamed(dependencies, input.mailbox);
    for (const folder of foldersOf(mailbox)) {
      const listing = await mailbox.source.list(folder, listOptions(mailbox));
      await recordFolder(dependencies, mailbox, listing);
    }
  };
}

async function recordFolder(dependencies: Dependencies, mailbox: Mailbox, listing: FolderListing): Promise<void> {
  const { since, daysBack } = mailbox.config;
  const before = await dependencies.ledger.progress.latest(mailbox.name, listing, windowOf(mailbox));
  const except = new Set(before?.except);
  const begin = before?.upTo ?? 0;
  const candidates = listing.uids.filter((uid) => Number(uid) > begin || except.has(uid)).sort(byUid);
  if (candidates.length === 0 && except.size === 0) return;
  const settled = await settledOf(dependencies, mailbox, listing, candidates);
  const open: string[] = [];
  let upTo = begin;
  for (const uid of candidates) {
    if (!settled.has(uid)) {
      if (open.length === mostExceptions) break;
      open.push(uid);
    }
    upTo = Math.max(upTo, Number(uid));
  }
  const changed = upTo > begin || open.length !== except.size;
  const record = {
    version: 1,
    upTo,
    except: open,
    atMs: Date.now(),
    ...(since === undefined ? {} : { since }),
    ...(daysBack === undefined ? {} : { daysBack }),
  } as const;
  if (changed) await dependencies.ledger.progress.record(mailbox.name, listing, record);
}

async function settledOf(
  dependencies: Dependencies,
  mailbox: Mailbox,
  listing: FolderListing,
  uids: readonly string[],
): Promise<ReadonlySet<string>> {
  const settled = new Set<string>();
  // A folder may hold years of mail the first time.
  for (let start = 0; start < uids.length; start += 500) {
    const records = await dependencies.ledger.messages.find(mailbox.name, listing, uids.slice(start, start + 500));
    const met = records.filter((record) => record !== undefined);
    const alertIds = [...new Set(met.map(({ alertId }) => alertId))];
    // What is damaged stays in view.
    const { sound } = await aroundDamage(alertIds, async (some) => {
      const reached = await sinksReached(dependencies, mailbox, some);
      return some.map((alertId) => reached.has(alertId));
    });
    const open = alertIds.filter((alertId) => sound.get(alertId) !== true);
    const skipped = await skippedAlerts(dependencies, mailbox, open);
    const reached = met.filter(({ alertId }) => sound.get(alertId) === true);
    const going = reached.filter((record) => !isSpared(mailbox, record)).map(({ uid }) => uid);
    // What is delivered and was not dealt with after that is met again.
    const unfinished = new Set(await mailbox.source.unfinished?.(listing, going));
    for (const { uid } of reached) if (!unfinished.has(uid)) settled.add(uid);
    for (const { uid, alertId } of met) if (skipped.has(alertId)) settled.add(uid);
  }
  return settled;
}
