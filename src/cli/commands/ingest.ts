import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { TemporalClient } from '../../temporal/connect.js';
import type { ingestMailbox } from '../../workflows/ingest-mailbox.js';
import type { IngestMailboxInput } from '../../workflows/types.js';
import { addCommand, type CommonOptions } from '../add-command.js';
import { requireMailbox } from '../known-name.js';
import { loadConfig } from '../load-config.js';
import { printJson } from '../output.js';
import { pollProgress } from '../poll-progress.js';
import { failedPollResult, showPollResult } from '../poll-result.js';
import { runAndWait } from '../run-and-wait.js';
import { wholeNumber } from '../whole-number.js';
import { withTemporal } from '../with-temporal.js';

interface IngestOptions extends CommonOptions {
  readonly dryRun?: boolean;
  readonly limit?: number;
}

export function addIngest(program: Command): void {
  addCommand(program, {
    usage: 'ingest <mailbox>',
    summary: 'Poll a mailbox now, and wait for the result. A worker does the work.',
    example: 'lurewatch ingest soc --dry-run --limit 10',
  })
    .option('--dry-run', 'show what would become of the mails; send, write and mark nothing')
    .option('--limit <n>', 'take at most so many mails', wholeNumber)
    .action(ingest);
}

async function ingest(mailbox: string, options: IngestOptions): Promise<void> {
  const loaded = await loadConfig(options.config);
  const { config } = loaded;
  requireMailbox(config, mailbox);
  const { dryRun, limit } = options;
  const input = { mailbox, ...(dryRun ? { dryRun } : {}), ...(limit === undefined ? {} : { limit }) };
  await withTemporal((temporal) => pollAndWait(temporal, config.taskQueue, input, options.json === true), loaded);
}

async function pollAndWait(
  temporal: TemporalClient,
  taskQueue: string,
  input: IngestMailboxInput,
  json: boolean,
): Promise<void> {
  try {
    const ended = await runAndWait(temporal, {
      what: 'poll',
      taskQueue,
      json,
      progress: pollProgress,
      start: (client) =>
        client.workflow.start<typeof ingestMailbox>('ingestMailbox', {
          taskQueue,
          workflowId: `ingest-${input.mailbox}-by-hand-${randomUUID().slice(0, 8)}`,
          args: [input],
          // Somebody waits for it.
          priority: { priorityKey: 2 },
          staticSummary: `${input.dryRun ? 'Look at' : 'Poll of'} mailbox ${input.mailbox}, by hand`,
        }),
    });
    if (ended === undefined) return;
    if (json) printJson(ended);
    else showPollResult(ended);
  } catch (error) {
    const reached = failedPollResult(error);
    if (reached !== undefined && !json) showPollResult(reached);
    throw error;
  }
}
