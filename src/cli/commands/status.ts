import { type Command, InvalidArgumentError } from 'commander';
import type { LoadedConfig } from '../../config/load-config.js';
import { addCommand, type CommonOptions } from '../add-command.js';
import { coloursFor } from '../colour.js';
import { loadConfig } from '../load-config.js';
import { print, printJson } from '../output.js';
import type { Status } from '../status/types.js';

interface StatusOptions extends CommonOptions {
  /** True: the option without a number. */
  readonly watch?: number | true;
  readonly mailboxes: boolean;
  readonly all?: boolean;
}

const usualSeconds = 5;
/** Each look logs in to every mailbox: a watch does that no more often than this. */
const backlogForMs = 60_000;

export function addStatus(program: Command): void {
  addCommand(program, {
    usage: 'status',
    summary:
      'Is anything wrong that needs a person, what, and which command mends it. Exit status 1 where something is.',
    example: 'lurewatch status --watch',
  })
    .option('--watch [seconds]', `draw it anew every so many seconds (default ${usualSeconds}) until Ctrl-C`, seconds)
    .option('--no-mailboxes', 'do not look into the mailboxes: for a machine without their credentials')
    .option('--all', 'a line for every mailbox and feed, however many')
    .action(status);
}

async function status(options: StatusOptions): Promise<void> {
  const loaded = await loadConfig(options.config);
  const read = await reader(loaded, options);
  if (options.watch === undefined) {
    const found = await read();
    if (options.json) printJson(found);
    else print(await textOf(found, options));
    setExit(found);
    return;
  }
  const { watch } = await import('../status/watch.js');
  const everyMs = (options.watch === true ? usualSeconds : options.watch) * 1000;
  // A JSON document a line is for programs, terminal or not.
  const screen = options.json ? { write: (text: string) => process.stdout.write(text) } : process.stdout;
  await watch(screen, {
    everyMs,
    read: async () => {
      const found = await read();
      setExit(found);
      return options.json ? JSON.stringify(found) : textOf(found, options);
    },
  });
  // A look that is under way may wait long for a server that does not answer.
  process.exit();
}

/** Asks anew at each call, but the mailboxes only now and then. */
async function reader(loaded: LoadedConfig, { mailboxes }: StatusOptions): Promise<() => Promise<Status>> {
  const { readStatus } = await import('../status/read-status.js');
  let backlogs: Awaited<ReturnType<typeof readStatus>>['backlogs'];
  let askedAt = 0;
  return async () => {
    const fresh = Date.now() - askedAt < backlogForMs;
    if (!fresh) askedAt = Date.now();
    const found = await readStatus(loaded, mailboxes, fresh ? backlogs : undefined);
    backlogs = found.backlogs;
    return found.status;
  };
}

async function textOf(found: Status, { watch, all = false }: StatusOptions): Promise<string> {
  const { statusLine, statusText } = await import('../status/status-text.js');
  const { stdout } = process;
  if (watch !== undefined && stdout.isTTY !== true) return statusLine(found);
  return statusText(found, { colours: coloursFor(stdout), width: stdout.isTTY === true ? stdout.columns : 120, all });
}

function setExit({ verdict }: Status): void {
  process.exitCode = verdict === 'person' ? 1 : 0;
}

function seconds(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('It must be whole seconds above 0.');
  return Number(text);
}
