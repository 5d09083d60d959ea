import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ImportFeedResult } from '../../src/workflows/feed-types.js';
import { plainCsv, plainRows, withFeeds } from '../support/feed-labs.js';
import { importKillPoints } from '../support/kill-points.js';
import { Site } from '../support/lab.js';

const concurrency = 3;
/** Two chunks of events, and a row that MISP never gets to see. */
const rows = 120;

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

describe('a worker that dies in an import', { concurrency }, () => {
  for (const point of importKillPoints) {
    it(`${point}: every row ends as exactly one event`, () =>
      withFeeds(site, async (feeds) => {
        await feeds.write('feed.csv', `${plainCsv(plainRows(rows))}bad row\n`);
        const doomed = await feeds.lab.worker(point);
        const running = await feeds.start();
        assert.equal(await doomed.ended, 'SIGKILL');
        await feeds.lab.worker(point);
        const result: ImportFeedResult = await running.result();
        assert.equal(result.rows, rows + 1);
        assert.equal(result.created + result.updated + result.unchanged, rows);
        assert.equal(result.rejected, 1);
        assert.equal(feeds.misp.events.size, rows);
        for (const { info, attributes, tags } of feeds.misp.events.values()) {
          assert.deepEqual([info, attributes.length, tags], [info, 1, ['plain']]);
        }
        const again = await feeds.import();
        assert.deepEqual([again.created, again.updated, again.unchanged], [0, 0, rows]);
        assert.deepEqual(await feeds.spooled(), []);
      }));
  }
});
