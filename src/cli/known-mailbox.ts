import { nearest } from '../config/nearest.js';
import type { Config } from '../config/schema.js';
import { LurewatchError } from '../errors/lurewatch-error.js';

/** Says at once what the workflow would fail with. Throws LW_UNKNOWN_MAILBOX. */
export function requireMailbox({ mailboxes }: Config, name: string): void {
  if (Object.hasOwn(mailboxes, name)) return;
  const names = Object.keys(mailboxes);
  const guess = nearest(name, names);
  throw new LurewatchError(
    'LW_UNKNOWN_MAILBOX',
    `there is no mailbox "${name}" (there is: ${names.join(', ') || 'none'})`,
    { mend: guess === undefined ? undefined : `Did you mean "${guess}"? Or add it under \`mailboxes\`.` },
  );
}
