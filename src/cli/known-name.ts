import type { Config } from '../config/schema.js';
import { unknownFeed, unknownMailbox } from '../config/unknown-name.js';

/** Says at once what the workflow would fail with. Throws LW_UNKNOWN_MAILBOX. */
export function requireMailbox({ mailboxes }: Config, name: string): void {
  if (!Object.hasOwn(mailboxes, name)) throw unknownMailbox(name, Object.keys(mailboxes));
}

/** Throws LW_UNKNOWN_FEED. */
export function requireFeed({ feeds }: Config, name: string): void {
  if (!Object.hasOwn(feeds, name)) throw unknownFeed(name, Object.keys(feeds));
}
