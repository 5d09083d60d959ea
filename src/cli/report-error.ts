import { CommanderError } from 'commander';
import type { ErrorCode } from '../errors/catalogue.js';
import { LurewatchError } from '../errors/lurewatch-error.js';
import { note, printJson } from './output.js';
import { printable } from './printable.js';
import { usageError } from './usage-error.js';

export interface Failure {
  /** An LW_ code; of a workflow that failed, the type of its failure. */
  readonly code: string;
  readonly message: string;
}

/** Errors that the user of the command line mends by calling it otherwise, or by mending the configuration. */
const wrongCall: readonly ErrorCode[] = ['LW_CONFIG_INVALID', 'LW_CONFIG_NOT_FOUND', 'LW_SECRET_UNSET', 'LW_USAGE'];

/**
 * Prints an error as one message on standard error; with `json` also as `{"error":{code,message}}` on standard output,
 * so that a program that reads it always gets a document.
 *
 * @returns the exit status
 */
export function reportError(thrown: unknown, json: boolean): 0 | 1 | 2 {
  const error = thrown instanceof CommanderError ? usageError(thrown, 'lurewatch') : thrown;
  if (error instanceof CommanderError) {
    // Help that was asked for, or that commander printed because a command is missing.
    if (error.exitCode === 0) return 0;
    if (json) printJson({ error: { code: 'LW_USAGE', message: 'a command is missing' } });
    return 2;
  }
  const failure = failureOf(error);
  note(`error: ${printable(failure.message)}`);
  if (process.env.LUREWATCH_DEBUG) for (const stack of stacks(error)) note(stack);
  if (json) printJson({ error: failure });
  return exitStatusOf(error);
}

export function exitStatusOf(error: unknown): 1 | 2 {
  return error instanceof LurewatchError && wrongCall.includes(error.code) ? 2 : 1;
}

/** An error in its own words: of a workflow or update that failed, those of the failure it ended with. */
export function failureOf(error: unknown): Failure {
  if (error instanceof LurewatchError) return { code: error.code, message: error.message };
  for (let at = error; at instanceof Error; at = at.cause) {
    // By name: loading Temporal's classes takes longer than most commands.
    if (at.name === 'ApplicationFailure') {
      return { code: 'type' in at && typeof at.type === 'string' ? at.type : 'LW_INTERNAL', message: at.message };
    }
    if (at.name === 'TerminatedFailure' || at.name === 'CancelledFailure') {
      return { code: 'LW_INTERNAL', message: `the workflow was ended by somebody: ${at.message}` };
    }
  }
  if (error instanceof Error && 'details' in error && typeof error.details === 'string') {
    return { code: 'LW_TEMPORAL_UNREACHABLE', message: `Temporal answered: ${error.details || error.message}` };
  }
  return { code: 'LW_INTERNAL', message: error instanceof Error ? error.message : String(error) };
}

function stacks(error: unknown): readonly string[] {
  const found: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) found.push(at.stack ?? at.message);
  return found;
}
