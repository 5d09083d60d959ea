import { generatedCorpus } from '../corpus.js';
import { type LurewatchRound, lurewatchRound } from '../lurewatch-round.js';
import { assertComplete, median, pace, type Scenario } from '../scenario.js';

const attachment = { sizeBytes: 25 * 1024 * 1024, every: 10 };

/** What large mails cost in memory: every tenth carries 25 MB, which makes 34 MB in base64. */
export const attachments: Scenario = async (site, { mails = 200, rounds = 1, profileFolder, onProgress }) => {
  const lurewatch: (LurewatchRound & { readonly label: string })[] = [];
  for (let number = 0; number < rounds; number += 1) {
    const round = await lurewatchRound(site, {
      corpus: generatedCorpus(mails, { attachment }),
      latencyMs: 0,
      profileFolder,
    });
    assertComplete(round);
    onProgress(`attachments: ${pace(round)}, at most ${round.workerPeakMemoryMb?.toFixed(0) ?? '?'} MB`);
    lurewatch.push({ ...round, label: 'attachments' });
  }
  const peaks = lurewatch.map(({ workerPeakMemoryMb }) => workerPeakMemoryMb ?? Number.NaN);
  return {
    name: 'attachments',
    corpus: 'generated',
    figures: [
      { name: 'Lurewatch', value: median(lurewatch.map(({ mailsPerSecond }) => mailsPerSecond)), unit: 'mails/s' },
      { name: 'peak memory', value: Math.max(...peaks), unit: 'MB', goal: { below: 512 } },
    ],
    lurewatch,
    loop: [],
  };
};
