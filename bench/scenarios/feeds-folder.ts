import { FeedWorker, type ImportRound } from '../feeds/feed-worker.js';
import { type FeedRound, median, type Scenario } from '../scenario.js';
import { described } from './feeds-write.js';

const timesLarger = 20;

/** A feed into a MISP feed in a folder: no network, so what is left is our own work. Then a large one that is known already. */
export const feedsFolder: Scenario = async (site, { rows = 5000, rounds = 1, profileFolder, onProgress }) => {
  const feedRounds: FeedRound[] = [];
  const many = rows * timesLarger;
  const measured = { few: [] as number[], many: [] as number[], unchanged: [] as number[] };
  for (let number = 0; number < rounds; number += 1) {
    const worker = await FeedWorker.start(site, {
      feeds: ['warmup', 'few', 'many'],
      misp: { kind: 'feed', path: './misp-feed' },
      profileFolder,
    });
    const measure = async (what: keyof typeof measured, feed: string): Promise<ImportRound> => {
      const round = await worker.import(feed);
      onProgress(`feeds-folder: ${what}, ${round.rows} rows in ${round.seconds.toFixed(2)} s`);
      measured[what].push(round.rowsPerSecond);
      feedRounds.push(described(what, round));
      return round;
    };
    try {
      await worker.write('warmup', Math.ceil(rows / 5), { prefix: 'warm-up' });
      await worker.import('warmup');
      await worker.write('few', rows, { prefix: 'few' });
      assertCounts(await measure('few', 'few'), { created: rows, unchanged: 0 });
      await worker.write('many', many, { prefix: 'many' });
      assertCounts(await measure('many', 'many'), { created: many, unchanged: 0 });
      assertCounts(await measure('unchanged', 'many'), { created: 0, unchanged: many });
    } finally {
      await worker.stop();
    }
  }
  return {
    name: 'feeds-folder',
    figures: [
      { name: `${rows} rows`, value: median(measured.few), unit: 'rows/s' },
      { name: `${many} rows`, value: median(measured.many), unit: 'rows/s' },
      { name: `${many} rows, unchanged`, value: median(measured.unchanged), unit: 'rows/s' },
    ],
    feedRounds,
  };
};

function assertCounts(
  { created, updated, unchanged }: ImportRound,
  wanted: { readonly created: number; readonly unchanged: number },
): void {
  if (created === wanted.created && updated === 0 && unchanged === wanted.unchanged) return;
  throw new Error(
    `${created} were created, ${updated} updated, ${unchanged} unchanged: ${JSON.stringify(wanted)} should be`,
  );
}
