import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import type { ImportFeedResult } from '../../src/workflows/feed-types.js';
import { type FeedLab, withFeeds } from '../support/feed-labs.js';
import type { KillPoint } from '../support/kill-points.js';
import { Site } from '../support/lab.js';
import { whileListening } from '../support/listening.js';
import { MispFeedSite, numberedUuid, siteEvent } from '../support/misp-feed-site.js';

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

const json = (number: number) => `${numberedUuid(number)}.json`;
const manifest = 'manifest.json';
const later = 1_800_000_000;

/** The feed `theirs`, at an address of this machine. */
function withAddress(
  work: (lab: FeedLab, web: MispFeedSite) => Promise<void>,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const web = new MispFeedSite();
  return whileListening(createServer(web.listener), ({ port }) => {
    const source = { url: `http://127.0.0.1:${port}/feed/`, insecure: true, allowPrivate: true, ...more };
    const theirs = { source, format: { kind: 'misp' }, tagGone: 'left' };
    return withFeeds(site, (lab) => work(lab, web), { feeds: { theirs, other: theirs } });
  });
}

function heldAs(lab: FeedLab, number: number): readonly [string, readonly string[]] {
  const event = lab.misp.events.get(numberedUuid(number));
  assert.ok(event !== undefined, `MISP has no event ${number}`);
  return [event.info, event.tags];
}

/** Counts of an import, in the order of its result line. */
async function counts(lab: FeedLab): Promise<readonly number[]> {
  const { rows, created, updated, unchanged, rejected, gone } = await lab.import('theirs');
  return [rows, created, updated, unchanged, rejected, gone];
}

describe('a feed of MISP at an address', { concurrency: 3 }, () => {
  it('gives what is new or changed, marks what left, and tries again what failed', () =>
    withAddress(async (lab, web) => {
      web.tagged = true;
      web.put(...[1, 2, 3, 4].map((number) => siteEvent(number)));
      await lab.lab.worker();
      assert.deepEqual(await counts(lab), [4, 4, 0, 0, 0, 0]);
      assert.deepEqual(web.takeRequests(), [json(1), json(2), json(3), json(4), manifest]);

      web.put(siteEvent(2, later, 'Changed'), siteEvent(4, later, 'Changed too'), siteEvent(5));
      web.events.delete(numberedUuid(3));
      web.instead.set(json(4), 500);
      const asked = lab.misp.requests.length;
      const result = await lab.import('theirs');
      assert.deepEqual(web.takeRequests(), [json(2), json(4), json(5), manifest]);
      const { rows, created, updated, unchanged, rejected, gone, problems } = result;
      assert.deepEqual([rows, created, updated, unchanged, rejected, gone, problems], [4, 1, 1, 1, 1, 1, []]);
      assert.deepEqual(
        result.rejects.map(({ file, code }) => [file.slice(-json(4).length), code]),
        [[json(4), 'LW_FEED_UNREACHABLE']],
      );
      assert.deepEqual(result.rejectedFiles, []);
      assert.deepEqual(
        [1, 2, 3, 4, 5].map((number) => heldAs(lab, number)),
        [
          ['Event 1', []],
          ['Changed', []],
          ['Event 3', ['left']],
          ['Event 4', []],
          ['Event 5', []],
        ],
      );
      assert.ok(lab.misp.requests.length > asked);

      web.instead.clear();
      assert.deepEqual(await counts(lab), [4, 0, 1, 3, 0, 0]);
      assert.deepEqual(web.takeRequests(), [json(4), manifest]);
      assert.deepEqual(heldAs(lab, 4), ['Changed too', []]);

      const quiet = lab.misp.requests.length;
      assert.deepEqual(await counts(lab), [4, 0, 0, 4, 0, 0]);
      assert.deepEqual(web.takeRequests(), [manifest]);
      assert.equal(lab.misp.requests.length, quiet);

      web.put(siteEvent(3));
      assert.deepEqual(await counts(lab), [5, 0, 1, 4, 0, 0]);
      assert.deepEqual(web.takeRequests(), [json(3), manifest]);
      assert.deepEqual(heldAs(lab, 3), ['Event 3', []]);
      assert.deepEqual(await lab.spooled(), []);
    }));

  it('takes in many events in several imports, none twice', () =>
    withAddress(
      async (lab, web) => {
        web.put(...[1, 2, 3, 4, 5].map((number) => siteEvent(number)));
        await lab.lab.worker();
        const first = await lab.import('theirs');
        assert.deepEqual([first.rows, first.created, first.gone], [2, 2, 0]);
        assert.deepEqual(
          first.warnings.map(({ code, reason }) => [code, reason]),
          [['LW_WARN_LEFT', '3 events are left to the next import: `maxEvents` is 2']],
        );
        assert.deepEqual(await counts(lab), [4, 2, 0, 2, 0, 0]);
        assert.deepEqual(await counts(lab), [5, 1, 0, 4, 0, 0]);
        const asked = web.requests.filter((path) => !path.endsWith(manifest));
        assert.equal(new Set(asked).size, 5);
        assert.equal(asked.length, 5);
      },
      { maxEvents: 2 },
    ));

  it('rejects what is no event or another one, and marks nothing as gone by entries that name none', () =>
    withAddress(async (lab, web) => {
      web.put(...[1, 2, 3, 4, 5].map((number) => siteEvent(number)));
      await lab.lab.worker();
      await lab.import('theirs');
      web.takeRequests();
      for (const number of [1, 2, 3, 4]) web.put(siteEvent(number, later, 'Changed'));
      web.events.delete(numberedUuid(5));
      web.instead.set(json(1), '<!doctype html>');
      web.instead.set(json(2), '{"Event":{"info":"cut');
      web.instead.set(
        json(3),
        JSON.stringify({ Event: { uuid: numberedUuid(9), info: 'Another', date: '2026-03-01' } }),
      );
      web.instead.set(manifest, web.manifest.replace(/}$/, ',"../../secret":{"timestamp":"1"}}'));
      const result = await lab.import('theirs');
      assert.deepEqual([result.updated, result.rejected, result.gone, result.problems], [1, 4, 0, []]);
      assert.deepEqual(result.rejects.map(({ code }) => code).sort(), [
        'LW_FEED_FORMAT',
        'LW_FEED_TRUNCATED',
        'LW_ROW_VALUE',
        'LW_ROW_VALUE',
      ]);
      assert.deepEqual(
        result.warnings.map(({ code }) => code),
        ['LW_WARN_NOTHING_GONE'],
      );
      assert.equal(lab.misp.events.has(numberedUuid(9)), false);
      // The one that has a text to mend.
      assert.equal(result.rejectedFiles.length, 1);
      web.takeRequests();
      web.instead.clear();
      assert.deepEqual(await counts(lab), [4, 0, 3, 1, 0, 1]);
      assert.deepEqual(web.takeRequests(), [json(1), json(2), json(3), manifest]);
    }));

  it('is asked again for what MISP refused', () =>
    withAddress(async (lab, web) => {
      web.tagged = true;
      web.put(siteEvent(1), siteEvent(2));
      await lab.lab.worker();
      await lab.import('theirs');
      const refused = lab.misp.events.get(numberedUuid(1));
      assert.ok(refused !== undefined);
      refused.foreign = true;
      web.put(siteEvent(1, later, 'Changed'), siteEvent(2, later, 'Changed'));
      assert.deepEqual(await counts(lab), [2, 0, 1, 0, 1, 0]);
      web.takeRequests();
      refused.foreign = false;
      assert.deepEqual(await counts(lab), [2, 0, 1, 1, 0, 0]);
      assert.deepEqual(web.takeRequests(), [json(1), manifest]);
      assert.deepEqual(heldAs(lab, 1), ['Changed', []]);
    }));

  it('is fetched once more where its file is older than its manifest', () =>
    withAddress(async (lab, web) => {
      web.put(siteEvent(1));
      await lab.lab.worker();
      await lab.import('theirs');
      const before = web.manifest;
      web.put(siteEvent(1, later));
      const newer = web.manifest;
      web.put(siteEvent(1));
      assert.equal(web.manifest, before);
      web.instead.set(manifest, newer);
      web.takeRequests();
      const codes: (readonly string[])[] = [];
      for (let time = 0; time < 3; time += 1) codes.push((await lab.import('theirs')).warnings.map(({ code }) => code));
      assert.deepEqual(codes, [['LW_WARN_OLDER'], ['LW_WARN_OLDER'], []]);
      assert.deepEqual(web.takeRequests(), [json(1), json(1), manifest, manifest, manifest]);
    }));

  it('is only looked at by a dry run', () =>
    withAddress(async (lab, web) => {
      web.put(siteEvent(1), siteEvent(2));
      await lab.lab.worker();
      for (let time = 0; time < 2; time += 1) {
        const { created, preview = [] } = await lab.import('theirs', { dryRun: true });
        assert.deepEqual([created, preview.length, lab.misp.events.size], [2, 2, 0]);
        assert.deepEqual(web.takeRequests(), [json(1), json(2), manifest]);
      }
      assert.deepEqual(await counts(lab), [2, 2, 0, 0, 0, 0]);
    }));
});

const points: readonly KillPoint[] = ['after state', 'after outcome', 'before report', 'after import record'];

describe('two imports of a feed of MISP at an address at the same time', () => {
  it('add each event once, and neither takes one of the other for that of somebody else', () =>
    withAddress(async (lab, web) => {
      web.put(...Array.from({ length: 60 }, (_, index) => siteEvent(index + 1)));
      await lab.lab.worker();
      const running = [await lab.start('theirs'), await lab.start('theirs')];
      const results: readonly ImportFeedResult[] = await Promise.all(running.map((import_) => import_.result()));
      assert.deepEqual(
        results.map(({ rows, rejected }) => [rows, rejected]),
        [
          [60, 0],
          [60, 0],
        ],
      );
      assert.equal(lab.misp.events.size, 60);
    }));
});

describe('a worker that dies in an import of a feed of MISP at an address', { concurrency: 3 }, () => {
  /** One event changed, one new, one gone. */
  async function begin(lab: FeedLab, web: MispFeedSite): Promise<void> {
    web.tagged = true;
    web.put(...[1, 2, 3].map((number) => siteEvent(number)));
    const well = await lab.lab.worker();
    await lab.import('theirs');
    await well.stop();
    web.put(siteEvent(2, later, 'Changed'), siteEvent(4));
    web.events.delete(numberedUuid(3));
  }

  for (const point of points) {
    it(`${point}: nothing of it is forgotten, and what left can come back`, () =>
      withAddress(async (lab, web) => {
        await begin(lab, web);
        const doomed = await lab.lab.worker(point);
        const running = await lab.start('theirs');
        assert.equal(await doomed.ended, 'SIGKILL');
        await lab.lab.worker(point);
        await running.result();
        assert.deepEqual(
          [1, 2, 3, 4].map((number) => heldAs(lab, number)),
          [
            ['Event 1', []],
            ['Changed', []],
            ['Event 3', ['left']],
            ['Event 4', []],
          ],
        );
        web.put(siteEvent(3));
        assert.deepEqual(await counts(lab), [4, 0, 1, 3, 0, 0]);
        assert.deepEqual(heldAs(lab, 3), ['Event 3', []]);
      }));
  }

  for (const point of ['after claim', 'after send'] as const) {
    it(`${point}: what it has added is its own, and what others have is theirs`, () =>
      withAddress(async (lab, web) => {
        web.put(...[1, 2, 3].map((number) => siteEvent(number)));
        const before = await lab.lab.worker();
        await lab.import('other');
        await before.stop();
        const theirs = structuredClone(lab.misp.events);
        web.put(...[1, 2, 3, 4, 5, 6].map((number) => siteEvent(number, later, 'Changed')));
        const doomed = await lab.lab.worker(point);
        const running = await lab.start('theirs');
        assert.equal(await doomed.ended, 'SIGKILL');
        await lab.lab.worker(point);
        const result: ImportFeedResult = await running.result();
        assert.deepEqual([result.rows, result.rejected, lab.misp.events.size], [6, 3, 6]);
        assert.deepEqual(
          result.rejects.map(({ code }) => code),
          ['LW_ROW_TAKEN', 'LW_ROW_TAKEN', 'LW_ROW_TAKEN'],
        );
        for (const [uuid, event] of theirs) assert.deepEqual(lab.misp.events.get(uuid), event);
        assert.deepEqual(heldAs(lab, 4), ['Changed', []]);
        assert.deepEqual(await counts(lab), [6, 0, 0, 3, 3, 0]);
      }));
  }

  for (const point of ['after revision', 'before report'] as const) {
    it(`${point}, and is never resumed: the next import takes in what it had in hand`, () =>
      withAddress(async (lab, web) => {
        await begin(lab, web);
        const doomed = await lab.lab.worker(point);
        const running = await lab.start('theirs');
        assert.equal(await doomed.ended, 'SIGKILL');
        await running.terminate('nobody goes on with it');
        // As if it had never left: its manifest is the one of the import before.
        web.events.clear();
        web.put(siteEvent(1), siteEvent(2), siteEvent(3));
        await lab.lab.worker(point);
        await lab.import('theirs');
        assert.deepEqual(
          [1, 2, 3].map((number) => heldAs(lab, number)),
          [
            ['Event 1', []],
            ['Event 2', []],
            ['Event 3', []],
          ],
        );
      }));
  }
});
