import { createProgram } from './program.js';
import { reportError } from './report-error.js';

/**
 * The command line. Sets the exit status: 0 done, 1 failed, 2 wrong usage or configuration.
 *
 * @param argv as Node gives it: the interpreter, the script, then the arguments
 */
export async function main(argv: readonly string[]): Promise<void> {
  // `lurewatch … | head` closes our output early; nobody is left to tell.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  try {
    await createProgram().parseAsync([...argv]);
  } catch (error) {
    process.exitCode = reportError(error, argv.includes('--json'));
  }
}
