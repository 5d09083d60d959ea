import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { describe, it } from 'node:test';
import { catalogue } from '../../../src/errors/catalogue.js';
import type { EventListing } from '../../../src/feeds/sources/source.js';
import { type FetchedFiles, failsWith, filesOf, type ServedBench, served } from '../../support/feed-sources.js';
import { whileListening } from '../../support/listening.js';
import { eventJson, MispFeedSite, numberedUuid, siteEvent } from '../../support/misp-feed-site.js';

interface Bench extends ServedBench {
  readonly site: MispFeedSite;
  /** Fetches with the state that the fetch before gave, as the ledger keeps it. */
  take(config?: Readonly<Record<string, unknown>>, path?: string): Promise<FetchedFiles>;
}

function withSite(body: (bench: Bench) => Promise<void>, site = new MispFeedSite()): Promise<void> {
  return served(site.listener, (bench) => {
    let known: Record<string, unknown> | undefined;
    return body({
      ...bench,
      site,
      take: async (config = {}, path = '/feed/') => {
        const fetched = filesOf(await bench.fetch(bench.at(path, config, {}, 'misp'), known));
        known = JSON.parse(JSON.stringify(fetched.state)) as Record<string, unknown>;
        return fetched;
      },
    });
  });
}

/** The numbers of the events that were fetched. */
function numbers({ files }: FetchedFiles): readonly number[] {
  return files.map(({ name }) => Number(name.slice(-17, -5)));
}

function listingOf({ listing }: FetchedFiles): EventListing {
  assert.ok(listing !== undefined);
  return listing;
}

const json = (number: number) => `${numberedUuid(number)}.json`;

describe('a feed of MISP at an address', () => {
  it('is its manifest first, and then a file for each of its events', () =>
    withSite(async ({ site, take, origin }) => {
      site.put(siteEvent(1), siteEvent(2));
      const fetched = await take();
      assert.equal(site.requests[0], '/feed/manifest.json');
      assert.deepEqual(site.takeRequests(), [json(1), json(2), 'manifest.json']);
      const [first] = fetched.files;
      assert.ok(first !== undefined);
      assert.deepEqual(
        [first.name, first.listed],
        [`${origin}/feed/${json(2)}`, { uuid: numberedUuid(2), timestamp: '1700000002', maxBytes: 64 * 1024 * 1024 }],
      );
      assert.equal(readFileSync(first.path, 'utf8'), eventJson(siteEvent(2)));
      const { uuids, unchanged, rejected, warnings } = listingOf(fetched);
      assert.deepEqual([uuids, unchanged, rejected, warnings], [[numberedUuid(1), numberedUuid(2)], 0, [], []]);
      assert.deepEqual((await readdir(dirname(first.path))).sort(), ['event-0', 'event-1']);
    }));

  it('is asked again only for what is new or has another timestamp', () =>
    withSite(async ({ site, take }) => {
      site.put(siteEvent(1), siteEvent(2), siteEvent(3));
      await take();
      site.takeRequests();
      // Also back in time: that is what the feed says now.
      site.put(siteEvent(2, 1_600_000_000), siteEvent(4));
      site.events.delete(numberedUuid(3));
      const fetched = await take();
      assert.deepEqual(site.takeRequests(), [json(2), json(4), 'manifest.json']);
      const { uuids, unchanged } = listingOf(fetched);
      assert.deepEqual([uuids, unchanged], [[1, 2, 4].map(numberedUuid), 1]);
      // One that comes back is new.
      site.put(siteEvent(3));
      assert.deepEqual(numbers(await take()), [3]);
      assert.deepEqual(numbers(await take()), []);
    }));

  it('is not read at all while its server says that the manifest did not change, and all was taken in', () =>
    withSite(async ({ site, take, at, fetch }) => {
      site.tagged = true;
      site.put(siteEvent(1), siteEvent(2));
      site.instead.set(json(2), 404);
      const { state } = await take();
      assert.equal(state.etag, undefined);
      site.instead.clear();
      const { state: settled } = await take();
      site.takeRequests();
      assert.deepEqual(await fetch(at('/feed/', {}, {}, 'misp'), settled), { kind: 'unchanged' });
      assert.deepEqual(site.takeRequests(), ['manifest.json']);
    }));

  it('may be named by its folder or its manifest, and a query goes with each request', () =>
    withSite(async ({ site, take, at, fetch }) => {
      site.put(siteEvent(1));
      await take();
      for (const path of ['/feed/manifest.json', '/feed/?token=hunter2#top']) {
        const { files } = filesOf(await fetch(at(path, {}, {}, 'misp')));
        assert.equal(files.length, 1);
        assert.doesNotMatch(files[0]?.name ?? '', /hunter2|\?/);
      }
      assert.deepEqual(
        site.seen.slice(-2).map(({ url }) => url),
        ['/feed/manifest.json?token=hunter2', `/feed/${json(1)}?token=hunter2`],
      );
      const { files, state } = filesOf(await fetch(at('/{key}/', { key: { env: 'KEY' } }, { KEY: 'feed' }, 'misp')));
      assert.match(files[0]?.name ?? '', /\/\{key\}\/5b0c5a1e-.*\.json$/);
      assert.doesNotMatch(JSON.stringify(state), /\/feed\//);
    }));

  it('may be at the root of its server', async () => {
    const site = new MispFeedSite();
    site.put(siteEvent(1));
    await served(site.listener, async ({ at, fetch, origin }) => {
      const { files } = filesOf(await fetch(at('', {}, {}, 'misp')));
      assert.deepEqual(
        files.map(({ name }) => name),
        [`${origin}/${json(1)}`],
      );
    });
  });

  it('is remembered for its own address only', () =>
    withSite(async ({ site, take, at, fetch }) => {
      site.put(siteEvent(1));
      const { state } = await take();
      for (const path of ['/feed/?other', '/feed/manifest.json']) {
        assert.equal(filesOf(await fetch(at(path, {}, {}, 'misp'), state)).files.length, 1);
      }
      assert.equal(filesOf(await fetch(at('/feed/', {}, {}, 'misp'), { list: { events: 7 } })).files.length, 1);
    }));

  it('keeps a file with events at an address what it was', () =>
    withSite(async ({ site, at, fetch }) => {
      site.instead.set('events.json', '[]');
      const { files, listing } = filesOf(await fetch(at('/feed/events.json', {}, {}, 'misp')));
      assert.deepEqual([files.length, listing], [1, undefined]);
      assert.deepEqual(site.takeRequests(), ['events.json']);
    }));

  it('sends its headers with each request, and never elsewhere', async () => {
    const elsewhere = new MispFeedSite();
    elsewhere.put(siteEvent(2));
    await whileListening(createServer(elsewhere.listener), ({ port }) =>
      withSite(async ({ site, take }) => {
        site.put(siteEvent(1), siteEvent(2));
        site.instead.set(json(2), (_request, response) => {
          response.writeHead(302, { location: `http://127.0.0.1:${port}/feed/${json(2)}` }).end();
        });
        const fetched = await take({ headers: { 'Auth-Key': 'secret' } });
        assert.deepEqual(numbers(fetched), [2, 1]);
        assert.ok(site.seen.length === 3 && site.seen.every(({ headers }) => headers['auth-key'] === 'secret'));
        assert.deepEqual(
          elsewhere.seen.map(({ headers }) => headers['auth-key']),
          [undefined],
        );
      }),
    );
  });

  it('is asked for four events at once, at most', () =>
    withSite(async ({ site, take }) => {
      const waiting: (() => void)[] = [];
      let most = 0;
      let left = 12;
      for (let number = 1; number <= 12; number += 1) {
        site.put(siteEvent(number));
        site.instead.set(json(number), (_request, response) => {
          waiting.push(() => response.end(eventJson(siteEvent(number))));
          most = Math.max(most, waiting.length);
          if (waiting.length < Math.min(4, left)) return;
          left -= waiting.length;
          for (const answer of waiting.splice(0)) answer();
        });
      }
      assert.equal((await take()).files.length, 12);
      assert.equal(most, 4);
    }));

  it('of a hundred thousand events is read in the memory of what is kept of them', () =>
    withSite(async ({ site, take }) => {
      for (let number = 1; number <= 100_000; number += 1) site.put(siteEvent(number));
      const fetched = await take({ maxEvents: 2 });
      assert.deepEqual(numbers(fetched), [100_000, 99_999]);
      assert.equal(listingOf(fetched).uuids.length, 100_000);
      assert.match(listingOf(fetched).warnings[0]?.reason ?? '', /^99998 events are left to the next import/);
    }));
});

describe('a manifest', () => {
  const broken: readonly (readonly [string, string])[] = [
    ['a page', '<!doctype html><title>Not here</title>'],
    ['empty', ''],
    ['cut off', '{"5b0c5a1e-8a3c-4c4e-9f8c-000000000001":{"timesta'],
    ['a list', '[{"uuid":"5b0c5a1e-8a3c-4c4e-9f8c-000000000001"}]'],
    ['a text', '"manifest"'],
    ['two documents', '{} {}'],
  ];
  for (const [what, body] of broken) {
    it(`that is ${what} is one error, and no event is asked for`, () =>
      withSite(async ({ site, at, fetch }) => {
        site.instead.set('manifest.json', body);
        const error = await failsWith('LW_FEED_FORMAT', fetch(at('/feed/', {}, {}, 'misp')));
        assert.match(error.message, /\/feed\/manifest\.json is no manifest of a MISP feed: .*source\.url/);
        assert.deepEqual(site.takeRequests(), ['manifest.json']);
      }));
  }

  it('that is not there, or not now, is the error of any address', () =>
    withSite(async ({ site, at, fetch }) => {
      site.instead.set('manifest.json', 404);
      await failsWith('LW_FEED_REFUSED', fetch(at('/feed/', {}, {}, 'misp')));
      site.instead.set('manifest.json', 503);
      await failsWith('LW_FEED_UNREACHABLE', fetch(at('/feed/', {}, {}, 'misp')));
      site.instead.delete('manifest.json');
      site.put(siteEvent(1));
      await failsWith('LW_FEED_TOO_LARGE', fetch(at('/feed/', { maxBytes: 50 }, {}, 'misp')));
      await failsWith('LW_FEED_ADDRESS', fetch(at('/feed/', { allowPrivate: false }, {}, 'misp')));
    }));

  for (const nothing of ['{}', '[]', ' [ ] \n', 'null']) {
    it(`without events may be ${JSON.stringify(nothing)}`, () =>
      withSite(async ({ site, take }) => {
        site.instead.set('manifest.json', nothing);
        const fetched = await take();
        assert.deepEqual([fetched.files, listingOf(fetched).uuids], [[], []]);
      }));
  }

  it('never becomes a path by what it calls its events', () =>
    withSite(async ({ site, take }) => {
      const names = [
        '../../secret',
        '..%2f..%2fsecret',
        '__proto__',
        'constructor',
        '',
        `${numberedUuid(1)}/../x`,
        'http://127.0.0.1/',
      ];
      const entries = [...names, numberedUuid(1)].map((name) => `${JSON.stringify(name)}:{"timestamp":"7"}`);
      site.instead.set('manifest.json', `{${entries.join(',')}}`);
      site.instead.set(json(1), eventJson(siteEvent(1)));
      const fetched = await take();
      assert.deepEqual(site.takeRequests(), [json(1), 'manifest.json']);
      const { uuids, unnamed, rejected } = listingOf(fetched);
      assert.deepEqual([uuids, unnamed], [[numberedUuid(1)], names.length]);
      assert.deepEqual(
        rejected.map(({ row, code }) => [row, code]),
        names.map((_, index) => [index + 1, 'LW_ROW_VALUE']),
      );
      assert.match(rejected[0]?.reason ?? '', /^`\.\.\/\.\.\/secret` is no UUID/);
      assert.equal(Object.getPrototypeOf(fetched.state.list?.events), Object.prototype);
      assert.deepEqual(Object.keys(fetched.state.list?.events ?? {}), [numberedUuid(1)]);
    }));

  it('that lists an event twice means the newest, and the file as it is written', () =>
    withSite(async ({ site, take }) => {
      const [lower, upper] = [numberedUuid(1), numberedUuid(1).toUpperCase()];
      site.put(siteEvent(1));
      site.instead.set(
        'manifest.json',
        `{"${lower}":{"timestamp":"5"},"${upper}":{"timestamp":9},"${lower}":{"timestamp":"7"}}`,
      );
      const fetched = await take();
      assert.deepEqual(site.takeRequests(), [`${upper}.json`, 'manifest.json']);
      assert.deepEqual(
        fetched.files.map(({ listed }) => listed),
        [{ uuid: lower, timestamp: '9', maxBytes: 64 * 1024 * 1024 }],
      );
      assert.equal(listingOf(fetched).uuids.length, 1);
    }));

  for (const entry of ['[]', 'null', '{}', '{"timestamp":{"a":1}}', '{"timestamp":"soon"}', '"text"', '{bad}']) {
    it(`whose entry is ${entry} lists the event all the same, which is fetched each time`, () =>
      withSite(async ({ site, take }) => {
        site.put(siteEvent(1));
        site.instead.set('manifest.json', `{"${numberedUuid(1)}":${entry}}`);
        for (let time = 0; time < 2; time += 1) {
          const fetched = await take();
          assert.deepEqual([numbers(fetched), listingOf(fetched).uuids], [[1], [numberedUuid(1)]]);
        }
      }));
  }
});

describe('an event that cannot be had', () => {
  it('is a rejected row with its reason, stops no other, and is asked for again', () =>
    withSite(async ({ site, take, origin }) => {
      for (let number = 1; number <= 6; number += 1) site.put(siteEvent(number));
      site.instead.set(json(1), 404);
      site.instead.set(json(2), 500);
      site.instead.set(json(3), 'x'.repeat(5000));
      site.instead.set(json(4), (request) => request.socket.destroy());
      site.instead.set(json(5), (_request, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end('not packed');
      });
      const fetched = await take({ maxEventBytes: 4000 });
      assert.deepEqual(numbers(fetched), [6]);
      const { rejected, uuids, unnamed } = listingOf(fetched);
      assert.deepEqual(rejected.map(({ file, row, code }) => [file, row, code]).sort(), [
        [`${origin}/feed/${json(1)}`, 1, 'LW_FEED_REFUSED'],
        [`${origin}/feed/${json(2)}`, 1, 'LW_FEED_UNREACHABLE'],
        [`${origin}/feed/${json(3)}`, 1, 'LW_FEED_TOO_LARGE'],
        [`${origin}/feed/${json(4)}`, 1, 'LW_FEED_UNREACHABLE'],
        [`${origin}/feed/${json(5)}`, 1, 'LW_FEED_FORMAT'],
      ]);
      for (const { code, reason } of rejected) assert.ok(code in catalogue && reason !== '');
      // They are listed: nobody may say that they left.
      assert.deepEqual([uuids.length, unnamed], [6, 0]);
      assert.deepEqual(await readdir(dirname(fetched.files[0]?.path ?? '')), ['event-0']);
      site.takeRequests();
      site.instead.clear();
      assert.deepEqual(numbers(await take()).toSorted(), [1, 2, 3, 4, 5]);
      assert.deepEqual(numbers(await take()), []);
    }));

  it('never keeps others from their turn', () =>
    withSite(async ({ site, take }) => {
      for (let number = 1; number <= 4; number += 1) site.put(siteEvent(number));
      for (const number of [3, 4]) site.instead.set(json(number), 404);
      const asked: (readonly string[])[] = [];
      for (let time = 0; time < 3; time += 1) {
        await take({ maxEvents: 2 });
        asked.push(site.takeRequests());
      }
      assert.deepEqual(asked, [
        [json(3), json(4), 'manifest.json'],
        [json(1), json(2), 'manifest.json'],
        [json(3), json(4), 'manifest.json'],
      ]);
    }));
});

describe('what one import does not fetch', () => {
  it('beyond the number of events is left to the next ones, until all were taken in', () =>
    withSite(async ({ site, take }) => {
      site.tagged = true;
      for (let number = 1; number <= 5; number += 1) site.put(siteEvent(number));
      const first = await take({ maxEvents: 2 });
      assert.deepEqual(numbers(first), [5, 4]);
      assert.deepEqual(
        listingOf(first).warnings.map(({ code, reason }) => [code, reason]),
        [['LW_WARN_LEFT', '3 events are left to the next import: `maxEvents` is 2']],
      );
      assert.deepEqual(numbers(await take({ maxEvents: 2 })), [3, 2]);
      const last = await take({ maxEvents: 2 });
      assert.deepEqual([numbers(last), listingOf(last).warnings, listingOf(last).unchanged], [[1], [], 4]);
      assert.notEqual(last.state.etag, undefined);
    }));

  it('beyond the size of all events together is left to the next ones', () =>
    withSite(async ({ site, take }) => {
      for (let number = 1; number <= 30; number += 1) {
        site.put(siteEvent(number));
        site.instead.set(json(number), eventJson({ ...siteEvent(number), info: 'x'.repeat(1000) }));
      }
      const fetched = await take({ maxUnpackedBytes: 6000, maxEventBytes: 4000 });
      assert.ok(fetched.files.length > 0 && fetched.files.length < 30);
      assert.match(
        listingOf(fetched).warnings[0]?.reason ?? '',
        /left to the next import: `maxUnpackedBytes` is 6000$/,
      );
      const rest = await take();
      assert.equal(fetched.files.length + rest.files.length, 30);
    }));

  it('is left to a server that is down, without asking it for each', () =>
    withSite(async ({ site, take }) => {
      for (let number = 1; number <= 100; number += 1) site.put(siteEvent(number));
      for (let number = 1; number <= 95; number += 1) {
        site.instead.set(json(number), (request) => request.socket.destroy());
      }
      const fetched = await take();
      assert.deepEqual(numbers(fetched), [100, 99, 98, 97, 96]);
      const { rejected, warnings } = listingOf(fetched);
      // Three may have failed before the last that was answered, and three are under way when the tenth fails.
      assert.ok(rejected.length >= 10 && rejected.length <= 16, String(rejected.length));
      const [left] = (warnings[0]?.reason ?? '').split(': no usable answer ');
      assert.equal(left, `${95 - rejected.length} events are left to the next import: the last answer was`);
      site.instead.clear();
      assert.equal((await take()).files.length, 95);
    }));

  it('is left to a server that asks for patience', () =>
    withSite(async ({ site, take }) => {
      for (let number = 1; number <= 50; number += 1) site.put(siteEvent(number));
      site.instead.set(json(45), (_request, response) => {
        response.writeHead(429, { 'retry-after': '60' }).end();
      });
      const fetched = await take();
      assert.ok(fetched.files.length >= 5 && fetched.files.length <= 12, String(fetched.files.length));
      assert.match(listingOf(fetched).warnings[0]?.reason ?? '', /answers 429: too many requests$/);
    }));

  it('within the time for the whole is left to the next one, the slow ones last', () =>
    withSite(async ({ site, take }) => {
      for (let number = 1; number <= 8; number += 1) site.put(siteEvent(number));
      const open: ServerResponse[] = [];
      for (const number of [5, 6, 7, 8]) {
        site.instead.set(json(number), (_request, response) => {
          open.push(response);
          response.writeHead(200);
          response.write('{');
        });
      }
      const fetched = await take({ timeout: '2s' });
      assert.deepEqual([numbers(fetched), listingOf(fetched).rejected, open.length], [[], [], 4]);
      assert.match(listingOf(fetched).warnings[0]?.reason ?? '', /^8 events are left .* `timeout` is over$/);
      assert.deepEqual(numbers(await take({ timeout: '2s' })), [4, 3, 2, 1]);
      site.instead.clear();
      assert.equal((await take()).files.length, 4);
    }));

  it('is nothing where the import itself is ended', () =>
    withSite(async ({ site, at, fetch }) => {
      site.put(siteEvent(1));
      const ended = new AbortController();
      site.instead.set(json(1), () => ended.abort(new Error('cancelled')));
      await assert.rejects(fetch(at('/feed/', {}, {}, 'misp'), undefined, ended.signal), /cancelled/);
    }));
});

describe('a check of a feed of MISP', () => {
  it('tells how many events its manifest lists, and reads the first byte of the newest', () =>
    withSite(async ({ site, at, origin }) => {
      site.put(siteEvent(1), siteEvent(2));
      const source = at('/feed/', {}, {}, 'misp');
      assert.deepEqual(await source.check(), [
        `${origin}/feed/manifest.json: lists 2 events`,
        'the newest can be read',
      ]);
      assert.deepEqual(site.takeRequests(), [json(2), 'manifest.json']);
      assert.equal(site.seen.at(-1)?.headers.range, 'bytes=0-0');
      site.instead.set('manifest.json', '{"x":{}}');
      assert.deepEqual(await source.check(), [
        `${origin}/feed/manifest.json: lists 0 events`,
        '1 of its entries have no UUID for a name',
      ]);
    }));

  it('fails where manifest or event may not be read', () =>
    withSite(async ({ site, at }) => {
      site.put(siteEvent(1));
      site.instead.set(json(1), 403);
      const source = at('/feed/', {}, {}, 'misp');
      await failsWith('LW_FEED_REFUSED', source.check());
      site.instead.set('manifest.json', 'no JSON');
      await failsWith('LW_FEED_FORMAT', source.check());
    }));
});
