import type { FolderListing, MailSource } from '../mail/source.js';
import { byUid } from '../mail/uid-order.js';
import type { FolderPage, ListCursor, Plan, UnreadPage } from '../workflows/types.js';
import { type Dependencies, type Mailbox, mailboxNamed, mispSinkName, type OpenDelivery } from './dependencies.js';

/** A batch keeps trying for about a polling interval; beyond this its messages are better off on their own. */
const longestPatienceMs = 5 * 60_000;

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
    return {
      unread: listings.reduce((sum, listing) => sum + listing.uids.length, 0),
      openDeliveries: carried.length,
      plan: planOf(mailbox),
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
      done ? { folder, uidValidity: '', uidNext: '', uids: [] } : await listFolder(dependencies, mailbox, folder),
    );
  }
  return listings;
}

async function listFolder(dependencies: Dependencies, mailbox: Mailbox, folder: string): Promise<FolderListing> {
  const listing = await mailbox.source.list(folder, listOptions(mailbox));
  const uids = [...listing.uids].sort(byUid);
  if (marksSeen(mailbox)) return { ...listing, uids };
  const progress = await dependencies.ledger.progress.latest(mailbox.name, listing, mailbox.config.since);
  if (progress === undefined) return { ...listing, uids };
  const except = new Set(progress.except);
  return { ...listing, uids: uids.filter((uid) => Number(uid) > progress.upTo || except.has(uid)) };
}

function takePage(
  listings: readonly FolderListing[],
  cursor: ListCursor,
  pageSize: number,
  carried: readonly OpenDelivery[],
): Pick<UnreadPage, 'folders' | 'inDelivery' | 'held' | 'next'> {
  const carriers = new Map(carried.map((delivery) => [carrierKey(delivery, delivery.uid), delivery]));
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

function withMessages(folders: readonly FolderPage[]): readonly FolderPage[] {
  return folders.filter(({ uids }) => uids.length > 0);
}

function carrierKey(folder: { readonly folder: string; readonly uidValidity: string }, uid: string): string {
  return JSON.stringify([folder.folder, folder.uidValidity, uid]);
}

function beginning({ uidValidity, uidNext }: FolderListing): { uidValidity: string; uidNext: string } {
  return { uidValidity, uidNext };
}

export function foldersOf({ config }: Mailbox): readonly string[] {
  return config.kind === 'imap' ? config.folders : ['INBOX'];
}

export function marksSeen({ config }: Mailbox): boolean {
  return config.kind === 'directory' || config.read === 'unread';
}

export function listOptions(mailbox: Mailbox): Parameters<MailSource['list']>[1] {
  const { since } = mailbox.config;
  return {
    which: marksSeen(mailbox) ? 'unread' : 'all',
    ...(since === undefined ? {} : { since: new Date(`${since}T00:00:00Z`) }),
  };
}

/** While one batch has the connection, others are being parsed, are at their sinks, or wait for Temporal. */
const batchesPerConnection = 4;

function planOf(mailbox: Mailbox): Plan {
  const { config } = mailbox;
  return {
    targets: config.targets,
    misp: mailbox.sinks.includes(mispSinkName),
    marks: marksSeen(mailbox),
    parallelBatches: batchesPerConnection * (config.kind === 'imap' ? config.connections : 2),
    patienceMs: Math.min(config.every, longestPatienceMs),
    maxInDelivery: config.maxInDelivery,
    ...(config.limit === undefined ? {} : { limit: config.limit }),
  };
}
