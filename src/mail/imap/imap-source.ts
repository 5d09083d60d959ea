import type {
  FetchedMessage,
  FolderListing,
  FolderRef,
  ListOptions,
  MailSource,
  MarkSeenResult,
  SourceCheck,
} from '../source.js';
import { type WatchListener, type WatchTimings, watchTimings } from '../watch.js';
import { afterIn, finish, tellingFlag } from './after.js';
import { type After, afterOf } from './after-config.js';
import { checkAfter, checkDestination } from './check-after.js';
import { fetchMessages } from './fetch.js';
import { checkIdle, listen } from './idle.js';
import { withoutFlag } from './keep-flags.js';
import { listFolder } from './list.js';
import { openFolder, readOnlyError, reopenFolder } from './open-folder.js';
import { ImapPool } from './pool.js';
import { receivedAt } from './received-at.js';
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
      findings.push(...(this.#settings.oauth?.tokens.findings() ?? []));
      for (const folder of folders) {
        const open = await openFolder(session, folder, 'write');
        if (read === 'unread' && !open.seenKept) throw readOnlyError(session, folder);
        const unread = open.messages === 0 ? 0 : (await session.search({ seen: false })).length;
        const flag = open.seenKept ? '\\Seen can be set' : '\\Seen cannot be set';
        findings.push(`folder "${folder}": ${open.messages} messages, ${unread} unread, ${flag}`);
        findings.push(...checkAfter(session, open, this.#after(folder)));
      }
      findings.push(...(await checkDestination(session, this.#settings.after)), ...checkIdle(session));
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

  async receivedAt(folder: FolderRef, uid: string, signal?: AbortSignal): Promise<Date | undefined> {
    const numbers = parseUids([uid], this.#settings.where);
    return this.#pool.use(async (session) => {
      await reopenFolder(session, folder, 'read');
      return receivedAt(session, numbers);
    }, signal);
  }

  async markSeen(
    folder: FolderRef,
    uids: readonly string[],
    signal?: AbortSignal,
    only?: 'seen',
    earlier: readonly string[] = [],
  ): Promise<MarkSeenResult> {
    const after: After = only === 'seen' ? { kind: 'read' } : this.#after(folder.folder);
    const numbers = parseUids(uids, this.#settings.where);
    return this.#pool.use(async (session) => {
      const open = await reopenFolder(session, folder, 'write');
      return finish(session, open, numbers, after, this.#settings.read, new Set(earlier.map(Number)));
    }, signal);
  }

  async unfinished(folder: FolderRef, uids: readonly string[], signal?: AbortSignal): Promise<readonly string[]> {
    const after = this.#after(folder.folder);
    if (after.kind === 'nothing' || uids.length === 0) return [];
    const numbers = parseUids(uids, this.#settings.where);
    return this.#pool.use(async (session) => {
      await reopenFolder(session, folder, 'read');
      const flag = tellingFlag(after, session.has('MOVE'));
      return flag === undefined ? [] : withoutFlag(session, numbers, flag);
    }, signal);
  }

  /** Beside the pool: a connection that listens can do nothing else. */
  async watch(listener: WatchListener, signal: AbortSignal, timings: WatchTimings = watchTimings): Promise<void> {
    await listen(this.#settings, listener, signal, timings);
  }

  async close(): Promise<void> {
    await this.#pool.close();
    await this.#settings.oauth?.close();
  }

  #after(folder: string): After {
    return afterIn(folder, this.#settings.after ?? afterOf({ read: this.#settings.read }), this.#settings.read);
  }
}
