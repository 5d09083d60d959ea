import { constants, createReadStream } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
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

/** Messages up to here are read whole, larger ones as a stream. */
const smallBytes = 1024 * 1024;

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
      const found = await absentAsUndefined(stat(path));
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
    for (const uid of uids) {
      signal?.throwIfAborted();
      const message =
        (await this.#read(entries.get(uid), limits.maxBytes)) ??
        // Another reader may have moved it or changed its flags since.
        (await this.#read((await this.#scan()).get(uid), limits.maxBytes));
      if (message !== undefined) await take(message);
    }
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

  /** Undefined where the file is not there (any more). */
  async #read(entry: MaildirEntry | undefined, maxBytes: number): Promise<FetchedMessage | undefined> {
    if (entry === undefined) return undefined;
    const found = await absentAsUndefined(this.#guard(stat(entry.path)));
    if (found === undefined) return undefined;
    const raw =
      found.size <= Math.min(smallBytes, maxBytes)
        ? await absentAsUndefined(this.#guard(readFile(entry.path)))
        : createReadStream(entry.path, { end: maxBytes - 1 });
    if (raw === undefined) return undefined;
    return { uid: entry.uniqueName, internalDate: found.mtime, sizeBytes: found.size, raw };
  }

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
    return this.#guard(scanMaildir(this.#settings.path));
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

  async #guard<Result>(work: Promise<Result>): Promise<Result> {
    const { path, where } = this.#settings;
    try {
      return await work;
    } catch (cause) {
      const code = codeOf(cause);
      if (code === 'ENOENT' && (await isMaildir(path))) throw cause;
      if (code === 'ENOENT' || code === 'ENOTDIR') {
        const mend = 'Mend `path`: it names the folder that holds `new`, `cur` and `tmp`.';
        throw new LurewatchError('LW_MAIL_FOLDER_UNKNOWN', `${path} is not a Maildir`, { where, mend, cause });
      }
      const mend = 'Check that the user of the worker may read it, and that its disk is there.';
      throw new LurewatchError('LW_MAIL_UNREACHABLE', `${path} cannot be read (${code})`, { where, mend, cause });
    }
  }
}

async function isMaildir(path: string): Promise<boolean> {
  const folders = await Promise.all(['new', 'cur'].map((folder) => absentAsUndefined(stat(join(path, folder)))));
  return folders.every((folder) => folder?.isDirectory() === true);
}

async function absentAsUndefined<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
