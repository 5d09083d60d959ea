import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import type {
  FetchedMessage,
  FolderListing,
  FolderRef,
  ListOptions,
  MailSource,
  MarkSeenResult,
  SourceCheck,
} from '../source.js';
import { unreadableError } from '../unreadable.js';
import { codeOf, handOver } from './hand-over.js';
import { isUnread, type MaildirEntry, renameAsSeen, scanMaildir } from './maildir.js';

export interface DirectorySettings {
  /** How errors name the mailbox: `mailbox reports`. */
  readonly where: string;
  /** The Maildir: holds `new`, `cur` and `tmp`. */
  readonly path: string;
}

/** Its only folder, and the numbering of that: unique names never change their meaning. */
const folderName = 'INBOX';
const uidValidity = 'maildir';

/** A Maildir on this machine. */
export class DirectorySource implements MailSource {
  readonly #settings: DirectorySettings;

  constructor(settings: DirectorySettings) {
    this.#settings = settings;
  }

  async check(): Promise<SourceCheck> {
    const entries = [...(await this.#scan()).values()];
    await this.#assertWritable();
    const unread = entries.filter(isUnread).length;
    return { findings: [`Maildir ${this.#settings.path}: ${entries.length} messages, ${unread} unread`] };
  }

  async list(folder: string, options: ListOptions, signal?: AbortSignal): Promise<FolderListing> {
    this.#assertFolder(folder);
    signal?.throwIfAborted();
    const unread = options.which === 'unread';
    if (unread) await this.#assertWritable();
    const entries = [...(await this.#scan()).values()].filter((entry) => !unread || isUnread(entry));

    const dated: { uid: string; receivedAt: number }[] = [];
    for (const { uniqueName, path } of entries) {
      // A damaged one is listed rather than lost: reading it will tell what is wrong with it.
      const found = await absentAsUndefined(stat(path)).catch(() => ({ mtimeMs: Number.MAX_SAFE_INTEGER }));
      const receivedAt = found?.mtimeMs;
      if (receivedAt === undefined || receivedAt < (options.since?.getTime() ?? 0)) continue;
      dated.push({ uid: uniqueName, receivedAt });
    }
    dated.sort((one, other) => one.receivedAt - other.receivedAt || (one.uid < other.uid ? -1 : 1));
    return { folder, uidValidity, uidNext: '', uids: dated.map(({ uid }) => uid) };
  }

  async fetch(
    folder: FolderRef,
    uids: readonly string[],
    limits: { readonly maxBytes: number },
    take: (message: FetchedMessage) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<void> {
    this.#assertSame(folder);
    const entries = await this.#scan();
    const unreadable = new Map<string, string>();
    for (const uid of uids) {
      signal?.throwIfAborted();
      let handed = await handOver(entries.get(uid), limits.maxBytes, take);
      // Another reader may have moved it or changed its flags since.
      if (handed === 'absent') handed = await handOver((await this.#scan()).get(uid), limits.maxBytes, take);
      if (typeof handed === 'string') continue;
      // The trouble of this message alone, unless the Maildir as a whole cannot be read.
      await this.#scan();
      unreadable.set(uid, wordsOf(handed.failure));
    }
    if (unreadable.size === 0) return;
    const mend = 'Let the user of the worker read the file, and check its disk; it is tried again.';
    throw unreadableError(this.#settings.where, unreadable, mend);
  }

  async receivedAt(folder: FolderRef, uid: string, signal?: AbortSignal): Promise<Date | undefined> {
    this.#assertSame(folder);
    signal?.throwIfAborted();
    const entry = (await this.#scan()).get(uid);
    return entry === undefined ? undefined : (await absentAsUndefined(stat(entry.path)))?.mtime;
  }

  async markSeen(folder: FolderRef, uids: readonly string[], signal?: AbortSignal): Promise<MarkSeenResult> {
    this.#assertSame(folder);
    let entries = await this.#scan();
    for (const uid of uids) {
      signal?.throwIfAborted();
      if (await this.#mark(entries.get(uid))) continue;
      entries = await this.#scan();
      await this.#mark(entries.get(uid));
    }
    const now = await this.#scan();
    const pick = (which: (entry: MaildirEntry | undefined) => boolean) => uids.filter((uid) => which(now.get(uid)));
    return {
      marked: pick((entry) => entry !== undefined && !isUnread(entry)),
      vanished: pick((entry) => entry === undefined),
      refused: pick((entry) => entry !== undefined && isUnread(entry)),
    };
  }

  async close(): Promise<void> {}

  /** False where the file has moved meanwhile: look again. */
  async #mark(entry: MaildirEntry | undefined): Promise<boolean> {
    if (entry === undefined || !isUnread(entry)) return true;
    try {
      await renameAsSeen(this.#settings.path, entry);
      return true;
    } catch (error) {
      // Without the right to rename it stays unread, and counts as refused.
      return ['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error));
    }
  }

  async #scan(): Promise<Map<string, MaildirEntry>> {
    return this.#guard(this.#scanAndWalk());
  }

  async #scanAndWalk(): Promise<Map<string, MaildirEntry>> {
    const { path } = this.#settings;
    const entries = await scanMaildir(path);
    // Names can be listed without the right to reach the files behind them.
    for (const folder of ['new', 'cur']) await access(join(path, folder), constants.X_OK);
    return entries;
  }

  async #assertWritable(): Promise<void> {
    const { path, where } = this.#settings;
    try {
      for (const folder of ['new', 'cur']) await access(join(path, folder), constants.W_OK);
    } catch (cause) {
      const mend = 'Let the user of the worker write to `new` and `cur`.';
      throw new LurewatchError('LW_MAIL_READ_ONLY', `the Maildir ${path} cannot be changed`, { where, mend, cause });
    }
  }

  #assertFolder(folder: string): void {
    if (folder === folderName) return;
    const mend = `A Maildir has the one folder ${folderName}.`;
    throw new LurewatchError('LW_MAIL_FOLDER_UNKNOWN', `there is no folder "${folder}"`, {
      where: this.#settings.where,
      mend,
    });
  }

  #assertSame(ref: FolderRef): void {
    this.#assertFolder(ref.folder);
    if (ref.uidValidity === uidValidity) return;
    throw new LurewatchError('LW_MAIL_UIDVALIDITY_CHANGED', `the mailbox was not a Maildir before`, {
      where: this.#settings.where,
    });
  }

  /** What is wrong with the Maildir as a whole. */
  async #guard<Result>(work: Promise<Result>): Promise<Result> {
    const { path, where } = this.#settings;
    try {
      return await work;
    } catch (cause) {
      const code = codeOf(cause);
      if (code === 'ENOENT' || code === 'ENOTDIR') {
        const mend = 'Mend `path`: it names the folder that holds `new`, `cur` and `tmp`.';
        throw new LurewatchError('LW_MAIL_FOLDER_UNKNOWN', `${path} is not a Maildir`, { where, mend, cause });
      }
      const mend = 'Check that the user of the worker may read it, and that its disk is there.';
      throw new LurewatchError('LW_MAIL_UNREACHABLE', `${path} cannot be read (${code})`, { where, mend, cause });
    }
  }
}

async function absentAsUndefined<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function wordsOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
