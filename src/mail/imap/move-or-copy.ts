import { copiedBefore } from './copied-before.js';
import { stillThere } from './fetch-each.js';
import { noSuchFolder, type OpenFolder } from './open-folder.js';
import type { ImapSession } from './session.js';
import { uidRanges } from './uid-ranges.js';

/** A folder of the same mailbox that messages go to. */
export interface Destination {
  readonly folder: string;
  readonly create: boolean;
}

/** Messages that are in the open folder still. */
export interface Left {
  readonly uids: readonly number[];
  /** Those of which no copy is found in the other folder: it is searched for what the server has not told. */
  readonly withoutCopy: () => Promise<readonly number[]>;
}

/**
 * MOVE (RFC 6851), and what it left behind though the server said that all was done. In the usual case that is nothing,
 * and nothing more is asked.
 * @param earlier of them, those that may have been moved before: of what has a copy already no other one is made
 */
export async function moveOnce(
  session: ImapSession,
  open: OpenFolder,
  uids: readonly number[],
  to: Destination,
  earlier: ReadonlySet<number>,
): Promise<Left> {
  const doubtful = uids.filter((uid) => earlier.has(uid));
  const copied = new Set(doubtful.length === 0 ? [] : await copiedBefore(session, open, doubtful, to.folder));
  for (const range of uidRanges(uids.filter((uid) => !copied.has(uid)))) {
    for (const uid of await moveOrCopy(session, range, to, 'move')) copied.add(uid);
  }
  const there = await stillThere(session, uids);
  const left = uids.filter((uid) => there.has(uid));
  const withoutCopy = async () => {
    const unsaid = left.filter((uid) => !copied.has(uid));
    const found = unsaid.length === 0 ? new Set() : await copiedBefore(session, open, unsaid, to.folder);
    return unsaid.filter((uid) => !found.has(uid));
  };
  return { uids: left, withoutCopy };
}

/** A death between COPY and the removal leaves a copy: whoever comes next must not make another. */
export async function copyOnce(
  session: ImapSession,
  open: OpenFolder,
  uids: readonly number[],
  to: Destination,
): Promise<void> {
  const copied = await copiedBefore(session, open, uids, to.folder);
  const missing = uids.filter((uid) => !copied.has(uid));
  for (const range of uidRanges(missing)) await moveOrCopy(session, range, to, 'copy');
}

/**
 * The folder is looked for only where the server refused: it is there nearly always.
 * @returns the UIDs that COPYUID names (RFC 4315), where the server says it: those have a copy
 */
async function moveOrCopy(
  session: ImapSession,
  range: string,
  to: Destination,
  how: 'move' | 'copy',
  mayCreate = to.create,
): Promise<Iterable<number>> {
  const doing = `${how} messages to "${to.folder}"`;
  const done = await session.run(doing, (client) =>
    how === 'move'
      ? client.messageMove(range, to.folder, { uid: true })
      : client.messageCopy(range, to.folder, { uid: true }),
  );
  if (done) return done.uidMap?.keys() ?? [];
  const refusal = session.refusal(doing);
  if (!session.usable) throw refusal;
  const names = (await session.folders()).map(({ path }) => path);
  if (names.includes(to.folder)) throw refusal;
  if (!mayCreate) throw noSuchFolder(session, to.folder, names);
  await createFolder(session, to.folder);
  return moveOrCopy(session, range, to, how, false);
}

async function createFolder(session: ImapSession, folder: string): Promise<void> {
  await session.run(`create the folder "${folder}"`, (client) => client.mailboxCreate(folder));
}
