import { type Indexing, indexInProcess } from '../feeds/indexing.js';
import { type FeedRound, median, type SiteFreeScenario } from '../scenario.js';

const timesFewer = [100, 10, 1];

/** What a MISP feed in a folder costs without Temporal and without rows: whether a hundred times the events take no more memory. */
export const feedsIndexes: SiteFreeScenario = async ({ rows: many = 100_000, rounds = 1, onProgress }) => {
  const measured: Indexing[] = [];
  const sizes = timesFewer.map((times) => Math.ceil(many / times));
  for (let number = 0; number < rounds; number += 1) {
    for (const events of sizes) {
      const round = await indexInProcess(events);
      measured.push(round);
      const [perSecond, peak] = [round.rowsPerSecond.toFixed(0), round.peakMemoryMb?.toFixed(0) ?? '?'];
      onProgress(`feeds-indexes: ${events} events, ${perSecond} a second, at most ${peak} MB`);
    }
  }
  const medianOf = (events: number, of: (round: Indexing) => number | undefined) =>
    median(measured.filter((round) => round.events === events).map((round) => of(round) ?? Number.NaN));
  return {
    name: 'feeds-indexes',
    figures: sizes.flatMap((events) => [
      { name: `${events} events`, value: medianOf(events, ({ rowsPerSecond }) => rowsPerSecond), unit: 'events/s' },
      { name: `${events} events, peak`, value: medianOf(events, ({ peakMemoryMb }) => peakMemoryMb), unit: 'MB' },
    ]),
    feedRounds: measured.map(described),
  };
};

function described({ events, seconds, rowsPerSecond, changedSeconds, oneSeconds, ...round }: Indexing): FeedRound {
  return {
    ...{ what: 'events', rows: events, seconds, 'rows/s': rowsPerSecond },
    ...{ 's for 1% changed': changedSeconds, 's for one more': oneSeconds },
    ...{ 'held up ms': round.heldUpMs, 'peak MB': round.peakMemoryMb },
  };
}
