import type { FoundUrl } from '../indicators/types.js';

/** What of a mail decides which campaign it belongs to. */
export interface CampaignMail {
  /** Bare; '' where there is none. */
  readonly sender: string;
  readonly subject: string | null;
  readonly urls: readonly FoundUrl[];
  /** Whoever it may have been written to by name. */
  readonly recipients: readonly Recipient[];
}

export interface Recipient {
  /** As mail programs show it; '' where there is none. */
  readonly name: string;
  /** Bare. */
  readonly address: string;
}

/** What all copies of a mail have in common, and other mails have not. */
export interface CampaignTraits {
  /** What the sender registered, `freemail`, or a whole address; '' where there is none. */
  readonly sender: string;
  /** Words of the subject; `0` stands for what counts or numbers, `@` for a mail address, `*` for the recipient. */
  readonly subject: string;
  /** What its links lead to, as registered; sorted. */
  readonly hosts: readonly string[];
}
