import { loadCorpus } from '../corpus.js';
import { type LoopRound, loopRound } from '../loop-round.js';
import { type LurewatchRound, lurewatchRound } from '../lurewatch-round.js';
import { assertComplete, type BenchOptions, median, pace, type Scenario, type ScenarioResult } from '../scenario.js';
import type { Site } from '../site.js';

interface Comparison {
  readonly name: string;
  readonly latencyMs: number;
  readonly mails: number;
  /** The loop takes only so many of them: it goes on at the same rate. */
  readonly loopMails: number;
  readonly rounds: number;
  /** The least part of the loop's rate. */
  readonly goal: number;
}

/** The same mails, by us and by the loop, in turns and in changing order. */
export const instant: Scenario = (site, options) =>
  besideLoop(site, options, { name: 'instant', latencyMs: 0, mails: 2000, loopMails: 2000, rounds: 3, goal: 0.6 });

export const slow: Scenario = (site, options) =>
  besideLoop(site, options, { name: 'slow', latencyMs: 100, mails: 2000, loopMails: 200, rounds: 1, goal: 10 });

async function besideLoop(site: Site, options: BenchOptions, comparison: Comparison): Promise<ScenarioResult> {
  const { onProgress, profileFolder } = options;
  const { name, latencyMs, goal } = comparison;
  const count = options.mails ?? comparison.mails;
  const corpus = await loadCorpus(options.corpus, count, onProgress);
  const loopMails = corpus.mails.slice(0, Math.min(count, comparison.loopMails));
  const lurewatch: LurewatchRound[] = [];
  const loop: LoopRound[] = [];
  const runs = [
    async () => {
      const round = await lurewatchRound(site, { corpus, latencyMs, profileFolder });
      assertComplete(round);
      onProgress(`${name}: Lurewatch ${pace(round)}`);
      lurewatch.push(round);
    },
    async () => {
      const round = await loopRound(site, { mails: loopMails, latencyMs });
      onProgress(`${name}: loop      ${pace(round)}`);
      loop.push(round);
    },
  ];
  for (let round = 0; round < (options.rounds ?? comparison.rounds); round += 1) {
    for (const run of round % 2 === 0 ? runs : [...runs].reverse()) await run();
  }
  const ours = median(lurewatch.map(({ mailsPerSecond }) => mailsPerSecond));
  const theirs = median(loop.map(({ mailsPerSecond }) => mailsPerSecond));
  const cold = median(lurewatch.map(({ coldMailsPerSecond }) => coldMailsPerSecond));
  return {
    name,
    corpus: corpus.name,
    figures: [
      { name: 'Lurewatch', value: ours, unit: 'mails/s' },
      { name: 'loop', value: theirs, unit: 'mails/s' },
      { name: 'Lurewatch, its first poll', value: cold, unit: 'mails/s' },
      { name: 'ratio', value: ours / theirs, unit: 'of the loop', goal: { atLeast: goal } },
    ],
    lurewatch: lurewatch.map((round) => ({ ...round, label: name })),
    loop,
  };
}
