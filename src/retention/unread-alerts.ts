import { type Dependencies, mailboxNamed } from '../activities/dependencies.js';
import { foldersOf, listOptions, marksSeen } from '../activities/mailbox-options.js';

/** The alerts of all messages that stand unread in a mailbox, asked for when first needed. */
export class UnreadAlerts {
  readonly #dependencies: Dependencies;
  readonly #signal: AbortSignal;
  #found: Promise<ReadonlySet<string> | undefined> | undefined;

  constructor(dependencies: Dependencies, signal: AbortSignal) {
    this.#dependencies = dependencies;
    this.#signal = signal;
  }

  /** Also true as long as a mailbox cannot be asked. */
  async has(alertId: string): Promise<boolean> {
    this.#found ??= this.#list().catch(() => undefined);
    const found = await this.#found;
    return found === undefined || found.has(alertId);
  }

  async #list(): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for (const name of Object.keys(this.#dependencies.config.mailboxes)) {
      const mailbox = mailboxNamed(this.#dependencies, name);
      // With `read: new` flags say nothing, and the ledger has to do.
      if (!marksSeen(mailbox)) continue;
      for (const folder of foldersOf(mailbox)) {
        const listing = await mailbox.source.list(folder, listOptions(mailbox), this.#signal);
        const records = await this.#dependencies.ledger.messages.find(name, listing, listing.uids);
        for (const record of records) if (record !== undefined) found.add(record.alertId);
      }
    }
    return found;
  }
}
