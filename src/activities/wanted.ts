import { alertWishes } from '../alerts/wishes.js';
import type { MailboxConfig } from '../config/schema.js';
import { wantedBySkip } from '../mail/skip/skip-rules.js';
import { joinWanted, type Wanted } from '../mail/wanted.js';
import { wantedByRoutes } from '../routing/router.js';

const known = new WeakMap<MailboxConfig, Wanted | undefined>();

/** What a mailbox wants to know of its mails beyond what every extraction holds: one line for each part of it that asks. */
export function wantedOf(config: MailboxConfig): Wanted | undefined {
  if (!known.has(config))
    known.set(config, joinWanted([alertWishes(config.alert), wantedByRoutes(config), wantedBySkip(config)]));
  return known.get(config);
}
