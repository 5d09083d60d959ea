import type {
  FetchedMessage,
  FolderListing,
  FolderRef,
  ListOptions,
  MailSource,
  MarkSeenResult,
  SourceCheck,
} from '../source.js';
import { fetchMessages } from './fetch.js';
import { listFolder } from './list.js';
import { markSeen } from './mark-seen.js';
import { openFolder, readOnlyError, reopenFolder } from './open-folder.js';
import { ImapPool } from './pool.js';
import type { ImapSettings } from './settings.js';
import { parseUids } from './uid-ranges.js';

/** A mailbox on an IMAP server. */
export class ImapSource implements MailSource {
  readonly #settings: ImapSettings;
  readonly #pool: ImapPool;

  constructor(settings: ImapSettings) {
    this.#settings = settings;
    this.#pool = new ImapPool(settings);
  }

  async check(signal?: AbortSignal): Promise<SourceCheck> {
    const { host, port, username, folders, read } = this.#settings;
    return this.#pool.use(async (session) => {
      const findings = [`logged in to ${host}:${port} as ${username} (${session.protection})`];
      for (const folder of folders) {
        const open = await openFolder(session, folder, 'write');
        if (read === 'unread' && !open.seenKept) throw readOnlyError(session, folder);
        const unread = open.messages === 0 ? 0 : (await session.search({ seen: false })).length;
        const flag = open.seenKept ? '\\Seen can be set' : '\\Seen cannot be set';
        findings.push(`folder "${folder}": ${open.messages} messages, ${unread} unread, ${flag}`);
      }
      return { findings };
    }, signal);
  }

  async list(folder: string, options: ListOptions, signal?: AbortSignal): Promise<FolderListing> {
    return this.#pool.use((session) => listFolder(session, folder, options), signal);
  }

  async fetch(
    folder: FolderRef,
    uids: readonly string[],
    limits: { readonly maxBytes: number },
    take: (message: FetchedMessage) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<void> {
    const numbers = parseUids(uids, this.#settings.where);
    await this.#pool.use(async (session) => {
      await reopenFolder(session, folder, 'read');
      await fetchMessages(session, numbers, limits.maxBytes, take);
    }, signal);
  }

  async markSeen(folder: FolderRef, uids: readonly string[], signal?: AbortSignal): Promise<MarkSeenResult> {
    const numbers = parseUids(uids, this.#settings.where);
    return this.#pool.use(async (session) => {
      await reopenFolder(session, folder, 'write');
      return markSeen(session, numbers);
    }, signal);
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }
}
