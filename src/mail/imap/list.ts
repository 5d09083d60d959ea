import type { FolderListing, ListOptions } from '../source.js';
import { fetchEach } from './fetch-each.js';
import { openFolder, readOnlyError } from './open-folder.js';
import type { ImapSession } from './session.js';

const dayMs = 24 * 60 * 60 * 1000;

export async function listFolder(session: ImapSession, folder: string, options: ListOptions): Promise<FolderListing> {
  const unread = options.which === 'unread';
  const open = await openFolder(session, folder, unread ? 'write' : 'read');
  if (unread && !open.seenKept) throw readOnlyError(session, folder);

  const uids = await searchUids(session, open.uidNext, open.messages, options);
  const uidNext = open.uidNext ?? Math.max(0, ...uids) + 1;
  return { folder, uidValidity: open.uidValidity, uidNext: String(uidNext), uids: uids.map(String) };
}

async function searchUids(
  session: ImapSession,
  uidNext: number | undefined,
  messages: number,
  options: ListOptions,
): Promise<number[]> {
  if (messages === 0 || uidNext === 1) return [];
  const criteria = {
    // Mail that arrives meanwhile waits for the next listing: UIDNEXT is where that one starts.
    uid: uidNext === undefined ? '1:*' : `1:${uidNext - 1}`,
    ...(options.which === 'unread' ? { seen: false } : {}),
  };
  if (options.since === undefined) return session.search(criteria);
  return searchSince(session, criteria, options.since);
}

/**
 * SINCE knows only days, in the server's own time zone, and imapflow turns it into YOUNGER (RFC 5032), which depends on
 * the server's clock. So a wide and a narrow search leave two or three days in doubt, and INTERNALDATE decides those.
 */
async function searchSince(
  session: ImapSession,
  criteria: { uid: string; seen?: boolean },
  since: Date,
): Promise<number[]> {
  const after = (time: number) =>
    time >= Date.now() ? Promise.resolve([]) : session.search({ ...criteria, since: new Date(time) });
  const wide = await after(since.getTime() - dayMs);
  const certain = new Set(await after(since.getTime() + 2 * dayMs));
  const doubtful = wide.filter((uid) => !certain.has(uid));
  const { found } = await fetchEach(session, doubtful, { internalDate: true });
  const before = found.filter(({ internalDate }) => internalDate !== undefined && new Date(internalDate) < since);
  // Only a date that was told leaves a message out: any other is listed rather than lost.
  const leftOut = new Set(before.map(({ uid }) => uid));
  return wide.filter((uid) => !leftOut.has(uid));
}
