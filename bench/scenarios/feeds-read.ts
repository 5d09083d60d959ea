import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileKind, fileKinds, writeFeedFile } from '../feeds/feed-files.js';
import { leakPosts } from '../feeds/leak-posts.js';
import { type Reading, readInProcess } from '../feeds/reading.js';
import { type FeedRound, median, type Scenario } from '../scenario.js';

const few = 1000;
/** So many are brought together by their keys in memory; more of them in files. */
const inMemory = 20_000;

/** What reading a feed costs, and whether a thousand times the rows take no more memory. */
export const feedsRead: Scenario = async (site, { rows: many = 1_000_000, rounds = 1, onProgress }) => {
  const feedRounds: FeedRound[] = [];
  const mapped: Reading[] = [];
  const measure = async (kind: FileKind, rows: number): Promise<void> => {
    const path = join(site.folder, `feed.${kind.name}`);
    await writeFeedFile(path, kind, leakPosts(rows));
    for (let number = 0; number < rounds; number += 1) {
      const read = await readInProcess('rows', path, kind, rows);
      const event = await readInProcess('events', path, kind, rows);
      const rates = { 'read rows/s': read.rowsPerSecond, 'mapped rows/s': event.rowsPerSecond };
      feedRounds.push({
        format: kind.name,
        rows,
        ...rates,
        'peak MB, read': read.peakMemoryMb,
        mapped: event.peakMemoryMb,
      });
      mapped.push(event);
      const [perSecond, peak] = [event.rowsPerSecond.toFixed(0), event.peakMemoryMb?.toFixed(0) ?? '?'];
      onProgress(`feeds-read: ${rows} rows of ${kind.name}, ${perSecond} a second mapped, at most ${peak} MB`);
    }
    await rm(path);
  };
  for (const kind of fileKinds) {
    const sizes = kind.name === 'tsv' ? [few, inMemory, many] : [few, many];
    for (const rows of sizes) await measure(kind, rows);
  }
  const ofRows = (rows: number) => mapped.filter((reading) => reading.rows === rows);
  const peakOf = (rows: number) => Math.max(...ofRows(rows).map(({ peakMemoryMb }) => peakMemoryMb ?? Number.NaN));
  return {
    name: 'feeds-read',
    figures: [
      { name: 'slowest format, mapped', value: Math.min(...ofRows(many).map(rateOf)), unit: 'rows/s' },
      { name: 'all formats, mapped', value: median(ofRows(many).map(rateOf)), unit: 'rows/s' },
      { name: `peak memory, ${few} rows`, value: peakOf(few), unit: 'MB' },
      { name: `peak memory, ${many} rows`, value: peakOf(many), unit: 'MB', goal: { below: 512 } },
      { name: 'peak memory, ratio', value: peakOf(many) / peakOf(few), unit: 'of the few' },
    ],
    feedRounds,
  };
};

function rateOf({ rowsPerSecond }: Reading): number {
  return rowsPerSecond;
}
