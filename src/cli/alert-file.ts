import { createHash } from 'node:crypto';
import { type AlertSource, documentOf, originalsOf } from '../activities/alert-documents.js';
import { wantedOf } from '../activities/wanted.js';
import type { AlertDocument } from '../alerts/types.js';
import type { LoadedConfig } from '../config/load-config.js';
import type { MailboxConfig } from '../config/schema.js';
import { loadExclusion } from '../indicators/exclude/load-exclusion.js';
import { createExtractionPool } from '../indicators/extraction-pool.js';
import { alertIdOf, cleanMessageId, identityOf } from '../mail/identity.js';
import { type SkipRule, skipRulesOf } from '../mail/skip/skip-rules.js';
import { mailsOf } from './mail-files.js';

/** What would be sent for a mail. */
export interface AlertOfFile extends Pick<AlertDocument, 'alertId' | 'mailbox' | 'alert' | 'attachOriginal'> {
  /** The file; `file#3` for the third mail of an mbox. */
  readonly file: string;
  /** The mailbox would make no alert of it: nothing would be sent. */
  readonly skippedBy?: SkipRule;
}

export interface AlertReader {
  /** One for each alert that the mails of a file would become; `-` is standard input. Throws LW_USAGE. */
  read(file: string): AsyncGenerator<AlertOfFile>;
  close(): Promise<void>;
}

/**
 * What a worker would build of the mails of a mailbox; asks nobody. Only what others have to say is missing: whether the
 * Message-ID was used before, what MISP's own warninglists leave out, and when the server received the mail.
 */
export async function openAlertReader(
  name: string,
  mailbox: MailboxConfig,
  { config, resolve }: Pick<LoadedConfig, 'config' | 'resolve'>,
): Promise<AlertReader> {
  const exclusion = await loadExclusion(config.exclude, resolve);
  const known = { config: { ...config, misp: undefined }, exclusion };
  const limits = { ...mailbox.limits, wanted: wantedOf(mailbox) };
  const pool = createExtractionPool({ threads: 1 });
  const named = { name, config: mailbox };
  return {
    async *read(file) {
      for await (const { name: mail, bytes } of mailsOf(file, limits.sizeBytes)) {
        const extraction = await pool.extract({ bytes }, limits);
        const identity = identityOf(bytes.subarray(0, limits.sizeBytes));
        const own: AlertSource = { identity, alertId: alertIdOf(identity), extraction };
        const originals = originalsOf(named, own);
        const skippedBy = skipRulesOf(mailbox)?.ruleFor(extraction, true);
        const record = recordOf(name, bytes);
        for (const source of originals.length === 0 ? [own] : originals) {
          const ticketId = cleanMessageId(source.extraction.messageId) ?? source.alertId;
          const of = { ...record, alertId: source.alertId, identity: source.identity };
          const document = documentOf(known, named, of, source.extraction, ticketId, { findings: [] }, source.original);
          const { alertId, alert, attachOriginal } = document;
          yield {
            file: mail,
            mailbox: name,
            alertId,
            alert,
            ...(attachOriginal === undefined ? {} : { attachOriginal }),
            ...(skippedBy === undefined ? {} : { skippedBy }),
          };
        }
      }
    },
    close: () => pool.close(),
  };
}

/** As if it had been received just now. */
function recordOf(mailbox: string, bytes: Buffer) {
  const size = { sizeBytes: bytes.length, storedBytes: bytes.length };
  const evidence = createHash('sha256').update(bytes).digest('hex');
  const place = { mailbox, folder: '', uidValidity: '', uid: '' };
  return { version: 1 as const, ...place, ...size, evidence, internalDateMs: Date.now() };
}
