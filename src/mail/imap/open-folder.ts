import { distance } from 'fastest-levenshtein';
import type { MailboxObject } from 'imapflow';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type { FolderRef } from '../source.js';
import { refusalOf } from './errors.js';
import { accountMark, isOfAccount, numberingOf } from './numbering.js';
import type { ImapSession } from './session.js';

export interface OpenFolder extends FolderRef {
  /** UIDNEXT as the server said it on opening; undefined where it said none. */
  readonly uidNext: number | undefined;
  readonly messages: number;
  /** Whether \Seen can be kept here: the folder is not read-only and PERMANENTFLAGS holds it (RFC 9051 §7.1). */
  readonly seenKept: boolean;
  /** PERMANENTFLAGS in small letters, none in a read-only folder; undefined: every flag can be kept. */
  readonly keptFlags: readonly string[] | undefined;
}

/** Whether a flag can be kept there. `\\*` in PERMANENTFLAGS speaks of keywords only (RFC 9051 §7.1). */
export function keeps({ keptFlags }: OpenFolder, flag: string): boolean {
  if (keptFlags === undefined || keptFlags.includes(flag.toLowerCase())) return true;
  return !flag.startsWith('\\') && keptFlags.includes('\\*');
}

/** Opens a folder, `read` with EXAMINE, so that nothing done in it can change a flag. */
export async function openFolder(session: ImapSession, folder: string, mode: 'read' | 'write'): Promise<OpenFolder> {
  const mailbox = await session
    .select(folder, mode === 'read')
    .catch((error: unknown) => refused(session, folder, error));
  const { permanentFlags, readOnly } = mailbox;
  // No PERMANENTFLAGS at all means that every flag can be kept; `\*` in them speaks of new keywords only.
  const permitted = permanentFlags === undefined || [...permanentFlags].some((flag) => /^\\seen$/i.test(flag));
  return {
    folder,
    uidValidity: numberingOf(String(mailbox.uidValidity), session.settings),
    uidNext: mailbox.uidNext,
    messages: mailbox.exists,
    seenKept: readOnly !== true && permitted,
    keptFlags: keptFlagsOf(mailbox),
  };
}

/**
 * The same for a folder known by its numbering. Throws LW_MAIL_UIDVALIDITY_CHANGED where that has changed, and without
 * looking where it is another account's: there the folder may not even exist.
 */
export async function reopenFolder(session: ImapSession, ref: FolderRef, mode: 'read' | 'write'): Promise<OpenFolder> {
  const { settings } = session;
  const changed = (what: string) =>
    new LurewatchError('LW_MAIL_UIDVALIDITY_CHANGED', `the folder "${ref.folder}" ${what}`, { where: settings.where });
  if (!isOfAccount(ref.uidValidity, settings)) {
    const mark = accountMark(settings);
    throw changed(`was not numbered for this host and username (${ref.uidValidity}, which does not end in -${mark})`);
  }
  const open = await openFolder(session, ref.folder, mode);
  if (open.uidValidity === ref.uidValidity) return open;
  throw changed(`was renumbered (UIDVALIDITY ${ref.uidValidity}, now ${open.uidValidity})`);
}

function keptFlagsOf({ permanentFlags, readOnly }: MailboxObject): readonly string[] | undefined {
  if (readOnly === true) return [];
  return permanentFlags === undefined ? undefined : [...permanentFlags].map((flag) => flag.toLowerCase());
}

export function readOnlyError(session: ImapSession, folder: string): LurewatchError {
  return new LurewatchError('LW_MAIL_READ_ONLY', `the folder "${folder}" does not keep the flag \\Seen for this user`, {
    where: session.settings.where,
  });
}

async function refused(session: ImapSession, folder: string, error: unknown): Promise<MailboxObject> {
  const doing = `open the folder "${folder}"`;
  const { refused, serverCode } = refusalOf(error);
  if (!refused) throw session.failure(error, doing);

  const { where } = session.settings;
  if (serverCode === 'NOPERM') {
    const mend = 'Grant this user the IMAP ACL rights "lr" (and "s" for `read: unread`) on it.';
    throw new LurewatchError('LW_MAIL_FOLDER_UNKNOWN', `the folder "${folder}" may not be opened`, { where, mend });
  }
  const names = (await session.folders()).filter(({ flags }) => !flags.has('\\Noselect')).map(({ path }) => path);
  if (names.includes(folder)) throw session.failure(error, doing);
  throw noSuchFolder(session, folder, names);
}

/** @param names of the folders that there are */
export function noSuchFolder(session: ImapSession, folder: string, names: readonly string[]): LurewatchError {
  return new LurewatchError('LW_MAIL_FOLDER_UNKNOWN', `there is no folder "${folder}"`, {
    where: session.settings.where,
    mend: `Use one of the folders that exist: ${nearestFirst(names, folder)}.`,
  });
}

const namesShown = 20;

function nearestFirst(names: readonly string[], wanted: string): string {
  const far = (name: string) => distance(name.toLowerCase(), wanted.toLowerCase());
  const sorted = [...names].sort((one, other) => far(one) - far(other));
  const shown = sorted.slice(0, namesShown).map((name) => `"${name}"`);
  const more = sorted.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
