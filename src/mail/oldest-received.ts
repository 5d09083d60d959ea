import type { FolderListing, MailSource } from './source.js';

/**
 * When the mail that has waited longest was received, of folders listed oldest first: the first of each folder is asked
 * for, so a mail that was moved there later counts from when the server first had it.
 *
 * @returns undefined where nothing is listed, or the source tells no date; never throws, since nothing depends on it
 */
export async function oldestReceived(
  source: MailSource,
  listings: readonly FolderListing[],
  signal?: AbortSignal,
): Promise<Date | undefined> {
  const dates: number[] = [];
  for (const listing of listings) {
    const [first] = listing.uids;
    if (first === undefined) continue;
    const received = await source.receivedAt?.(listing, first, signal).catch(() => undefined);
    if (received !== undefined && !Number.isNaN(received.getTime())) dates.push(received.getTime());
  }
  return dates.length === 0 ? undefined : new Date(Math.min(...dates));
}
