import { isLurewatchError } from '../errors/lurewatch-error.js';
import type { FetchedMessage, FolderRef, MailSource } from './source.js';
import { unreadableUids } from './unreadable.js';

/**
 * Fetches around damaged messages: hands over all that can be read, and gives back the others, UID → why. Besides those
 * that the source names, these are messages at which the server hangs up each time (Dovecot's default where it cannot
 * read a file): everything is then read one by one, and whatever ends a connection while the server can be reached
 * just after is damaged. Throws where the server itself is away.
 */
export async function fetchAround(
  source: MailSource,
  folder: FolderRef,
  uids: readonly string[],
  limits: { readonly maxBytes: number },
  take: (message: FetchedMessage) => Promise<void>,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const unreadable = new Map<string, string>();
  const taken = new Set<string>();
  const noting = async (message: FetchedMessage) => {
    await take(message);
    taken.add(message.uid);
  };
  const waiting = uids.length === 0 ? [] : [uids];
  for (let asked = waiting.shift(); asked !== undefined; asked = waiting.shift()) {
    try {
      await source.fetch(folder, asked, limits, noting, signal);
    } catch (error) {
      const left = asked.filter((uid) => !taken.has(uid));
      const damaged = await damagedOf(error, left);
      for (const uid of damaged) unreadable.set(uid, error instanceof Error ? error.message : String(error));
      const others = left.filter((uid) => !unreadable.has(uid));
      if (damaged.length === 0) waiting.push(...others.map((uid) => [uid]));
      else if (others.length > 0) waiting.push(others);
    }
  }
  return unreadable;

  /** None: it is not known yet which. */
  async function damagedOf(error: unknown, left: readonly string[]): Promise<readonly string[]> {
    const named = unreadableUids(error).filter((uid) => left.includes(uid));
    if (named.length > 0) return named;
    if (!isLurewatchError(error, 'LW_MAIL_UNREACHABLE') || left.length === 0) throw error;
    // Reading nothing still takes a connection and the folder.
    await source.fetch(folder, [], limits, take, signal);
    return left.length === 1 ? left : [];
  }
}
