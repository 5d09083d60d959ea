import type { Command } from 'commander';
import { addCommand, addGroup, type CommonOptions } from '../add-command.js';
import type { Verdict } from '../held/decide.js';
import { filtered, type HeldFilter, isFiltering } from '../held/held-filter.js';
import { heldSummary, heldText } from '../held/held-text.js';
import { heldNow } from '../held/list-held.js';
import { withFilters } from '../held/options.js';
import { loadConfig } from '../load-config.js';
import { note, print, printJson } from '../output.js';
import { wholeNumber } from '../whole-number.js';
import { withTemporal } from '../with-temporal.js';
import { type DecideOptions, decideOn } from './held-decisions.js';

interface ListOptions extends CommonOptions, HeldFilter {
  readonly limit: number;
  readonly page: number;
}

export function addHeld(program: Command): void {
  const group = addGroup(program, 'held', 'Messages that a sink rejected and that wait for a person.');
  withFilters(
    addCommand(group, {
      usage: 'list',
      summary: 'List them, with the reasons. (Rows of feeds are never held: `lurewatch status` says where they are.)',
      example: 'lurewatch held list --sink cases --older-than 2h',
    }),
  )
    .option('--limit <count>', 'so many at a time', wholeNumber, 50)
    .option('--page <number>', 'the next of them', wholeNumber, 1)
    .action(list);
  decision('retry', 'Try again what was rejected.', 'the size limit of the SOAR is raised');
  decision('discard', 'Give up what was rejected, for ever.', 'spam');

  function decision(verdict: Verdict, summary: string, why: string): void {
    const command = addCommand(group, {
      usage: `${verdict} [alert-id...]`,
      summary: `${summary} The ledger keeps who decided and why. Name alerts, say which by --sink, --code …, or --all.`,
      example: `lurewatch held ${verdict} qk3v2mzw4xkdq7cofr5hbn6yea --why "${why}"`,
    });
    withFilters(command)
      .option('--all', 'all that are held')
      .option('--yes', 'do not ask, also where it is more than one')
      .requiredOption('--why <text>', 'the reason; it is kept')
      .option('--who <name>', 'who decides (default: the user of this machine)')
      .action((alertIds: readonly string[], options: DecideOptions) => decideOn(verdict, alertIds, options));
  }
}

async function list(options: ListOptions): Promise<void> {
  const loaded = await loadConfig(options.config);
  const { taskQueue } = loaded.config;
  const { messages, cut } = await withTemporal((temporal) => heldNow(temporal, taskQueue, options), loaded);
  const meant = filtered(messages, options);
  const start = (options.page - 1) * options.limit;
  const shown = meant.slice(start, start + options.limit);
  const more = Math.max(0, meant.length - start - shown.length);
  if (options.json) {
    printJson({ held: shown, total: meant.length, more, cut });
    return;
  }
  if (meant.length === 0) note(isFiltering(options) ? 'Nothing of that kind is held.' : 'Nothing is held.');
  if (shown.length > 0) print(shown.map(heldText).join('\n'));
  const further = more === 0 ? '.' : `; ${more} more: --page ${options.page + 1}, or --limit.`;
  if (meant.length > shown.length) note(`${heldSummary(meant)}${further}`);
  if (cut) note('There are more than one command reads: filter by --mailbox.');
}
