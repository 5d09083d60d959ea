import type { Ledger } from '../ledger/ledger.js';
import { oldestReceived } from '../mail/oldest-received.js';
import { skipRulesOf } from '../mail/skip/skip-rules.js';
import type { FolderListing } from '../mail/source.js';
import { byUid } from '../mail/uid-order.js';
import type { FolderPage, ListCursor, UnreadPage } from '../workflows/types.js';
import { activitySignal } from './context.js';
import { type Dependencies, type Mailbox, mailboxNamed, type OpenDelivery } from './dependencies.js';
import { foldersOf, listOptions, marksSeen, windowOf } from './mailbox-options.js';
import { planOf } from './mailbox-plan.js';
import { skippedAlerts } from './skip-messages.js';

export interface ListUnreadInput {
  readonly mailbox: string;
  /** Undefined: the poll begins. */
  readonly cursor?: ListCursor;
  readonly pageSize: number;
}

/**
 * Lists the next unread messages of a mailbox, oldest first, passing over those that a `deliverMessage` workflow
 * carries. On the first page it also opens every folder, so that a wrong one is told before anything is sent.
 */
export function createListUnread(dependencies: Dependencies) {
  return async function listUnread(input: ListUnreadInput): Promise<UnreadPage> {
    const mailbox = mailboxNamed(dependencies, input.mailbox);
    const listings = await listFolders(dependencies, mailbox, input.cursor);
    const carried = await dependencies.workflows.openDeliveries(mailbox.name);
    const cursor = input.cursor ?? { folder: 0, after: '', began: listings.map(beginning) };
    const page = takePage(listings, cursor, input.pageSize, carried);
    const watched = dependencies.config.monitoring !== undefined;
    const waiting = watched ? withoutHeld(listings, carried) : [];
    const oldest = await oldestReceived(mailbox.source, waiting, activitySignal());
    return {
      unread: listings.reduce((sum, listing) => sum + listing.uids.length, 0),
      openDeliveries: new Set(carried.map((delivery) => carrierKey(delivery, delivery.uid))).size,
      ...(oldest === undefined ? {} : { oldest: oldest.toISOString() }),
      plan: planOf(mailbox, dependencies.config),
      ...page,
    };
  };
}

/** Folders before the cursor's are done: they are not asked again, and stand as empty. */
async function listFolders(
  dependencies: Dependencies,
  mailbox: Mailbox,
  cursor: ListCursor | undefined,
): Promise<readonly FolderListing[]> {
  const listings: FolderListing[] = [];
  for (const [index, folder] of foldersOf(mailbox).entries()) {
    const done = cursor !== undefined && index < cursor.folder;
    listings.push(
      done
        ? { folder, uidValidity: '', uidNext: '', uids: [] }
        : await listWaiting(dependencies.ledger, mailbox, folder),
    );
  }
  return listings;
}

/**
 * What a poll of this folder would take, oldest first: what is unread, or with `read: new` not dealt with. What was
 * skipped and stays unread is no part of it.
 * @param ledger undefined: with `read: new` all of it is listed
 */
export async function listWaiting(
  ledger: WaitingLedger | undefined,
  mailbox: Pick<Mailbox, 'name' | 'config' | 'source'>,
  folder: string,
  signal?: AbortSignal,
): Promise<FolderListing> {
  const listing = await mailbox.source.list(folder, listOptions(mailbox), signal);
  const uids = [...listing.uids].sort(byUid);
  if (marksSeen(mailbox)) return { ...listing, uids: await withoutSkipped(ledger, mailbox, listing, uids) };
  const progress = await ledger?.progress.latest(mailbox.name, listing, windowOf(mailbox));
  if (progress === undefined) return { ...listing, uids };
  const except = new Set(progress.except);
  return { ...listing, uids: uids.filter((uid) => Number(uid) > progress.upTo || except.has(uid)) };
}

/** What of the ledger tells that a message does not wait. */
type WaitingLedger = Pick<Ledger, 'progress' | 'messages' | 'skips' | 'alerts'>;

async function withoutSkipped(
  ledger: WaitingLedger | undefined,
  mailbox: Pick<Mailbox, 'name' | 'config'>,
  folder: FolderListing,
  uids: readonly string[],
): Promise<readonly string[]> {
  const { skip } = mailbox.config;
  if (ledger === undefined || skip?.mark !== false || skipRulesOf(mailbox.config) === undefined) return uids;
  const records = await ledger.messages.find(mailbox.name, folder, uids);
  const alertIds = records.flatMap((record) => (record === undefined ? [] : [record.alertId]));
  const skipped = await skippedAlerts({ ledger }, mailbox, alertIds);
  return uids.filter((_, index) => !skipped.has(records[index]?.alertId ?? ''));
}

/**
 * How many unread messages of a mailbox with `daysBack` polls pass over, since they were received before that: after a
 * long outage that may be mail that nobody has dealt with. Undefined: the mailbox looks at all, or flags say nothing.
 */
export async function countOlder(
  mailbox: Pick<Mailbox, 'config' | 'source'>,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const { daysBack: _, ...config } = mailbox.config;
  if (mailbox.config.daysBack === undefined || !marksSeen(mailbox)) return undefined;
  let older = 0;
  for (const folder of foldersOf(mailbox)) {
    const all = await mailbox.source.list(folder, listOptions({ config }), signal);
    const taken = new Set((await mailbox.source.list(folder, listOptions(mailbox), signal)).uids);
    older += all.uids.filter((uid) => !taken.has(uid)).length;
  }
  return older;
}

function takePage(
  listings: readonly FolderListing[],
  cursor: ListCursor,
  pageSize: number,
  carried: readonly OpenDelivery[],
): Pick<UnreadPage, 'folders' | 'inDelivery' | 'held' | 'next'> {
  const carriers = carriersOf(carried);
  const folders: FolderPage[] = [];
  let inDelivery = 0;
  let held = 0;
  let taken = 0;
  for (let index = cursor.folder; index < listings.length; index += 1) {
    const listing = listings[index];
    const began = cursor.began[index];
    // A folder renumbered since the poll began is for the next poll: its numbers mean other messages now.
    if (listing === undefined || began === undefined || listing.uidValidity !== began.uidValidity) continue;
    const after = index === cursor.folder ? cursor.after : '';
    let passed = after;
    const uids: string[] = [];
    folders.push({ folder: listing.folder, uidValidity: listing.uidValidity, uids });
    for (const uid of listing.uids) {
      if ((after !== '' && byUid(uid, after) <= 0) || (began.uidNext !== '' && byUid(uid, began.uidNext) >= 0))
        continue;
      const carrier = carriers.get(carrierKey(listing, uid));
      if (carrier !== undefined) {
        if (carrier.held) held += 1;
        else inDelivery += 1;
      } else if (taken === pageSize) {
        return { folders: withMessages(folders), inDelivery, held, next: { ...cursor, folder: index, after: passed } };
      } else {
        uids.push(uid);
        taken += 1;
      }
      // Also what somebody carries: the next page must not count it again.
      passed = uid;
    }
  }
  return { folders: withMessages(folders), inDelivery, held };
}

interface Carrier {
  readonly held: boolean;
}

/**
 * By message. A report may have several, and where some of them are gone, its mails are looked at one by one: they may
 * have come to their end, or been ended by somebody.
 */
function carriersOf(carried: readonly OpenDelivery[]): ReadonlyMap<string, Carrier> {
  const open = new Map<string, OpenDelivery[]>();
  for (const delivery of carried) {
    const key = carrierKey(delivery, delivery.uid);
    open.set(key, [...(open.get(key) ?? []), delivery]);
  }
  const whole = [...open].filter(([, some]) => some.length >= Math.min(...some.map(({ together }) => together)));
  return new Map(whole.map(([key, some]) => [key, { held: some.some(({ held }) => held) }]));
}

/** What waits for a person says nothing of how well mails get on. */
function withoutHeld(listings: readonly FolderListing[], carried: readonly OpenDelivery[]): readonly FolderListing[] {
  const held = new Set(
    carried.filter((delivery) => delivery.held).map((delivery) => carrierKey(delivery, delivery.uid)),
  );
  if (held.size === 0) return listings;
  return listings.map((listing) => ({
    ...listing,
    uids: listing.uids.filter((uid) => !held.has(carrierKey(listing, uid))),
  }));
}

function withMessages(folders: readonly FolderPage[]): readonly FolderPage[] {
  return folders.filter(({ uids }) => uids.length > 0);
}

function carrierKey(folder: { readonly folder: string; readonly uidValidity: string }, uid: string): string {
  return JSON.stringify([folder.folder, folder.uidValidity, uid]);
}

function beginning({ uidValidity, uidNext }: FolderListing): { uidValidity: string; uidNext: string } {
  return { uidValidity, uidNext };
}
