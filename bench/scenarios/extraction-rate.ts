import { contenders, lurewatch, mailparser } from '../extraction/contenders.js';
import { foundShare } from '../extraction/found-share.js';
import { type Rate, rateInTurns, ratio } from '../extraction/in-turns.js';
import { type PhishingMail, phishingMails } from '../extraction/phishing-mails.js';
import { median, type SiteFreeScenario, type TableRow } from '../scenario.js';

const seed = 20261122;

/** Mails read a second on one core beside what else there is, and what each finds of what was put in. */
export const extractionRate: SiteFreeScenario = async ({ mails: count = 400, rounds = 5, onProgress }) => {
  const all = phishingMails(count, seed);
  const plain = all.filter(({ shape }) => shape === 'text' || shape === 'html');
  onProgress(`extraction-rate: ${describe(all)}`);
  const rates = await rateInTurns(contenders, rawOf(plain), rounds);
  const withFiles = await rateInTurns([lurewatch, mailparser], rawOf(all), rounds);
  const rows: TableRow[] = [];
  for (const [index, contender] of contenders.entries()) {
    const { found, wrong, missed, extras } = await foundShare(contender, plain);
    const shares = contender.parsesOnly ? {} : { 'targets found %': 100 * found, 'wrong extras %': 100 * wrong };
    rows.push({ ...rateRow('text and HTML', rates[index]), ...shares });
    if (contender === lurewatch) reportErrors(missed, extras, onProgress);
  }
  const { found, wrong } = await foundShare(lurewatch, all);
  rows.push({
    ...rateRow('all, with PDF and pictures', withFiles[0]),
    'targets found %': 100 * found,
    'wrong extras %': 100 * wrong,
  });
  rows.push(rateRow('all, with PDF and pictures', withFiles[1]));
  const [mine, theirs] = ['Lurewatch', 'mailparser alone'].map((name) => rates.find((rate) => rate.name === name));
  const ours = await foundShare(lurewatch, plain);
  return {
    name: 'extraction-rate',
    corpus: 'generated',
    figures: [
      {
        name: 'text and HTML, for each second of CPU',
        value: 1000 / (mine?.cpuMillisecondsAMail ?? Number.NaN),
        unit: 'mails',
        goal: { atLeast: 600 },
      },
      {
        name: 'the same',
        value: ratio(mine, theirs, ({ cpuSeconds }) => cpuSeconds),
        unit: 'of mailparser alone',
        goal: { atLeast: 0.7 },
      },
      {
        name: 'text and HTML, by the clock',
        value: ratio(mine, theirs, ({ seconds }) => seconds),
        unit: 'of mailparser alone',
        goal: { atLeast: 0.7 },
      },
      { name: 'click targets found', value: 100 * ours.found, unit: '%' },
      { name: 'wrong extras', value: 100 * ours.wrong, unit: '%' },
      { name: 'all mails, with PDF and pictures', value: withFiles[0]?.mailsPerSecond ?? Number.NaN, unit: 'mails/s' },
    ],
    tables: [{ title: 'extraction-rate', rows }],
  };
};

function reportErrors(missed: readonly string[], extras: readonly string[], onProgress: (line: string) => void): void {
  for (const url of missed) onProgress(`extraction-rate: not found: ${url}`);
  for (const url of extras) onProgress(`extraction-rate: found, and was not put in: ${url}`);
}

function rawOf(mails: readonly PhishingMail[]): readonly Buffer[] {
  return mails.map(({ raw }) => raw);
}

function describe(mails: readonly PhishingMail[]): string {
  const shapes = (['text', 'html', 'pdf', 'image'] as const).map(
    (shape) => `${mails.filter((mail) => mail.shape === shape).length} ${shape}`,
  );
  const kilobytes = median(mails.map(({ raw }) => raw.length)) / 1000;
  const links = median(mails.map((mail) => mail.links.length));
  return `${mails.length} mails (${shapes.join(', ')}), median ${kilobytes.toFixed(1)} kB and ${links} links`;
}

function rateRow(mails: string, rate: Rate | undefined): TableRow {
  return {
    mails,
    reader: rate?.name,
    'mails/s': rate?.mailsPerSecond,
    'MB/s': rate?.megabytesPerSecond,
    rounds: `${rate?.from.toFixed(0)}–${rate?.to.toFixed(0)}`,
    'CPU ms a mail': rate?.cpuMillisecondsAMail,
  };
}
