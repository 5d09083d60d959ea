import { directoryMailboxSchema, type MailboxConfig } from '../../src/config/schema.js';
import type { Extraction } from '../../src/indicators/types.js';
import { extractMessage } from '../../src/mail/parse-message.js';
import { wantedByRoutes } from '../../src/routing/router.js';
import { limits } from './extraction.js';

/** A mailbox with these routes and targets `cases`, with what differs. */
export function routedMailbox(
  routes: readonly Readonly<Record<string, unknown>>[],
  different: Readonly<Record<string, unknown>> = {},
): MailboxConfig {
  return directoryMailboxSchema.parse({ kind: 'directory', path: '.', targets: ['cases'], routes, ...different });
}

/** A mail as a worker reads it for the routes of a mailbox. */
export function extractFor(mailbox: MailboxConfig, raw: string): Promise<Extraction> {
  const wanted = wantedByRoutes(mailbox);
  return extractMessage(Buffer.from(raw), { ...limits, ...(wanted === undefined ? {} : { wanted }) });
}
