import assert from 'node:assert/strict';
import { type FeedLab, plainCsv, plainFeed, plainRows, withFeeds } from '../support/feed-labs.js';
import type { Site } from '../support/lab.js';
import { mispConfig } from '../support/soar-labs.js';
import type { Scenario } from './scenario.js';

/** Imports of a feed. */
export const feedScenarios: readonly Scenario[] = [
  story('imported', 2, async (feeds) => {
    await feeds.write('feed.csv', plainCsv(plainRows(150)));
    await feeds.lab.worker();
    await feeds.import();
    await feeds.write('feed.csv', plainCsv([...plainRows(1), { name: 'row-2', url: 'https://other.example/' }]));
    await feeds.import();
  }),
  story('import-looked-at', 1, async (feeds) => {
    await feeds.write('feed.csv', plainCsv(plainRows(2)));
    await feeds.lab.worker();
    await feeds.import('plain', { dryRun: true });
  }),
  story('import-refused', 1, async (feeds) => {
    await feeds.lab.configure({ misp: mispConfig(feeds.misp, 'WRONG_KEY') });
    await feeds.write('feed.csv', plainCsv(plainRows(2)));
    await feeds.lab.worker();
    await assert.rejects(feeds.import());
  }),
  story('import-of-another-file', 1, async (feeds) => {
    await feeds.write('feed.csv', 'other,columns\n1,2\n');
    await feeds.lab.worker();
    await assert.rejects(feeds.import());
  }),
  story('import-cancelled', 1, async (feeds) => {
    await feeds.write('feed.csv', plainCsv(plainRows(2)));
    const send = feeds.lab.holdAt('before send');
    await feeds.lab.worker();
    const running = await feeds.start();
    await send.reached();
    await running.cancel();
    await send.release();
    await assert.rejects(running.result());
  }),
  story('import-continued', 2, async (feeds) => {
    await feeds.write('feed.csv', plainCsv(plainRows(2500)));
    await feeds.lab.worker();
    await feeds.import();
  }),
];

function story(name: string, runs: number, play: (feeds: FeedLab) => Promise<void>): Scenario {
  return {
    name,
    keep: { importFeed: runs },
    run: (site: Site, whenPlayed) =>
      withFeeds(
        site,
        async (feeds) => {
          await play(feeds);
          await whenPlayed(feeds.lab);
        },
        { feeds: { plain: { ...plainFeed, tagGone: 'gone' } } },
      ),
  };
}
