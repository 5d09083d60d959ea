import type { CommanderError } from 'commander';
import { LurewatchError } from '../errors/lurewatch-error.js';

/** What commander found wrong, as one of our errors; help and version, which it throws too, stay as they are. */
export function usageError(error: CommanderError, command: string): CommanderError | LurewatchError {
  if (error.exitCode === 0 || error.code === 'commander.help') return error;
  const [what = '', guess] = error.message.replace(/^error: /, '').split('\n');
  const nearest = /^\(Did you mean (.+)\?\)$/.exec(guess ?? '')?.[1];
  const advice = nearest === undefined ? '' : `Did you mean ${nearest}? `;
  return new LurewatchError('LW_USAGE', what.replace(/\.$/, ''), { mend: `${advice}See \`${command} --help\`.` });
}

export function wrongUsage(what: string, command: string): LurewatchError {
  return new LurewatchError('LW_USAGE', what, { mend: `See \`${command} --help\`.` });
}
