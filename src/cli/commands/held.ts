import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { loadConfig } from '../../config/load-config.js';
import type { SinkState } from '../../workflows/types.js';
import { addCommand, addGroup, type CommonOptions } from '../add-command.js';
import { carriersOf, type Decided, decide, type HeldMessage, listHeld } from '../held-messages.js';
import { note, print, printJson } from '../output.js';
import { printableLine, timeText } from '../printable.js';
import { wrongUsage } from '../usage-error.js';
import { countWorkers, noWorkers, withTemporal } from '../with-temporal.js';

interface DecideOptions extends CommonOptions {
  readonly all?: boolean;
  readonly why: string;
  readonly who?: string;
}

export function addHeld(program: Command): void {
  const group = addGroup(program, 'held', 'Messages that a sink rejected and that wait for a person.');
  addCommand(group, {
    usage: 'list',
    summary: 'List them, with the reasons.',
    example: 'lurewatch held list',
  }).action(list);
  decision('retry', 'Try again what was rejected.', 'the size limit of the SOAR is raised');
  decision('discard', 'Give up what was rejected, for ever: the ledger keeps who decided and why.', 'spam');

  function decision(verdict: 'retry' | 'discard', summary: string, why: string): void {
    addCommand(group, {
      usage: `${verdict} [alert-id...]`,
      summary,
      example: `lurewatch held ${verdict} qk3v2mzw4xkdq7cofr5hbn6yea --why "${why}"`,
    })
      .option('--all', 'all that are held')
      .requiredOption('--why <text>', 'the reason; it is kept')
      .option('--who <name>', 'who decides (default: the user of this machine)')
      .action((alertIds: readonly string[], options: DecideOptions) => decideOn(verdict, alertIds, options));
  }
}

async function list(options: CommonOptions): Promise<void> {
  const held = await withTemporal(({ client }) => listHeld(client));
  if (options.json) printJson({ held });
  else if (held.length === 0) note('Nothing is held.');
  else print(held.map(heldText).join('\n'));
}

async function decideOn(
  verdict: 'retry' | 'discard',
  alertIds: readonly string[],
  options: DecideOptions,
): Promise<void> {
  const command = `lurewatch held ${verdict}`;
  if (alertIds.length === 0 && !options.all) throw wrongUsage('name the alerts, or say --all', command);
  if (alertIds.length > 0 && options.all) throw wrongUsage('name the alerts or say --all, not both', command);
  if (options.why.trim() === '') throw wrongUsage('--why must say something', command);
  const who = options.who ?? userInfo().username;
  if (who.trim() === '') throw wrongUsage('--who must name somebody', command);
  const { config } = await loadConfig(options.config);
  const results = await withTemporal(async (temporal) => {
    const { client } = temporal;
    const carriers = options.all ? await listHeld(client) : await carriersOf(client, alertIds);
    if (carriers.length > 0 && (await countWorkers(temporal, config.taskQueue)) === 0)
      note(noWorkers(config.taskQueue));
    const decided: Decided[] = [];
    for (const carrier of carriers) {
      const result = await decide(client, carrier, verdict, { who, why: options.why });
      decided.push(result);
      if (!options.json) (result.error === undefined ? print : note)(decidedText(verdict, result));
    }
    return decided;
  });
  if (options.json) printJson({ results });
  else if (results.length === 0) note('Nothing is held.');
  if (results.some(({ error }) => error !== undefined)) process.exitCode = 1;
}

function heldText({ alertId, mailbox, since, state }: HeldMessage): string {
  const head = `${alertId}  ${mailbox}  since ${timeText(since)}`;
  if (state === undefined)
    return `${head}\n  (no worker answered, so the reason cannot be shown: start \`lurewatch worker\`)`;
  const mail = `${printableLine(state.subject) || '(no subject)'}, from ${printableLine(state.from) || '(nobody)'}`;
  return [head, `  ${mail}`, ...state.sinks.map((sink) => `  ${sinkText(sink)}`)].join('\n');
}

function sinkText({ sink, state, detail }: SinkState): string {
  return `${sink}: ${state}${detail === '' ? '' : `: ${printableLine(detail)}`}`;
}

function decidedText(verdict: 'retry' | 'discard', { alertId, mailbox, error }: Decided): string {
  if (error !== undefined) return `error: ${alertId} (${mailbox}): ${printableLine(error.message)}`;
  return verdict === 'retry'
    ? `${alertId} (${mailbox}): is tried again; \`lurewatch find ${alertId}\` shows what becomes of it`
    : `${alertId} (${mailbox}): discarded`;
}
