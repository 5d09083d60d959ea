import type { ErrorCode } from '../errors/catalogue.js';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { nearest } from './nearest.js';

/** The same words at the terminal and as a workflow's failure. */
export function unknownMailbox(name: string, names: readonly string[]): LurewatchError {
  return unknownName('LW_UNKNOWN_MAILBOX', 'mailbox', 'mailboxes', name, names);
}

export function unknownFeed(name: string, names: readonly string[]): LurewatchError {
  return unknownName('LW_UNKNOWN_FEED', 'feed', 'feeds', name, names);
}

function unknownName(
  code: ErrorCode,
  kind: string,
  section: string,
  name: string,
  names: readonly string[],
): LurewatchError {
  const known = names.length === 0 ? 'none' : names.join(', ');
  const guess = nearest(name, names);
  return new LurewatchError(code, `there is no ${kind} "${name}" (there is: ${known})`, {
    mend:
      guess === undefined
        ? undefined
        : `Did you mean "${guess}"? Or add it under \`${section}\` and restart the worker.`,
  });
}
