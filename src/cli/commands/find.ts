import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { type LoadedConfig, loadConfig } from '../../config/load-config.js';
import { LurewatchError } from '../../errors/lurewatch-error.js';
import { addCommand, type CommonOptions } from '../add-command.js';
import type { FoundAlert } from '../find-alerts.js';
import { foundAlertText } from '../found-alert-text.js';
import { note, print, printJson } from '../output.js';
import { printableLine } from '../printable.js';

export function addFind(program: Command): void {
  addCommand(program, {
    usage: 'find <id>',
    summary: 'What became of a mail: by Message-ID (angle brackets or not), ticket id or alert id, from the ledger.',
    example: "lurewatch find '<20260131.4711@mail.example.com>'",
  }).action(find);
}

async function find(id: string, options: CommonOptions): Promise<void> {
  const loaded = await loadConfig(options.config);
  const alerts = await lookUp(loaded, id);
  if (options.json) printJson({ id, alerts: alerts.map(withoutVersions) });
  else if (alerts.length > 0) print(alerts.map(foundAlertText).join('\n\n'));
  if (alerts.length > 0) return;
  const where = loaded.resolve(loaded.config.store.path);
  note(
    `Nothing is known of ${printableLine(id)} in ${where}: no mail with that Message-ID, ticket id or alert id was met.`,
  );
  process.exitCode = 1;
}

async function lookUp({ config, resolve }: LoadedConfig, id: string): Promise<readonly FoundAlert[]> {
  const path = resolve(config.store.path);
  // Opening a store makes one; a question must not.
  if (!(await isFolder(path))) {
    const mend = 'No mail was ever handled with this configuration, or `store.path` names another folder.';
    throw new LurewatchError('LW_STORE_UNAVAILABLE', 'there is no store', { where: path, mend });
  }
  const [{ findAlerts }, { openLedger }, { FileStore }] = await Promise.all([
    import('../find-alerts.js'),
    import('../../ledger/ledger.js'),
    import('../../store/file-store.js'),
  ]);
  const store = await FileStore.open(path);
  try {
    return await findAlerts(store, openLedger(store), config, id);
  } finally {
    await store.close();
  }
}

/** The ledger's own version numbers tell a reader of the output nothing. */
function withoutVersions({ document: { version: _, ...document }, evidence, sinks }: FoundAlert) {
  return { ...document, evidence, sinks };
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
