import type { Config } from '../config/schema.js';
import { unknownMailbox } from '../config/unknown-mailbox.js';

/** Says at once what the workflow would fail with. Throws LW_UNKNOWN_MAILBOX. */
export function requireMailbox({ mailboxes }: Config, name: string): void {
  if (!Object.hasOwn(mailboxes, name)) throw unknownMailbox(name, Object.keys(mailboxes));
}
