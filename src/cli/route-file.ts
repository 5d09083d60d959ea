import { type AlertSource, originalsOf } from '../activities/alert-documents.js';
import { wantedOf } from '../activities/wanted.js';
import type { MailboxConfig } from '../config/schema.js';
import { createExtractionPool } from '../indicators/extraction-pool.js';
import { alertIdOf, identityOf } from '../mail/identity.js';
import { type SkipRule, skipRulesOf } from '../mail/skip/skip-rules.js';
import { decideRoute } from '../routing/router.js';
import type { RouteDecision } from '../routing/types.js';
import { mailsOf } from './mail-files.js';

/** Where the alert of a mail would go, and why. */
export interface RoutedFile {
  /** The file; `file#3` for the third mail of an mbox. */
  readonly file: string;
  readonly mailbox: string;
  readonly alertId: string;
  readonly subject: string | null;
  readonly from: string;
  /** Of a mail that a report carries: who reported it. */
  readonly reportedBy?: string;
  /** The mailbox would make no alert of it. */
  readonly skippedBy?: SkipRule;
  /** Null: the mailbox has no routes. */
  readonly route: RouteDecision | null;
  /** What the alert would have of the mailbox, where its route sets nothing else. */
  readonly targets: readonly string[];
}

export interface RouteReader {
  /** One for each alert that the mails of a file would become; `-` is standard input. Throws LW_USAGE. */
  read(file: string): AsyncGenerator<RoutedFile>;
  close(): Promise<void>;
}

/** What a worker decides on the mails of a mailbox; asks nobody. */
export function openRouteReader(mailbox: string, config: MailboxConfig): RouteReader {
  const { limits, targets } = config;
  const pool = createExtractionPool({ threads: 1 });
  return {
    async *read(file) {
      for await (const { name, bytes } of mailsOf(file, limits.sizeBytes)) {
        const extraction = await pool.extract({ bytes }, { ...limits, wanted: wantedOf(config) });
        const identity = identityOf(bytes.subarray(0, limits.sizeBytes));
        const own: AlertSource = { identity, alertId: alertIdOf(identity), extraction };
        const originals = originalsOf({ config }, own);
        const skippedBy = skipRulesOf(config)?.ruleFor(extraction, true);
        for (const { alertId, extraction: mail, original } of originals.length === 0 ? [own] : originals) {
          yield {
            ...{ file: name, mailbox, alertId, subject: mail.subject, from: mail.from },
            ...(original === undefined ? {} : { reportedBy: original.report.from }),
            ...(skippedBy === undefined ? {} : { skippedBy }),
            route: decideRoute(config, mail, original?.carrier) ?? null,
            targets,
          };
        }
      }
    },
    close: () => pool.close(),
  };
}
