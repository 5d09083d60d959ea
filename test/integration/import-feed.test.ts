import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type FeedLab, plainCsv, plainFeed, plainRows, withFeeds } from '../support/feed-labs.js';
import { Site } from '../support/lab.js';

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

describe('an import', { concurrency: 2 }, () => {
  it('makes an event of each row, and nothing the second time', () =>
    withFeeds(site, async (feeds) => {
      await feeds.write('feed.csv', plainCsv(plainRows(3)));
      await feeds.lab.worker();
      const first = await feeds.import();
      assert.deepEqual([first.rows, first.created, first.updated, first.unchanged, first.rejected], [3, 3, 0, 0, 0]);
      assert.deepEqual(feeds.titles, ['Seen: row-1', 'Seen: row-2', 'Seen: row-3']);
      const requests = feeds.misp.requests.length;
      const again = await feeds.import();
      assert.deepEqual([again.rows, again.created, again.updated, again.unchanged], [3, 0, 0, 3]);
      assert.equal(feeds.misp.requests.length, requests);
    }));

  it('updates the event of a changed row, and only that', () =>
    withFeeds(site, async (feeds) => {
      await feeds.write('feed.csv', plainCsv(plainRows(3)));
      await feeds.lab.worker();
      await feeds.import();
      await feeds.write('feed.csv', plainCsv([...plainRows(2), { name: 'row-3', url: 'https://other.example/' }]));
      const changed = await feeds.import();
      assert.deepEqual([changed.created, changed.updated, changed.unchanged], [0, 1, 2]);
      const event = [...feeds.misp.events.values()].find(({ info }) => info === 'Seen: row-3');
      assert.deepEqual(
        event?.attributes.map(({ value }) => value),
        ['https://other.example/'],
      );
    }));

  it('keeps bad rows in a file beside the source, which can be mended and imported', () =>
    withFeeds(site, async (feeds) => {
      await feeds.write('feed.csv', `${plainCsv(plainRows(2))}row-3,https://row-3.example/,not a date\nrow-4\n`);
      await feeds.lab.worker();
      const { rejected, created, rejects, rejectedFiles } = await feeds.import();
      assert.deepEqual([created, rejected], [2, 2]);
      assert.deepEqual(rejects.map(({ row, code }) => [row, code]).sort(), [
        [4, 'LW_ROW_DATE'],
        [5, 'LW_ROW_COLUMNS'],
      ]);
      const beside = join(feeds.lab.folder, 'feed.csv.rejected');
      assert.deepEqual(rejectedFiles, [beside]);
      const lines = (await readFile(beside, 'utf8')).split('\n');
      assert.equal(lines[0], 'name,url,seen');
      assert.deepEqual(lines.slice(1).sort(), ['', 'row-3,https://row-3.example/,not a date', 'row-4']);
    }));
});

describe('events whose row left the feed', { concurrency: 2 }, () => {
  const feeds = { plain: { ...plainFeed, tagGone: 'left-the-feed' } };
  const tagsOf = (lab: FeedLab) =>
    Object.fromEntries(
      [...lab.misp.events.values()].map(({ info, tags }) => [info.slice('Seen: '.length), [...tags].sort()]),
    );

  it('get the tag once, and lose it when the row is back', () =>
    withFeeds(
      site,
      async (lab) => {
        await lab.write('feed.csv', plainCsv(plainRows(3)));
        await lab.lab.worker();
        assert.equal((await lab.import()).gone, 0);
        await lab.write('feed.csv', plainCsv(plainRows(2)));
        assert.equal((await lab.import()).gone, 1);
        assert.deepEqual(tagsOf(lab), { 'row-1': ['plain'], 'row-2': ['plain'], 'row-3': ['left-the-feed', 'plain'] });
        assert.equal((await lab.import()).gone, 0);
        await lab.write('feed.csv', plainCsv(plainRows(3)));
        const back = await lab.import();
        assert.deepEqual([back.updated, back.unchanged, back.gone], [1, 2, 0]);
        assert.deepEqual(tagsOf(lab), { 'row-1': ['plain'], 'row-2': ['plain'], 'row-3': ['plain'] });
      },
      { feeds },
    ));

  it('are left alone where a part of the feed could not be read', () =>
    withFeeds(
      site,
      async (lab) => {
        await lab.write('a.csv', plainCsv(plainRows(2)));
        await lab.write('b.csv', plainCsv([{ name: 'other' }]));
        await lab.lab.worker();
        await lab.import();
        await lab.write('b.csv', 'no,such,columns\n');
        const { gone, problems } = await lab.import();
        assert.deepEqual([gone, problems.length], [0, 1]);
        assert.deepEqual(tagsOf(lab).other, ['plain']);
      },
      { feeds: { plain: { ...feeds.plain, source: './*.csv' } } },
    ));
});
