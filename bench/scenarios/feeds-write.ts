import { presetFile } from '../feeds/feed-files.js';
import { FeedWorker, type ImportRound } from '../feeds/feed-worker.js';
import { leakPost } from '../feeds/leak-posts.js';
import { mispLoopRound } from '../feeds/misp-loop-round.js';
import { type MispRequests, MispStandIn } from '../feeds/misp-stand-in.js';
import { type FeedRound, median, type Scenario } from '../scenario.js';
import type { Site } from '../site.js';

const latencyMs = 75;
/** The loop takes only so many rows: it goes on at that rate. */
const loopRows = 250;
const changedEvery = 100;
/** Two keep such a MISP busy but for the moments in which we write down what it said; the third is for those. */
const writers = 3;
/** So often the rows to warm up with change after their first import. */
const timesWarmedUp = 12;

/** A feed into a MISP that takes its time, beside the loop in changing order; then again with 1% of its rows changed. */
export const feedsWrite: Scenario = async (site, { rows = 1000, rounds = 3, profileFolder, onProgress }) => {
  const feedRounds: FeedRound[] = [];
  const note = (
    what: string,
    round: Pick<ImportRound, 'rows' | 'seconds' | 'rowsPerSecond'> & Partial<ImportRound>,
  ) => {
    onProgress(`feeds-write: ${what}, ${round.rows} rows in ${round.seconds.toFixed(2)} s`);
    feedRounds.push(described(what, round));
  };
  const measured = { first: [] as number[], second: [] as number[], loop: [] as number[] };
  const runs = [
    async () => {
      const { first, second } = await importTwice(site, rows, profileFolder);
      note('Lurewatch, first import', first);
      note('Lurewatch, 1% changed', second);
      measured.first.push(first.rowsPerSecond);
      measured.second.push(second.rowsPerSecond);
    },
    async () => {
      const round = await mispLoopRound({ folder: site.folder, rows: Math.min(rows, loopRows), latencyMs });
      note(`loop, PyMISP ${round.pymisp}`, round);
      measured.loop.push(round.rowsPerSecond);
    },
  ];
  for (let round = 0; round < rounds; round += 1) {
    for (const run of round % 2 === 0 ? runs : [...runs].reverse()) await run();
  }
  const [first, second, loop] = [median(measured.first), median(measured.second), median(measured.loop)];
  return {
    name: 'feeds-write',
    figures: [
      { name: 'Lurewatch', value: first, unit: 'rows/s' },
      { name: 'loop', value: loop, unit: 'rows/s' },
      { name: 'ratio', value: first / loop, unit: 'of the loop', goal: { atLeast: 2 } },
      { name: '1% of the rows changed', value: second, unit: 'rows/s' },
      { name: 'ratio', value: second / first, unit: 'of the first import', goal: { atLeast: 50 } },
    ],
    feedRounds,
  };
};

export function described(what: string, round: Partial<ImportRound>): FeedRound {
  const { rows, seconds, rowsPerSecond, created, updated, prepareSeconds, writeSeconds } = round;
  return {
    ...{ what, rows, seconds, 'rows/s': rowsPerSecond, created, updated },
    ...{ 's to prepare': prepareSeconds, 's to write': writeSeconds },
    ...{ 'worker CPU s': round.workerCpuSeconds, 'peak MB': round.workerPeakMemoryMb },
  };
}

async function importTwice(
  site: Site,
  rows: number,
  profileFolder: string | undefined,
): Promise<{ readonly first: ImportRound; readonly second: ImportRound }> {
  const misp = await MispStandIn.start(latencyMs);
  const worker = await FeedWorker.start(site, {
    feeds: ['warmup', 'leaks'],
    misp: { url: misp.url, insecure: true, key: { env: 'BENCH_MISP_KEY' }, concurrency: writers },
    ...{ mispKey: misp.key, writers, profileFolder },
  });
  try {
    await warmUp(worker, Math.ceil(rows / 4));
    const before = await misp.requests();
    await worker.write('leaks', rows);
    const first = await worker.import('leaks');
    const posts = Array.from({ length: rows }, (_, index) => index + 1);
    assertWritten(await misp.requests(), before.events + rows, 'POST /events/add', posts);
    await worker.write('leaks', rows, { changedEvery });
    const second = await worker.import('leaks');
    const changed = posts.filter((number) => number % changedEvery === 0);
    assertWritten(await misp.requests(), before.events + rows, 'POST /events/edit/', changed);
    return { first, second };
  } finally {
    await worker.stop();
    await misp.close();
  }
}

/** A worker runs for weeks: it is measured when V8 has compiled what recognises rows, too. */
async function warmUp(worker: FeedWorker, rows: number): Promise<void> {
  for (let time = 0; time <= timesWarmedUp; time += 1) {
    await worker.write('warmup', rows, { prefix: 'warm-up', ...(time % 2 === 0 ? {} : { changedEvery }) });
    await worker.import('warmup');
  }
}

/** One request for the event of each of these posts, and none for any other: a rate of anything else means nothing. */
function assertWritten(
  { events, written }: MispRequests,
  expectedEvents: number,
  path: string,
  posts: readonly number[],
): void {
  const wanted = posts.map((number) => infoOf(number)).sort();
  const infos = written.map(({ info }) => info).sort();
  const asWanted = written.every((request) => request.path.startsWith(path));
  if (events === expectedEvents && asWanted && JSON.stringify(infos) === JSON.stringify(wanted)) return;
  const told = `${written.length} requests (the last: ${written.at(-1)?.path}), ${events} events in all`;
  throw new Error(`${posts.length} rows of ${presetFile().name} should be one ${path} each, but there were ${told}`);
}

/** The title that the preset gives to the event of a post. */
function infoOf(number: number): string {
  const { actor, victim, first_seen } = leakPost(number);
  return `[ransomwatch] ${actor} - victim:${victim}(${first_seen})`;
}
