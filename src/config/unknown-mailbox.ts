import { LurewatchError } from '../errors/lurewatch-error.js';
import { nearest } from './nearest.js';

/** The same words at the terminal and as a workflow's failure. */
export function unknownMailbox(name: string, names: readonly string[]): LurewatchError {
  const known = names.length === 0 ? 'none' : names.join(', ');
  const guess = nearest(name, names);
  return new LurewatchError('LW_UNKNOWN_MAILBOX', `there is no mailbox "${name}" (there is: ${known})`, {
    mend:
      guess === undefined
        ? undefined
        : `Did you mean "${guess}"? Or add it under \`mailboxes\` and restart the worker.`,
  });
}
