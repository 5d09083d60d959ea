import { Command } from 'commander';
import { ownVersion } from '../version.js';
import { addCheck } from './commands/check.js';
import { addCodecServer } from './commands/codec-server.js';
import { addDev } from './commands/dev.js';
import { addExtract } from './commands/extract.js';
import { addFind } from './commands/find.js';
import { addHeld } from './commands/held.js';
import { addImport } from './commands/import.js';
import { addIngest } from './commands/ingest.js';
import { addLogin } from './commands/login.js';
import { addSchedules } from './commands/schedules.js';
import { addStatus } from './commands/status.js';
import { addWorker } from './commands/worker.js';

/** The order is that of the help: what a new user needs first stands first. */
const commands = [
  addDev,
  addCheck,
  addLogin,
  addIngest,
  addImport,
  addStatus,
  addFind,
  addHeld,
  addExtract,
  addSchedules,
  addWorker,
  addCodecServer,
];

export function createProgram(): Command {
  const program = new Command('lurewatch')
    .description(
      'Turns suspicious mail and threat feeds into SOAR alerts and MISP events, exactly once, losing nothing.',
    )
    .version(ownVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    // Errors are printed in one place, as one message, and decide the exit status there.
    .configureOutput({ outputError: () => undefined })
    .exitOverride();
  for (const add of commands) add(program);
  return program.addHelpText(
    'after',
    '\nExit status: 0 done, 1 failed, 2 wrong usage or configuration.\nHelp on a command: lurewatch <command> --help',
  );
}
