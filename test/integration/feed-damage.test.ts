import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type FeedLab, plainCsv, plainFeed, plainRows, withFeeds } from '../support/feed-labs.js';
import { Site } from '../support/lab.js';

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

const uuidOf = (feeds: FeedLab, title: string): string => {
  const event = [...feeds.misp.events.values()].find(({ info }) => info === `Seen: ${title}`);
  return event?.uuid ?? '';
};

function urlsOf(feeds: FeedLab, title: string): readonly string[] {
  return (feeds.misp.events.get(uuidOf(feeds, title))?.attributes ?? []).map(({ value }) => value);
}

const movedTo = (path: string, ...names: readonly string[]) =>
  plainCsv(
    plainRows(3).map((row) =>
      names.includes(row.name) ? { ...row, url: `https://${row.name}.example/${path}` } : row,
    ),
  );

/** Files of the store under that prefix whose names hold this. */
async function files(feeds: FeedLab, prefix: string, part: string): Promise<readonly string[]> {
  const keys = await (await feeds.lab.store()).list(prefix);
  const found = keys.filter((key) => key.includes(part)).map((key) => join(feeds.lab.folder, 'var', key));
  assert.ok(found.length > 0, `nothing in ${prefix} has ${part}`);
  return found;
}

/** Damages this record alone: others may share its file. Answers what restores it, as from a backup. */
async function damage(file: string, content = 'damaged'): Promise<() => Promise<void>> {
  const whole = await readFile(file);
  await rm(file);
  await writeFile(file, content);
  return () => writeFile(file, whole);
}

describe('an import whose store is damaged', { concurrency: 3 }, () => {
  it('says again what it said before, where it can tell, and goes on with that', () =>
    withFeeds(site, async (feeds) => {
      await feeds.lab.worker();
      await feeds.write('feed.csv', plainCsv(plainRows(3)));
      await feeds.import();
      await feeds.write('feed.csv', movedTo('second', 'row-2'));
      await feeds.import();
      for (const file of await files(feeds, 'ledger/feeds/plain/events/', `${uuidOf(feeds, 'row-2')}.2.`)) {
        await damage(file);
      }
      const asked = feeds.misp.requests.length;
      const again = await feeds.import();
      assert.deepEqual([again.unchanged, again.rejected, again.problems], [3, 0, []]);
      const changes = feeds.misp.requests.slice(asked).filter(({ path }) => /add|edit/.test(path));
      assert.deepEqual(changes, [], 'MISP is looked at, and not written to');
      await feeds.write('feed.csv', movedTo('third', 'row-1', 'row-2'));
      assert.equal((await feeds.import()).updated, 2);
      assert.deepEqual(urlsOf(feeds, 'row-2'), ['https://row-2.example/third']);
      assert.equal((await feeds.import()).unchanged, 3);
    }));

  it('keeps back an event of which nobody can tell what was said, and only that, until it is restored', () =>
    withFeeds(site, async (feeds) => {
      await feeds.lab.worker();
      await feeds.write('feed.csv', plainCsv(plainRows(3)));
      await feeds.import();
      const uuid = uuidOf(feeds, 'row-2');
      const [file = ''] = await files(feeds, 'ledger/feeds/plain/events/', uuid);
      const restore = await damage(file, '{"version":1}\n');
      await feeds.write('feed.csv', movedTo('second', 'row-1', 'row-2', 'row-3'));
      for (const { updated, rejected, rejects, problems } of [
        await feeds.import('plain', { dryRun: true }),
        await feeds.import(),
        await feeds.import(),
      ]) {
        assert.ok(updated === 2 || updated === 0);
        assert.deepEqual([rejected, problems], [1, []]);
        const [reject] = rejects;
        assert.deepEqual([reject?.code, reject?.row], ['LW_STORE_CORRUPT', 3]);
        assert.match(
          reject?.reason ?? '',
          new RegExp(`^event ${uuid} is kept back until .* backup.*store record ledger/`),
        );
      }
      assert.deepEqual(urlsOf(feeds, 'row-1'), ['https://row-1.example/second']);
      assert.deepEqual(urlsOf(feeds, 'row-2'), ['https://row-2.example/']);
      assert.deepEqual(urlsOf(feeds, 'row-3'), ['https://row-3.example/second']);
      await restore();
      const mended = await feeds.import();
      assert.deepEqual([mended.updated, mended.unchanged, mended.rejected], [1, 2, 0]);
      assert.deepEqual(urlsOf(feeds, 'row-2'), ['https://row-2.example/second']);
    }));

  it('goes on where a file is damaged in which hundred records stand', () =>
    withFeeds(site, async (feeds) => {
      await feeds.lab.worker();
      await feeds.write('feed.csv', plainCsv(plainRows(130)));
      await feeds.import();
      for (const prefix of ['ledger/feeds/plain/events/', 'ledger/sinks/misp/outcomes/']) {
        const [file = ''] = await files(feeds, prefix, '.json');
        await writeFile(file, 'damaged');
      }
      const again = await feeds.import();
      assert.deepEqual([again.unchanged, again.rejected, feeds.misp.events.size], [130, 0, 130]);
      const changed = plainRows(130).map((row) => ({ ...row, url: `https://${row.name}.example/new` }));
      await feeds.write('feed.csv', plainCsv(changed));
      const { updated, rejected } = await feeds.import();
      assert.deepEqual([updated, rejected], [130, 0]);
      for (const { attributes } of feeds.misp.events.values()) assert.match(attributes[0]?.value ?? '', /new$/);
    }));

  it('sends an event only once whose outcome is damaged, and looks at nothing but the others', () =>
    withFeeds(site, async (feeds) => {
      await feeds.lab.worker();
      await feeds.write('feed.csv', plainCsv(plainRows(3)));
      await feeds.import();
      for (const file of await files(feeds, 'ledger/sinks/misp/outcomes/', '.outcome.')) await damage(file);
      for (const file of await files(feeds, 'ledger/feeds/plain/imports/', '.json')) await damage(file);
      const asked = feeds.misp.requests.length;
      assert.equal((await feeds.import()).unchanged, 3);
      assert.equal(feeds.misp.requests.length, asked);
      await feeds.write('feed.csv', movedTo('second', 'row-2'));
      assert.equal((await feeds.import()).updated, 1);
      assert.deepEqual(urlsOf(feeds, 'row-2'), ['https://row-2.example/second']);
    }));

  it('keeps back an event of which nobody can tell who sends it, and only that', () =>
    withFeeds(site, async (feeds) => {
      await feeds.write('feed.csv', plainCsv(plainRows(3)));
      const doomed = await feeds.lab.worker('after claim');
      const running = await feeds.start();
      assert.equal(await doomed.ended, 'SIGKILL');
      const [claim = ''] = await files(feeds, 'ledger/sinks/misp/claims/', '.claim-1.json');
      const restore = await damage(claim);
      await feeds.lab.worker();
      const { created, rejected, rejects } = await running.result();
      assert.deepEqual([created, rejected, rejects[0]?.code], [2, 1, 'LW_STORE_CORRUPT']);
      assert.match(rejects[0]?.reason ?? '', /is kept back until .*claim-1/);
      await restore();
      const again = await feeds.import();
      assert.deepEqual([again.created, again.unchanged, feeds.misp.events.size], [1, 2, 3]);
    }));

  it('marks as gone what has left all the same, and warns of what it cannot tell', () =>
    withFeeds(
      site,
      async (feeds) => {
        await feeds.lab.worker();
        await feeds.write('feed.csv', plainCsv(plainRows(3)));
        await feeds.import();
        const uuid = uuidOf(feeds, 'row-2');
        const [file = ''] = await files(feeds, 'ledger/feeds/plain/events/', uuid);
        const restore = await damage(file);
        await feeds.write('feed.csv', plainCsv(plainRows(1)));
        const first = await feeds.import();
        assert.equal(first.gone, 1);
        assert.deepEqual(feeds.misp.events.get(uuid)?.tags, ['plain']);
        assert.deepEqual(feeds.misp.events.get(uuidOf(feeds, 'row-3'))?.tags, ['plain', 'left']);
        await restore();
        assert.equal((await feeds.import()).gone, 1);
        assert.deepEqual(feeds.misp.events.get(uuid)?.tags, ['plain', 'left']);
      },
      { feeds: { plain: { ...plainFeed, tagGone: 'left' } } },
    ));
});
