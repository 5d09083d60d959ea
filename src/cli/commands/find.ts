import type { Command } from 'commander';
import type { LoadedConfig } from '../../config/load-config.js';
import type { SkipRecord } from '../../ledger/records.js';
import { addCommand, type CommonOptions } from '../add-command.js';
import type { FoundAlert, FoundAlerts } from '../find-alerts.js';
import { foundAlertText } from '../found-alert-text.js';
import { foundCampaignText } from '../found-campaign-text.js';
import { foundSkipText } from '../found-skip-text.js';
import { loadConfig } from '../load-config.js';
import { note, print, printJson } from '../output.js';
import { printableLine } from '../printable.js';

export function addFind(program: Command): void {
  addCommand(program, {
    usage: 'find <id>',
    summary:
      'What became of a mail: by Message-ID (angle brackets or not), ticket id or alert id, from the ledger; or which mails a campaign has, by its grouping key.',
    example: "lurewatch find '<20260131.4711@mail.example.com>'",
  }).action(find);
}

async function find(id: string, options: CommonOptions): Promise<void> {
  const loaded = await loadConfig(options.config);
  const { alerts, campaign, damaged, skips, place } = await lookUp(loaded, id);
  const skipped = skips.length === 0 ? {} : { skipped: skips.map(withoutVersion) };
  const isOfCampaign = ({ document }: FoundAlert) =>
    campaign !== undefined && document.alert.source_grouping_identifier === campaign;
  const members = alerts.filter(isOfCampaign);
  const others = alerts.filter((alert) => !isOfCampaign(alert));
  const found = [
    ...(campaign === undefined ? [] : [foundCampaignText(campaign, members)]),
    ...others.map(foundAlertText),
    ...skips.map(foundSkipText),
  ];
  for (const record of damaged) note(`Alerts of the campaign may be missing: ${record} is damaged. [LW_STORE_CORRUPT]`);
  if (options.json) printJson({ id, alerts: alerts.map(withoutVersions), ...skipped });
  else if (found.length > 0) print(found.join('\n\n'));
  if (found.length > 0) return;
  note(
    `Nothing is known of ${printableLine(id)} in ${place}: no mail with that whole Message-ID, ticket id, alert id or grouping key was met.`,
  );
  process.exitCode = 1;
}

async function lookUp(
  { config, resolve, secret }: LoadedConfig,
  id: string,
): Promise<
  {
    readonly skips: readonly SkipRecord[];
    readonly place: string;
  } & FoundAlerts
> {
  const [{ findAlerts, findSkips }, { openLedger }, { openExistingStore }] = await Promise.all([
    import('../find-alerts.js'),
    import('../../ledger/ledger.js'),
    import('../../store/open-store.js'),
  ]);
  const store = await openExistingStore(config.store, resolve, secret);
  try {
    const ledger = openLedger(store);
    const found = await findAlerts(store, ledger, config, id);
    return { ...found, skips: await findSkips(ledger, id), place: store.place };
  } finally {
    await store.close();
  }
}

function withoutVersion({ version: _, digest: __, ...skip }: SkipRecord) {
  return skip;
}

/** The ledger's own version numbers tell a reader of the output nothing. */
function withoutVersions({ document: { version: _, ...document }, evidence, sinks }: FoundAlert) {
  return { ...document, evidence, sinks };
}
