import { campaignMail } from '../campaigns/campaign-mail.js';
import { traitsOf } from '../campaigns/fingerprint.js';
import type { CampaignTraits } from '../campaigns/types.js';
import { directoryMailboxSchema, type MailboxConfig } from '../config/schema.js';
import { createExtractionPool } from '../indicators/extraction-pool.js';
import type { Extraction } from '../indicators/types.js';
import { type AuthenticationResult, authenticationBy } from '../mail/authentication-results.js';
import { alertIdOf, identityOf } from '../mail/identity.js';
import { type SkipRule, skipRulesOf, wantedBySkip } from '../mail/skip/skip-rules.js';
import { mailsOf } from './mail-files.js';

export interface ExtractedFile extends Omit<Extraction, 'authentication' | 'again'> {
  /** The file; `file#3` for the third mail of an mbox. */
  readonly file: string;
  /** The alert that a mailbox would make of it. */
  readonly alertId: string;
  /** What its copies have in common with it; absent where that is nothing. */
  readonly campaign?: CampaignTraits;
  /** The mailbox would make no alert of it, by this expression of its `skip`. */
  readonly skippedBy?: SkipRule;
  /** What the mailbox's own host reported; null: no host is configured, and none of the headers was read. */
  readonly authentication: { readonly host: string; readonly results: readonly AuthenticationResult[] } | null;
}

export interface Extractor {
  /** The mails of a file, one after the other; `-` is standard input. Throws LW_USAGE where it cannot be read. */
  extract(file: string): AsyncGenerator<ExtractedFile>;
  close(): Promise<void>;
}

/** What a worker does with the mails of a mailbox, up to the alert. */
export async function openExtractor(
  mailbox: Partial<Pick<MailboxConfig, 'limits' | 'authserv' | 'authservHeaders' | 'skip'>> = {},
): Promise<Extractor> {
  const limits = mailbox.limits ?? directoryMailboxSchema.parse({ kind: 'directory', path: '.' }).limits;
  const { authserv: host, authservHeaders } = mailbox;
  const rules = skipRulesOf(mailbox);
  const wanted = { ...limits, wanted: wantedBySkip(mailbox) };
  const pool = createExtractionPool({ threads: 1 });
  return {
    async *extract(file) {
      for await (const { name, bytes } of mailsOf(file, limits.sizeBytes)) {
        const whole = await pool.extract({ bytes }, wanted);
        const { authentication, again: _, ...extraction } = whole;
        const campaign = traitsOf(campaignMail(whole));
        const skippedBy = rules?.ruleFor(whole, true);
        yield {
          file: name,
          alertId: alertIdOf(identityOf(bytes.subarray(0, limits.sizeBytes))),
          ...extraction,
          ...(campaign === undefined ? {} : { campaign }),
          ...(skippedBy === undefined ? {} : { skippedBy }),
          authentication:
            host === undefined
              ? null
              : { host, results: authenticationBy(host, authentication ?? [], authservHeaders) ?? [] },
        };
      }
    },
    close: () => pool.close(),
  };
}
