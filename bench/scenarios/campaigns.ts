import { join } from 'node:path';
import { openLedger } from '../../src/ledger/ledger.js';
import { alertIdOf, identityOf } from '../../src/mail/identity.js';
import { FileStore } from '../../src/store/file-store.js';
import { type CampaignMail, campaignCount, campaignMails } from '../campaigns/campaign-mails.js';
import { countGroups, type GroupCount } from '../campaigns/count-groups.js';
import { type LurewatchRound, lurewatchRound } from '../lurewatch-round.js';
import { assertComplete, median, pace, type Scenario, type TableRow } from '../scenario.js';

/** Beside five times as many copies. */
const singlesShare = 1 / 6;

/**
 * The copies of 20 campaigns and single mails between them: which grouping keys they get, and what that costs. Rounds with
 * `campaigns` and without take turns, over the same mails.
 */
export const campaigns: Scenario = async (site, { mails = 1200, rounds = 3, profileFolder, onProgress }) => {
  const singles = Math.round(mails * singlesShare);
  const all = campaignMails(mails - singles, singles, 'mail');
  const warmUp = campaignMails(mails - singles, singles, 'warm-up');
  const corpus = { name: 'generated', mails: all.map(({ raw }) => raw), warmUp: warmUp.map(({ raw }) => raw) } as const;
  const lurewatch: (LurewatchRound & { readonly label: string })[] = [];
  const counts: GroupCount[] = [];
  for (let number = 0; number < rounds; number += 1) {
    for (const label of number % 2 === 0 ? (['off', 'on'] as const) : (['on', 'off'] as const)) {
      const round = await lurewatchRound(site, {
        corpus,
        latencyMs: 0,
        profileFolder,
        mailbox: { campaigns: label === 'on' },
        afterwards: async (store) => {
          if (label === 'on') counts.push(await countIn(store, all));
        },
      });
      assertComplete(round);
      onProgress(`campaigns ${label}: ${pace(round)}`);
      lurewatch.push({ ...round, label });
    }
  }
  const medianOf = (label: string, of: (round: LurewatchRound) => number | undefined) =>
    median(lurewatch.filter((round) => round.label === label).map((round) => of(round) ?? Number.NaN));
  const rate = ({ mailsPerSecond }: LurewatchRound) => mailsPerSecond;
  const time = ({ seconds }: LurewatchRound) => seconds;
  const cpu = ({ workerCpuSeconds = Number.NaN, mails: read }: LurewatchRound) => (1000 * workerCpuSeconds) / read;
  const worst = (of: (count: GroupCount) => number) => Math.max(...counts.map(of));
  return {
    name: 'campaigns',
    corpus: 'generated',
    figures: [
      { name: `keys of ${campaignCount} campaigns`, value: worst(({ campaignKeys }) => campaignKeys), unit: 'keys' },
      { name: `keys of ${singles} single mails`, value: worst(({ singleKeys }) => singleKeys), unit: 'keys' },
      { name: 'wrongly joined', value: worst((one) => one.wronglyJoined), unit: 'alerts', goal: { below: 1 } },
      { name: 'wrongly split', value: worst((one) => one.wronglySplit), unit: 'alerts', goal: { below: 1 } },
      { name: 'with campaigns', value: medianOf('on', rate), unit: 'mails/s' },
      { name: 'without', value: medianOf('off', rate), unit: 'mails/s' },
      {
        name: 'ratio',
        value: medianOf('on', rate) / medianOf('off', rate),
        unit: 'of without',
        goal: { atLeast: 0.8 },
      },
      { name: 'time, with', value: medianOf('on', time), unit: 's' },
      { name: 'time, without', value: medianOf('off', time), unit: 's' },
      { name: 'worker CPU, with', value: medianOf('on', cpu), unit: 'ms a mail' },
      { name: 'worker CPU, without', value: medianOf('off', cpu), unit: 'ms a mail' },
    ],
    tables: [{ title: 'campaign', rows: (counts[0]?.alertsUnderKeys ?? []).map(tableRow) }],
    lurewatch,
    loop: [],
  };
};

function tableRow(alerts: readonly number[], campaign: number): TableRow {
  return { campaign: campaign + 1, keys: alerts.length, 'alerts under each': alerts.join(', ') };
}

/** @param store the folder of the round's worker */
async function countIn(store: string, mails: readonly CampaignMail[]): Promise<GroupCount> {
  const opened = await FileStore.open(join(store, 'var'));
  const documents = await openLedger(opened).alerts.read(mails.map(({ raw }) => alertIdOf(identityOf(raw))));
  await opened.close();
  const keys = documents.map(({ alert }) => alert.source_grouping_identifier);
  return countGroups(
    mails.map(({ campaign }, index) => ({ campaign, key: keys[index] })),
    campaignCount,
  );
}
