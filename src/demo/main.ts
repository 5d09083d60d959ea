import { Command } from 'commander';
import { note } from '../cli/output.js';
import { printable } from '../cli/printable.js';
import { failureOf } from '../cli/report-error.js';
import { stopSignal } from '../cli/stop-signals.js';
import { createProgress } from './progress.js';
import { type DemoOptions, runDemo } from './run-demo.js';

/** `npm run demo`. */
async function main(): Promise<number> {
  const options = readOptions();
  const stop = stopSignal();
  const progress = createProgress();
  try {
    const problems = await runDemo(options, progress, stop.signal);
    if (stop.signal.aborted && options.once) throw stop.signal.reason;
    for (const problem of problems) note(`error: ${problem}`);
    if (options.once && problems.length === 0) progress.say('Verified: nothing lost, nothing doubled.');
    return problems.length === 0 ? 0 : 1;
  } catch (error) {
    // Ctrl-C ends the demo as it should end; only who waits for its result has not got one.
    if (stop.signal.aborted) return options.once ? 1 : 0;
    note(`error: ${printable(failureOf(error).message)}`);
    return 1;
  }
}

function readOptions(): DemoOptions {
  const { once, fresh, maildir } = new Command('npm run demo --')
    .description('Lurewatch on real servers of its own, with sample mails. What it makes lies in ./var/demo.')
    .option('--once', 'end when all is delivered and verified; so it does also without a terminal', false)
    .option('--fresh', 'forget what earlier runs made', false)
    .option('--maildir', 'a Maildir instead of a mail server', false)
    .parse()
    .opts<{ once: boolean; fresh: boolean; maildir: boolean }>();
  const folder = process.env.LUREWATCH_DEMO_FOLDER || './var/demo';
  return { folder, fresh, maildir, once: once || process.stdout.isTTY !== true };
}

process.exitCode = await main();
