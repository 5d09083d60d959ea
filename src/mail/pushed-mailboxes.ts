import type { Config } from '../config/schema.js';

/** Names of the mailboxes that are listened to. */
export function pushedMailboxes({ mailboxes }: Pick<Config, 'mailboxes'>): readonly string[] {
  return Object.entries(mailboxes).flatMap(([name, config]) =>
    config.kind === 'imap' && config.push === 'idle' ? [name] : [],
  );
}
