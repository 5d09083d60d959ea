import { userInfo } from 'node:os';
import { isConfigured } from '../../activities/dependencies.js';
import type { Config } from '../../config/schema.js';
import type { TemporalClient } from '../../temporal/connect.js';
import type { CommonOptions } from '../add-command.js';
import { canAsk, confirmed } from '../confirm.js';
import { countsOf, type Decided, decideAll, isGone, type Verdict } from '../held/decide.js';
import { filtered, type HeldFilter, isFiltering } from '../held/held-filter.js';
import type { Carrier, HeldMessage } from '../held/held-message.js';
import { counted, countsText, decidedText, question } from '../held/held-text.js';
import { carriersOf, heldNow } from '../held/list-held.js';
import { loadConfig } from '../load-config.js';
import { note, print, printJson } from '../output.js';
import { stopSignal } from '../stop-signals.js';
import { wrongUsage } from '../usage-error.js';
import { countWorkers, noWorkers, withTemporal } from '../with-temporal.js';

export interface DecideOptions extends CommonOptions, HeldFilter {
  readonly all?: boolean;
  readonly yes?: boolean;
  readonly why: string;
  readonly who?: string;
}

/** The messages that a decision falls on, and where they were picked from a list, those of the list. */
interface Selection {
  readonly carriers: readonly Carrier[];
  readonly messages: readonly HeldMessage[];
}

/** Of more decisions only what failed is told one by one, and no more of it than these. */
const mostLines = 20;

/** `lurewatch held retry` and `discard`: one decision on one message or thousands. */
export async function decideOn(verdict: Verdict, alertIds: readonly string[], options: DecideOptions): Promise<void> {
  const who = checkedUse(verdict, alertIds, options);
  const loaded = await loadConfig(options.config);
  const { taskQueue } = loaded.config;
  const mustBeHeld = alertIds.length > 0;
  await withTemporal(async (temporal) => {
    const { carriers, messages } = mustBeHeld
      ? await named(temporal, taskQueue, alertIds, options)
      : await picked(temporal, taskQueue, options);
    if (carriers.length > 1 && !(await mayGoOn(verdict, { carriers, messages }, options))) return;
    if (carriers.length > 0 && (await countWorkers(temporal, taskQueue)) === 0) note(noWorkers(taskQueue));
    const results = await decideWithProgress(temporal, carriers, verdict, options, {
      who,
      mustBeHeld,
      config: loaded.config,
    });
    const counts = countsOf(results, carriers.length, mustBeHeld);
    if (options.json) printJson({ results, ...counts });
    else if (carriers.length === 0) note(isFiltering(options) ? 'Nothing of that kind is held.' : 'Nothing is held.');
    else if (carriers.length > 1) print(countsText(verdict, counts));
    if (counts.left > 0) note('The same command goes on with what is still held.');
    if (counts.failed + counts.left > 0) process.exitCode = 1;
  }, loaded);
}

/** Throws LW_USAGE. Returns who decides. */
function checkedUse(verdict: Verdict, alertIds: readonly string[], options: DecideOptions): string {
  const command = `lurewatch held ${verdict}`;
  const { all = false, why, who = userInfo().username, mailbox: _, sink: __, ...others } = options;
  if (alertIds.length === 0 && !all && !isFiltering(options))
    throw wrongUsage('name the alerts, or say --all, or which by --mailbox, --sink, --code …', command);
  if (alertIds.length > 0 && all) throw wrongUsage('name the alerts or say --all, not both', command);
  if (alertIds.length > 0 && isFiltering(others))
    throw wrongUsage('beside named alerts there may be --mailbox and --sink, nothing else', command);
  if (why.trim() === '') throw wrongUsage('--why must say something', command);
  if (who.trim() === '') throw wrongUsage('--who must name somebody', command);
  return who;
}

async function named(
  { client }: TemporalClient,
  taskQueue: string,
  alertIds: readonly string[],
  { mailbox, sink }: HeldFilter,
): Promise<Selection> {
  const carriers = await carriersOf(client, taskQueue, alertIds, mailbox);
  return { carriers: carriers.map((one) => (sink === undefined ? one : { ...one, sinks: [sink] })), messages: [] };
}

/** Only the sinks that hold it: one that is merely away goes on trying by itself. */
async function picked(temporal: TemporalClient, taskQueue: string, options: HeldFilter): Promise<Selection> {
  const { messages: all, cut } = await heldNow(temporal, taskQueue, options);
  if (cut) note('There are more than one command reads: call it again for the others.');
  const messages = filtered(all, options);
  const carriers = messages.map(({ alertId, mailbox, workflowId, sinks }) => ({
    alertId,
    mailbox,
    workflowId,
    ...(sinks === undefined ? {} : { sinks: sinks.map(({ sink }) => sink) }),
  }));
  return { carriers, messages };
}

async function mayGoOn(verdict: Verdict, { carriers, messages }: Selection, options: DecideOptions): Promise<boolean> {
  if (options.yes === true) return true;
  if (!canAsk()) {
    const what = `this is about ${counted(carriers.length)}, and nobody is there to be asked: say --yes`;
    throw wrongUsage(`${what}, after a look at \`lurewatch held list\``, `lurewatch held ${verdict}`);
  }
  if (await confirmed(question(verdict, carriers, messages))) return true;
  note('Nothing was decided.');
  process.exitCode = 1;
  return false;
}

async function decideWithProgress(
  { client }: TemporalClient,
  carriers: readonly Carrier[],
  verdict: Verdict,
  { json, why }: DecideOptions,
  { who, mustBeHeld, config }: { readonly who: string; readonly mustBeHeld: boolean; readonly config: Config },
): Promise<readonly Decided[]> {
  const stop = stopSignal();
  const line = process.stderr.isTTY === true && carriers.length > 1;
  let done = 0;
  let told = 0;
  if (line) process.stderr.write(`0 of ${carriers.length} …`);
  const onDecided = (decided: Decided) => {
    done += 1;
    if (line) process.stderr.write('\r\x1b[K');
    const failed = decided.error !== undefined;
    if (!json && !isGone(decided, mustBeHeld) && (failed || carriers.length <= mostLines) && told < mostLines) {
      told += 1;
      (failed ? note : print)(decidedText(verdict, decided, (sink) => isConfigured(config, sink)));
    }
    if (line && done < carriers.length) process.stderr.write(`${done} of ${carriers.length} …`);
  };
  try {
    return await decideAll(client, carriers, verdict, { who, why }, { signal: stop.signal, onDecided });
  } finally {
    stop.dispose();
  }
}
