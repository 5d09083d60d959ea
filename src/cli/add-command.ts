import type { Command } from 'commander';
import { usageError } from './usage-error.js';

/** What every command takes. */
export interface CommonOptions {
  readonly config?: string;
  readonly json?: boolean;
}

export interface CommandSpec {
  /** Name and arguments, as `ingest <mailbox>`. */
  readonly usage: string;
  readonly summary: string;
  /** A whole command line that works. */
  readonly example: string;
}

/** Adds a command with what all commands have in common. */
export function addCommand(parent: Command, { usage, summary, example }: CommandSpec): Command {
  const command = parent
    .command(usage)
    .description(summary)
    .option('--config <file>', 'the configuration (default: LUREWATCH_CONFIG, else ./lurewatch.yaml)')
    .option('--json', 'machine-readable output')
    .helpOption('-h, --help', 'print help')
    .addHelpText('after', `\nExample:\n  $ ${example}`);
  return withUsageErrors(command);
}

/** Adds a command that only holds others, as `schedules`. */
export function addGroup(parent: Command, name: string, summary: string): Command {
  const group = parent.command(name).description(summary).helpOption('-h, --help', 'print help').helpCommand(false);
  return withUsageErrors(group);
}

function withUsageErrors(command: Command): Command {
  const path: string[] = [];
  for (let at: Command | null = command; at !== null; at = at.parent) path.unshift(at.name());
  return command.exitOverride((error) => {
    throw usageError(error, path.join(' '));
  });
}
