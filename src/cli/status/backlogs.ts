import { countOlder, listWaiting } from '../../activities/list-unread.js';
import { foldersOf } from '../../activities/mailbox-options.js';
import type { LoadedConfig } from '../../config/load-config.js';
import type { MailboxConfig } from '../../config/schema.js';
import type { Ledger } from '../../ledger/ledger.js';
import { createSource } from '../../mail/create-source.js';
import { oldestReceived } from '../../mail/oldest-received.js';
import { inParallel } from '../../sinks/in-parallel.js';
import { type Failure, failureOf } from '../report-error.js';

/** What a mailbox itself says, asked from this machine. */
export interface Backlog {
  readonly messages?: number;
  readonly oldest?: Date | undefined;
  /** Unread, and older than `daysBack` of the mailbox. */
  readonly older?: number;
  readonly error?: Failure;
}

/** One that does not answer must not keep the others: so many at a time, each for so long, and all of them together. */
const atATime = 16;
const each = 10_000;
const together = 25_000;

/**
 * Looks into all mailboxes, as a poll would, and changes nothing. With `read: new` only the ledger knows what is new, so
 * without one such a mailbox is left out.
 */
export async function readBacklogs(
  loaded: LoadedConfig,
  ledger: Ledger | undefined,
): Promise<ReadonlyMap<string, Backlog>> {
  const found = new Map<string, Backlog>();
  const overdue = AbortSignal.timeout(together);
  await inParallel(Object.entries(loaded.config.mailboxes), atATime, async ([name, config]) => {
    const signal = AbortSignal.any([overdue, AbortSignal.timeout(each)]);
    try {
      const backlog = await readBacklog(loaded, ledger, name, config, signal);
      if (backlog !== undefined) found.set(name, backlog);
    } catch (error) {
      found.set(name, { error: signal.aborted ? tooSlow(name) : failureOf(error) });
    }
  });
  return found;
}

async function readBacklog(
  { secret, baseFolder }: LoadedConfig,
  ledger: Ledger | undefined,
  name: string,
  config: MailboxConfig,
  signal: AbortSignal,
): Promise<Backlog | undefined> {
  const needsLedger = config.kind === 'imap' && config.read === 'new';
  if (needsLedger && ledger === undefined) return undefined;
  signal.throwIfAborted();
  const source = createSource(name, config, secret, baseFolder);
  try {
    const listings = [];
    for (const folder of foldersOf({ config })) {
      listings.push(await listWaiting(ledger, { name, config, source }, folder, signal));
    }
    const messages = listings.reduce((sum, { uids }) => sum + uids.length, 0);
    const older = await countOlder({ config, source }, signal);
    const oldest = await oldestReceived(source, listings, signal);
    return { messages, oldest, ...(older === undefined ? {} : { older }) };
  } finally {
    await source.close();
  }
}

function tooSlow(name: string): Failure {
  return { code: 'LW_MAIL_UNREACHABLE', message: `mailbox ${name}: no answer in time. [LW_MAIL_UNREACHABLE]` };
}
