import { type Command, InvalidArgumentError } from 'commander';
import { duration } from '../../config/fields.js';

/** Which held messages a command means. */
export function withFilters(command: Command): Command {
  return command
    .option('--mailbox <name>', 'only of this mailbox', words)
    .option('--sink <name>', 'only what this target, or misp, holds', words)
    .option('--code <code>', 'only with this code, as LW_TARGET_REJECTED', code)
    .option('--reason <text>', 'only where the sink said this', words)
    .option('--older-than <time>', 'only what is held for longer, as 2h or 3d', age)
    .option('--from <text>', 'only where this stands in the sender', words)
    .option('--subject <text>', 'only where this stands in the subject', words);
}

/** Nothing stands in every text: a variable that a shell did not set must not mean all. */
function words(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It must say something.');
  return text;
}

function code(text: string): string {
  return words(text).trim().toUpperCase();
}

function age(text: string): number {
  const parsed = duration.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError(`It ${parsed.error.issues[0]?.message ?? 'is no duration'}.`);
  return parsed.data;
}
