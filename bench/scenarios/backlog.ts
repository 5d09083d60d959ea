import { generatedCorpus } from '../corpus.js';
import { type LurewatchRound, lurewatchRound } from '../lurewatch-round.js';
import { assertComplete, median, pace, type Scenario } from '../scenario.js';

const timesLarger = 10;

/** Whether a mailbox with ten times the unread mails is read as fast: a few, many, and a few again. */
export const backlog: Scenario = async (site, { mails = 1000, rounds = 1, profileFolder, onProgress }) => {
  const lurewatch: (LurewatchRound & { readonly label: string })[] = [];
  const small = generatedCorpus(mails);
  const large = generatedCorpus(mails * timesLarger);
  for (let number = 0; number < rounds; number += 1) {
    for (const [label, corpus] of [['few', small] as const, ['many', large] as const, ['few', small] as const]) {
      const round = await lurewatchRound(site, { corpus, latencyMs: 0, profileFolder });
      assertComplete(round);
      onProgress(`backlog: ${pace(round)}`);
      lurewatch.push({ ...round, label });
    }
  }
  const rateOf = (wanted: string) =>
    median(lurewatch.filter(({ label }) => label === wanted).map(({ mailsPerSecond }) => mailsPerSecond));
  return {
    name: 'backlog',
    corpus: 'generated',
    figures: [
      { name: `${small.mails.length} unread`, value: rateOf('few'), unit: 'mails/s' },
      { name: `${large.mails.length} unread`, value: rateOf('many'), unit: 'mails/s' },
      { name: 'ratio', value: rateOf('many') / rateOf('few'), unit: 'of the few', goal: { atLeast: 0.8 } },
    ],
    lurewatch,
    loop: [],
  };
};
