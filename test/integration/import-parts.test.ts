import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type FeedLab, plainFeed, withFeeds } from '../support/feed-labs.js';
import { Site } from '../support/lab.js';
import { failureOf } from '../support/soar-labs.js';

const head = 'name,url,seen\n';
const row = (url: string, seen = '2026-03-01') => `group,https://${url}.example/,${seen}\n`;

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

function hosts(feeds: FeedLab): readonly string[] {
  const [event] = feeds.misp.events.values();
  return (event?.attributes ?? []).map(({ value }) => new URL(value).hostname.split('.')[0] ?? '').sort();
}

describe('an event of several rows', { concurrency: 3 }, () => {
  it('loses what its rows no longer say', () =>
    withFeeds(site, async (feeds) => {
      await feeds.lab.worker();
      await feeds.write('feed.csv', head + row('a') + row('b'));
      await feeds.import();
      await feeds.write('feed.csv', head + row('a'));
      assert.equal((await feeds.import()).updated, 1);
      assert.deepEqual(hosts(feeds), ['a']);
    }));

  it('keeps what a row said that cannot be read today, and gets what it says once it is mended', () =>
    withFeeds(site, async (feeds) => {
      await feeds.lab.worker();
      await feeds.write('feed.csv', head + row('a') + row('b'));
      await feeds.import();
      await feeds.write('feed.csv', `${head}${row('a')}group,https://b.example/,2026-03-01,stray comma\n`);
      assert.equal((await feeds.import()).rejected, 1);
      assert.deepEqual(hosts(feeds), ['a', 'b']);
      assert.deepEqual([(await feeds.import()).unchanged, hosts(feeds)], [1, ['a', 'b']]);
      await feeds.write('feed.csv.rejected', head + row('b') + row('c'));
      await feeds.import('plain', { from: 'feed.csv.rejected' });
      assert.deepEqual(hosts(feeds), ['a', 'b', 'c']);
      await feeds.import();
      assert.deepEqual(hosts(feeds), ['a', 'b', 'c']);
      await feeds.write('feed.csv', head + row('a') + row('b'));
      await feeds.import();
      assert.deepEqual(hosts(feeds), ['a', 'b']);
    }));

  it('keeps what a row said whose date is none today', () =>
    withFeeds(site, async (feeds) => {
      await feeds.lab.worker();
      await feeds.write('feed.csv', head + row('a') + row('b'));
      await feeds.import();
      await feeds.write('feed.csv', head + row('a') + row('b', 'no date'));
      assert.equal((await feeds.import()).rejected, 1);
      assert.deepEqual(hosts(feeds), ['a', 'b']);
    }));
});

describe('a file in place of the source', { concurrency: 3 }, () => {
  it('marks nothing as gone, and is not taken for the source', () =>
    withFeeds(
      site,
      async (feeds) => {
        await feeds.lab.worker();
        await feeds.write('feed.csv', `${head}one,https://one.example/,2026-03-01\n`);
        await feeds.import();
        await feeds.write('more.csv', `${head}two,https://two.example/,2026-03-01\n`);
        const part = await feeds.import('plain', { from: 'more.csv' });
        assert.deepEqual([part.created, part.gone], [1, 0]);
        assert.equal((await feeds.import()).gone, 1);
      },
      { feeds: { plain: { ...plainFeed, tagGone: 'gone' } } },
    ));

  it('lies beside the source or the configuration, not anywhere on the machine', () =>
    withFeeds(site, async (feeds) => {
      await feeds.lab.worker();
      const elsewhere = join(feeds.lab.folder, '..', `${feeds.lab.name}.csv`);
      await writeFile(elsewhere, head + row('a'));
      try {
        for (const from of [elsewhere, '../other.csv', '/etc/passwd']) {
          const { code, message } = await failureOf(feeds.import('plain', { from }));
          assert.equal(code, 'LW_FEED_UNREADABLE');
          assert.match(message, /another folder/);
        }
      } finally {
        await rm(elsewhere);
      }
      assert.equal(feeds.misp.events.size, 0);
    }));
});

describe('a mapping that says something else of the same values', () => {
  it('changes comment and flags in MISP; while it says the same, those of people stay', () =>
    withFeeds(site, async (feeds) => {
      const worker = await feeds.lab.worker();
      await feeds.write('feed.csv', head + row('a') + row('b'));
      await feeds.import();
      const [event] = feeds.misp.events.values();
      const [first] = event?.attributes ?? [];
      assert.ok(event !== undefined && first !== undefined);
      event.attributes[0] = { ...first, comment: 'seen by ada' };
      await feeds.write('feed.csv', head + row('a') + row('b') + row('c'));
      await feeds.import();
      assert.deepEqual(
        event.attributes.map(({ comment }) => comment),
        ['seen by ada', 'Address', 'Address'],
      );
      await worker.stop();
      const attributes = [{ type: 'url', value: '{url}', comment: 'Site', toIds: false }];
      await feeds.lab.configure({ feeds: { plain: { ...plainFeed, attributes } } });
      await feeds.lab.worker();
      assert.equal((await feeds.import()).updated, 1);
      assert.deepEqual(
        event.attributes.map(({ comment, to_ids }) => [comment, to_ids]),
        [
          ['Site', false],
          ['Site', false],
          ['Site', false],
        ],
      );
    }));
});
