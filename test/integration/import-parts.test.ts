import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { makeWorkFolder } from '../../src/feeds/work-folder.js';
import type { ImportFeedResult } from '../../src/workflows/feed-types.js';
import { currentDetails } from '../support/current-details.js';
import { type FeedLab, plainFeed, withFeeds } from '../support/feed-labs.js';
import { Site } from '../support/lab.js';
import type { LabWorker } from '../support/lab-worker.js';
import { failureOf } from '../support/soar-labs.js';

const head = 'name,url,seen\n';
const row = (url: string, seen = '2026-03-01') => `group,https://${url}.example/,${seen}\n`;
const line = (name: string, seen = '2026-03-01') => `${name},https://${name}.example/,${seen}\n`;
const marking = { feeds: { plain: { ...plainFeed, tagGone: 'gone' } } };

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

/** A laboratory whose worker has imported these rows. */
function afterImportOf(
  rows: string,
  work: (feeds: FeedLab, worker: LabWorker) => Promise<void>,
  options?: Parameters<typeof withFeeds>[2],
): Promise<void> {
  const begin = async (feeds: FeedLab) => {
    const worker = await feeds.lab.worker();
    await feeds.write('feed.csv', head + rows);
    await feeds.import();
    await work(feeds, worker);
  };
  return withFeeds(site, begin, options);
}

function hosts(feeds: FeedLab): readonly string[] {
  const [event] = feeds.misp.events.values();
  return (event?.attributes ?? []).map(({ value }) => new URL(value).hostname.split('.')[0] ?? '').sort();
}

describe('an event of several rows', { concurrency: 3 }, () => {
  it('loses what its rows no longer say', () =>
    afterImportOf(row('a') + row('b'), async (feeds) => {
      await feeds.write('feed.csv', head + row('a'));
      assert.equal((await feeds.import()).updated, 1);
      assert.deepEqual(hosts(feeds), ['a']);
    }));

  it('keeps what a row said that cannot be read today, and gets what it says once it is mended', () =>
    afterImportOf(row('a') + row('b'), async (feeds) => {
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

  it('loses what a row said that could not be read, once that row has left the feed', () =>
    afterImportOf(row('a') + row('b'), async (feeds) => {
      await feeds.write('feed.csv', head + row('a') + row('b', 'no date'));
      await feeds.import();
      assert.deepEqual(hosts(feeds), ['a', 'b']);
      await feeds.write('feed.csv', head + row('a'));
      assert.equal((await feeds.import()).updated, 1);
      assert.deepEqual(hosts(feeds), ['a']);
      assert.equal((await feeds.import()).unchanged, 1);
    }));

  it('keeps what a row said whose date is none today', () =>
    afterImportOf(row('a') + row('b'), async (feeds) => {
      await feeds.write('feed.csv', head + row('a') + row('b', 'no date'));
      assert.equal((await feeds.import()).rejected, 1);
      assert.deepEqual(hosts(feeds), ['a', 'b']);
    }));
});

describe('a file in place of the source', { concurrency: 3 }, () => {
  it('marks nothing as gone, and is not taken for the source', () =>
    afterImportOf(
      line('one'),
      async (feeds) => {
        await feeds.write('more.csv', head + line('two'));
        const part = await feeds.import('plain', { from: 'more.csv' });
        assert.deepEqual([part.created, part.gone], [1, 0]);
        assert.deepEqual(
          part.written.map(({ file, row }) => [file, row]),
          [['more.csv', 2]],
        );
        assert.equal((await feeds.import()).gone, 1);
      },
      marking,
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

  it('that is none of the feed fails without telling what it holds', () =>
    withFeeds(site, async (feeds) => {
      await feeds.lab.worker();
      await feeds.write('settings', 'MISP_KEY=4711abc\nOTHER=1\n');
      await feeds.write('.env', 'MISP_KEY=4711abc\n');
      const named = await failureOf(feeds.import('plain', { from: 'settings' }));
      assert.equal(named.code, 'LW_FEED_HEADER');
      assert.match(named.message, /columns are missing: "name", "seen", "url"|columns are missing/);
      const hidden = await failureOf(feeds.import('plain', { from: '.env' }));
      assert.equal(hidden.code, 'LW_FEED_UNREADABLE');
      assert.doesNotMatch(JSON.stringify([named, hidden]), /MISP_KEY|4711abc/);
      await feeds.write('feed.csv', 'title,url\n');
      assert.match((await failureOf(feeds.import())).message, /The columns are "title", "url"/);
    }));
});

describe('what has left the feed', { concurrency: 3 }, () => {
  const tagged = (feeds: FeedLab) =>
    [...feeds.misp.events.values()].filter(({ tags }) => tags.includes('gone')).map(({ info }) => info);

  it('is not what merely cannot be read today', () =>
    afterImportOf(
      line('one') + line('two') + line('three'),
      async (feeds) => {
        await feeds.write('feed.csv', head + line('one') + line('two', 'no date'));
        const { gone, rejected, warnings } = await feeds.import();
        assert.deepEqual([gone, rejected, warnings], [1, 1, []]);
        assert.deepEqual(tagged(feeds), ['Seen: three']);
      },
      marking,
    ));

  it('and comes back in a file of mended rows is no longer marked, and keeps the rest of its event', () =>
    afterImportOf(
      row('a') + row('b') + line('one'),
      async (feeds) => {
        await feeds.write('feed.csv', head + line('one'));
        assert.equal((await feeds.import()).gone, 1);
        assert.deepEqual(tagged(feeds), ['Seen: group']);
        const event = [...feeds.misp.events.values()].find(({ info }) => info === 'Seen: group');
        const [first] = event?.attributes ?? [];
        assert.ok(event !== undefined && first !== undefined);
        event.attributes.push({ ...first, uuid: randomUUID(), value: 'https://people.example/' });
        event.tags.push('looked-at');

        await feeds.write('mended.csv', head + row('b') + row('c'));
        const dry = await feeds.import('plain', { from: 'mended.csv', dryRun: true });
        assert.deepEqual(
          dry.preview?.map(({ action, changes }) => [action, changes]),
          [['update', ['+ url https://c.example/', '- tag gone']]],
        );
        const part = await feeds.import('plain', { from: 'mended.csv' });
        assert.deepEqual([part.updated, part.gone], [1, 0]);
        const held = () => [event.attributes.map(({ value }) => new URL(value).hostname).sort(), event.tags];
        const whole = ['a', 'b', 'c', 'people'].map((name) => `${name}.example`);
        assert.deepEqual(held(), [whole, ['plain', 'looked-at']]);
        assert.equal((await feeds.import('plain', { from: 'mended.csv' })).unchanged, 1);

        // The feed itself has only some of these rows: now it can be told what left it.
        await feeds.write('feed.csv', head + line('one') + row('b') + row('c'));
        assert.deepEqual([(await feeds.import()).updated, held()], [1, [whole.slice(1), ['plain', 'looked-at']]]);
        await feeds.write('feed.csv', head + line('one'));
        assert.equal((await feeds.import()).gone, 1);
        assert.deepEqual(held(), [whole.slice(1), ['plain', 'looked-at', 'gone']]);
      },
      marking,
    ));

  it('is nothing at all while a row cannot be told, or none is there', () =>
    afterImportOf(
      line('one') + line('two') + line('three'),
      async (feeds) => {
        const damaged: readonly (readonly [string, number, string])[] = [
          [
            `${line('one')}two,https://two.example/,2026-03-01,stray\n`,
            3,
            'nothing was marked as gone: 1 row could not be read',
          ],
          [
            `${line('one')},https://two.example/,2026-03-01\n`,
            3,
            'nothing was marked as gone: 1 row could not be read',
          ],
          ['', 1, 'nothing was marked as gone: no row was read'],
        ];
        for (const [rows, row, reason] of damaged) {
          await feeds.write('feed.csv', head + rows);
          const { gone, warnings } = await feeds.import();
          assert.equal(gone, 0);
          assert.deepEqual(warnings, [{ file: './feed.csv', row, code: 'LW_WARN_NOTHING_GONE', reason }]);
        }
        assert.deepEqual(tagged(feeds), []);
        await feeds.write('feed.csv', head + line('one'));
        assert.equal((await feeds.import()).gone, 2);
      },
      marking,
    ));
});

describe('a dry run', () => {
  it('counts as the import after it does, also events of which nothing would change in MISP', () =>
    afterImportOf(line('one') + line('two') + line('three'), async (feeds, worker) => {
      await worker.stop();
      // The ledger is lost, MISP has the events.
      await rm(join(feeds.lab.folder, 'var'), { recursive: true });
      await feeds.lab.worker();
      const looked = await feeds.start('plain', { dryRun: true });
      const dry: ImportFeedResult = await looked.result();
      assert.match(
        await currentDetails(looked),
        /a dry run: nothing was written.*\n(.*\n)+\| 3 \| 0 \| 0 \| 3 \| 0 \|/,
      );
      const real = await feeds.import();
      const counts = ({ created, updated, unchanged }: typeof dry) => ({ created, updated, unchanged });
      assert.deepEqual(counts(dry), counts(real));
      assert.deepEqual([counts(dry), dry.preview], [{ created: 0, updated: 0, unchanged: 3 }, []]);
    }));
});

describe('a mapping that says something else of the same values', () => {
  it('changes comment and flags in MISP; while it says the same, those of people stay', () =>
    afterImportOf(row('a') + row('b'), async (feeds, worker) => {
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

describe('what a killed worker left in the temporary directory', () => {
  it('is gone once another has started', () =>
    withFeeds(site, async (feeds) => {
      const ours = await makeWorkFolder();
      const { pid } = spawnSync(process.execPath, ['-e', '']);
      const left = ours.replace(`-${process.pid}-`, `-${pid}-`);
      try {
        await mkdir(left);
        await feeds.lab.worker();
        await assert.rejects(access(left), { code: 'ENOENT' });
        await access(ours);
      } finally {
        for (const folder of [ours, left]) await rm(folder, { recursive: true, force: true });
      }
    }));
});
