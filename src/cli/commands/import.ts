import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { TemporalClient } from '../../temporal/connect.js';
import type { ImportFeedInput } from '../../workflows/feed-types.js';
import type { importFeed } from '../../workflows/import-feed.js';
import { addCommand, type CommonOptions } from '../add-command.js';
import { importProgress } from '../import-progress.js';
import { failedImportResult, showImportPreview, showImportResult } from '../import-result.js';
import { requireFeed } from '../known-name.js';
import { loadConfig } from '../load-config.js';
import { printJson } from '../output.js';
import { runAndWait } from '../run-and-wait.js';
import { withTemporal } from '../with-temporal.js';

interface ImportOptions extends CommonOptions {
  readonly dryRun?: boolean;
  readonly from?: string;
}

export function addImport(program: Command): void {
  addCommand(program, {
    usage: 'import <feed>',
    summary: 'Import a feed into MISP now, and wait for the result. A worker does the work.',
    example: 'lurewatch import ransomwatch --dry-run',
  })
    .option('--dry-run', 'print the events that would be written, and what would change; write nothing')
    .option('--from <file>', 'read this file instead of the source, as mended rows: what it lacks stays as it is')
    .action(importNow);
}

async function importNow(feed: string, options: ImportOptions): Promise<void> {
  const loaded = await loadConfig(options.config);
  const { config } = loaded;
  requireFeed(config, feed);
  const from = options.from === undefined ? {} : { from: resolve(options.from) };
  const input = { feed, ...(options.dryRun ? { dryRun: true } : {}), ...from };
  await withTemporal((temporal) => importAndWait(temporal, config.taskQueue, input, options.json === true), loaded);
}

async function importAndWait(
  temporal: TemporalClient,
  taskQueue: string,
  input: ImportFeedInput,
  json: boolean,
): Promise<void> {
  try {
    const ended = await runAndWait(temporal, {
      what: 'import',
      taskQueue,
      json,
      progress: importProgress,
      start: (client) =>
        client.workflow.start<typeof importFeed>('importFeed', {
          taskQueue,
          workflowId: `import-${input.feed}-by-hand-${randomUUID().slice(0, 8)}`,
          args: [input],
          // Somebody waits for it.
          priority: { priorityKey: 2 },
          staticSummary: `${input.dryRun ? 'Look at' : 'Import of'} feed ${input.feed}, by hand`,
        }),
    });
    if (ended === undefined) return;
    if (json) printJson(ended);
    else if (input.dryRun) showImportPreview(ended);
    else showImportResult(ended);
    // Whole files, or parts of them, are missing in what was imported.
    if (ended.problems.length > 0) process.exitCode = 1;
  } catch (error) {
    const reached = failedImportResult(error);
    if (reached !== undefined && !json) showImportResult(reached);
    throw error;
  }
}
