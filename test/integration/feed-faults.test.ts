import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CancelledFailure, WorkflowFailedError } from '@temporalio/client';
import type { ImportFeedResult, ImportProgress } from '../../src/workflows/feed-types.js';
import { currentDetails } from '../support/current-details.js';
import { type FeedLab, plainCsv, plainFeed, plainRows, withFeeds } from '../support/feed-labs.js';
import { Site } from '../support/lab.js';
import { whileListening } from '../support/listening.js';
import { failureOf, mispConfig } from '../support/soar-labs.js';
import { eventually } from '../support/temporal.js';

const concurrency = 3;

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

async function firstEvents(feeds: FeedLab, count: number): Promise<void> {
  const look = async () => (feeds.misp.events.size >= count ? true : undefined);
  await eventually(look, `${count} events are in MISP`, 60_000);
}

function urlOf(feeds: FeedLab, title: string): readonly string[] {
  const event = [...feeds.misp.events.values()].find(({ info }) => info === title);
  return (event?.attributes ?? []).map(({ value }) => value);
}

describe('an import that meets trouble', { concurrency }, () => {
  it('goes on where it was when its worker is killed in the middle of 5,000 rows', () =>
    withFeeds(site, async (feeds) => {
      await feeds.write('feed.csv', plainCsv(plainRows(5000)));
      const doomed = await feeds.lab.worker();
      const running = await feeds.start();
      await firstEvents(feeds, 700);
      await doomed.kill();
      const sentBefore = feeds.misp.requests.length;
      await feeds.lab.worker();
      const result: ImportFeedResult = await running.result();
      assert.equal(result.created + result.updated + result.unchanged, 5000);
      assert.equal(feeds.misp.events.size, 5000);
      // What was under way is looked at again, and nothing else.
      assert.ok(feeds.misp.requests.length - sentBefore < 4600, `${feeds.misp.requests.length - sentBefore} requests`);
      const again = await feeds.import();
      assert.deepEqual([again.created, again.updated, again.unchanged], [0, 0, 5000]);
    }));

  it('waits while MISP is down, and says why', () =>
    withFeeds(site, async (feeds) => {
      await feeds.write('feed.csv', plainCsv(plainRows(250)));
      await feeds.lab.worker();
      const running = await feeds.start();
      await firstEvents(feeds, 30);
      await feeds.misp.down();
      const trouble = async () => {
        const { raw } = await running.describe();
        return (
          raw.pendingActivities?.map(({ lastFailure }) => lastFailure?.message).find((message) => message) ?? undefined
        );
      };
      assert.match(await eventually(trouble, 'the Web UI shows why'), /LW_MISP_(UNAVAILABLE|AMBIGUOUS)/);
      await feeds.misp.up();
      const result: ImportFeedResult = await running.result();
      assert.equal(result.created + result.updated + result.unchanged, 250);
      assert.equal(feeds.misp.events.size, 250);
    }));

  it('writes nothing twice where the connection was cut after MISP had stored the event', () =>
    withFeeds(site, async (feeds) => {
      await feeds.write('feed.csv', plainCsv(plainRows(5)));
      feeds.misp.fault({ match: '/events/add', kind: 'cut-after-store', times: 3 });
      await feeds.lab.worker();
      const result = await feeds.import();
      assert.equal(result.created + result.updated + result.unchanged, 5);
      assert.deepEqual(urlOf(feeds, 'Seen: row-1'), ['https://row-1.example/']);
      assert.equal(feeds.misp.events.size, 5);
    }));

  it('asks less of a MISP that answers 503 and 429 for a while, and writes each event once', () =>
    withFeeds(site, async (feeds) => {
      await feeds.write('feed.csv', plainCsv(plainRows(30)));
      feeds.misp.fault({ match: '/events/add', kind: 'status', status: 503, times: 2 });
      feeds.misp.fault({ match: '/events/add', kind: 'status', status: 429, body: 'slow down', times: 2 });
      await feeds.lab.worker();
      const running = await feeds.start();
      const result: ImportFeedResult = await running.result();
      assert.deepEqual([result.created, result.updated, result.rejected, result.problems], [30, 0, 0, []]);
      assert.equal(feeds.misp.events.size, 30);
      const { writers, done } = await running.query<ImportProgress>('progress');
      assert.ok(writers < 3, `${writers} writers at the end, of 3`);
      assert.equal(done, 30);
    }));

  it('ends when it is cancelled, whatever MISP holds back, clears away, and a later one goes on from there', () =>
    withFeeds(site, async (feeds) => {
      await feeds.lab.configure({ misp: { ...mispConfig(feeds.misp, 'MISP_KEY'), timeout: '10m' } });
      await feeds.write('feed.csv', plainCsv(plainRows(2000)));
      // It is never answered: an import that waited for it would not end before that timeout.
      let isHeld: true | undefined;
      const held = () => {
        isHeld = true;
        return new Promise<void>(() => undefined);
      };
      feeds.misp.fault({ match: '/events/add', holds: 'row-60.example', kind: 'slow', held });
      await feeds.lab.worker();
      const running = await feeds.start();
      await eventually(async () => isHeld, 'MISP has a request that it does not answer', 60_000);
      await running.cancel();
      await assert.rejects(running.result(), (error) => {
        assert.ok(error instanceof WorkflowFailedError && error.cause instanceof CancelledFailure, String(error));
        return true;
      });
      const written = feeds.misp.events.size;
      assert.ok(written < 2000);
      assert.deepEqual(await feeds.spooled(), []);
      const result = await feeds.import();
      assert.equal(feeds.misp.events.size, 2000);
      assert.ok(result.unchanged > 0 && result.unchanged <= written, `${result.unchanged} of ${written} were known`);
    }));

  it('never lets an older import land on a newer one', () =>
    withFeeds(site, async (feeds) => {
      await feeds.write('feed.csv', plainCsv(plainRows(1)));
      const send = feeds.lab.holdAt('before send');
      await feeds.lab.worker();
      const older = await feeds.start();
      await send.reached();
      assert.match(await currentDetails(older), /0 of 1 events to write are done, with 3 at a time\n/);
      await feeds.write('feed.csv', plainCsv([{ name: 'row-1', url: 'https://newer.example/' }]));
      const newer = await feeds.start();
      const waits = async () => {
        const { raw } = await newer.describe();
        return raw.pendingActivities?.find(({ lastFailure }) =>
          /LW_CARRIED_ELSEWHERE/.test(lastFailure?.message ?? ''),
        );
      };
      await eventually(waits, 'the newer import waits for the older one');
      await send.release();
      await older.result();
      await newer.result();
      assert.deepEqual(urlOf(feeds, 'Seen: row-1'), ['https://newer.example/']);
      assert.equal(feeds.misp.events.size, 1);
    }));

  it('imports what can be read of a truncated file, and says that the rest is missing', () =>
    withFeeds(
      site,
      async (feeds) => {
        const whole = gzipSync(Buffer.from(plainCsv(plainRows(3000))));
        await feeds.write('cut.csv.gz', whole.subarray(0, whole.length - 2000));
        await feeds.write('good.csv', plainCsv([{ name: 'good' }]));
        await feeds.lab.worker();
        const { problems, created, rejected, rows } = await feeds.import();
        assert.deepEqual(
          problems.map(({ code }) => code),
          ['LW_FEED_TRUNCATED'],
        );
        assert.ok(rows > 1000 && rows < 3001, `${rows} rows`);
        assert.equal(created + rejected, rows);
        assert.ok(feeds.titles.includes('Seen: good'));
      },
      { feeds: { plain: { ...plainFeed, source: './*.csv*' } } },
    ));

  it('rejects the row of a UUID that MISP has on its blocklist, and no other', () =>
    withFeeds(site, async (feeds) => {
      await feeds.write('feed.csv', plainCsv(plainRows(3)));
      await feeds.lab.worker();
      await feeds.import();
      const [first] = feeds.misp.events.values();
      assert.ok(first !== undefined);
      feeds.misp.deleteEvent(first.uuid);
      const changed = plainRows(3).map((row) => ({ ...row, url: `https://${row.name}.example/new` }));
      await feeds.write('feed.csv', plainCsv(changed));
      const { updated, rejected, rejects, rejectedFiles } = await feeds.import();
      assert.deepEqual([updated, rejected], [2, 1]);
      assert.equal(rejects[0]?.code, 'LW_ROW_BLOCKED');
      assert.match(rejects[0]?.reason ?? '', /blocklist/);
      assert.equal(rejectedFiles.length, 1);
    }));

  it('ends at once, with a word on what to mend, where the key may not add events', () =>
    withFeeds(site, async (feeds) => {
      await feeds.lab.configure({ misp: mispConfig(feeds.misp, 'WRONG_KEY') });
      await feeds.write('feed.csv', plainCsv(plainRows(300)));
      await feeds.lab.worker();
      const { code, message, result } = await failureOf(feeds.import());
      assert.equal(code, 'LW_MISP_AUTH', message);
      assert.deepEqual({ ...(result as ImportFeedResult) }.created, 0);
      assert.ok(feeds.misp.requests.length < 20, `${feeds.misp.requests.length} requests`);
    }));

  it('sends nothing where the mapping fits no row', () =>
    withFeeds(
      site,
      async (feeds) => {
        await feeds.write('feed.csv', plainCsv(plainRows(10)));
        await feeds.lab.worker();
        const { code, message } = await failureOf(feeds.import());
        assert.equal(code, 'LW_FEED_MAPPING');
        assert.match(message, /feed\.csv, row 2/);
        assert.equal(feeds.misp.requests.length, 0);
      },
      { feeds: { plain: { ...plainFeed, event: { ...plainFeed.event, date: '{url}' } } } },
    ));

  it('fails in words of its own where the file is not there', () =>
    withFeeds(site, async (feeds) => {
      await feeds.lab.worker();
      const { code, message } = await failureOf(feeds.import());
      assert.equal(code, 'LW_FEED_UNREADABLE');
      assert.match(message, /feed\.csv/);
    }));

  it('gives up an event that MISP fails at each time, and only that', () =>
    withFeeds(site, async (feeds) => {
      await feeds.write('feed.csv', plainCsv(plainRows(130)));
      feeds.misp.fault({ match: '/events/add', holds: 'row-7.example', kind: 'status', status: 500, times: 8 });
      await feeds.lab.worker();
      const first = await feeds.import();
      assert.deepEqual([first.created, first.rejected, first.rejects[0]?.code], [129, 1, 'LW_ROW_REJECTED']);
      assert.match(first.rejects[0]?.reason ?? '', /500/);
      const again = await feeds.import();
      assert.deepEqual([again.created, again.unchanged, again.rejected], [1, 129, 0]);
    }));

  it('gives up none that had no turn, however many MISP fails at before', () =>
    withFeeds(
      site,
      async (feeds) => {
        // More than have a turn before any is given up: the good ones come behind them.
        const poison = Array.from({ length: 28 }, (_, index) => ({ name: `poison-${index}` }));
        const rows = [...poison, ...plainRows(5)];
        await feeds.write('feed.csv', plainCsv(rows));
        feeds.misp.fault({ match: '/events/add', holds: 'poison-', kind: 'status', status: 500, times: 1000 });
        await feeds.lab.worker();
        const { created, rejected, rejects } = await feeds.import();
        assert.deepEqual([created, rejected], [5, poison.length]);
        assert.ok(rejects.every(({ row }) => row <= poison.length + 1));
      },
      { feeds: { plain: { ...plainFeed, writers: 1 } } },
    ));

  it('stays small in its history where one rejected event has thousands of rows', () =>
    withFeeds(
      site,
      async (feeds) => {
        feeds.misp.setOrganisationBlocked(true);
        await feeds.write('feed.csv', plainCsv(plainRows(6000)));
        await feeds.lab.worker();
        const running = await feeds.start();
        const result: ImportFeedResult = await running.result();
        assert.deepEqual([result.rejected, result.rejects.length], [6000, 100]);
        const { historyLength, raw } = await running.describe();
        assert.ok(historyLength < 50);
        assert.ok(Number(raw.workflowExecutionInfo?.historySizeBytes) < 200_000);
      },
      { feeds: { plain: { ...plainFeed, groupBy: [] } } },
    ));

  it('tries again what MISP rejected, also where the source says that nothing has changed', async () => {
    const asked: (string | undefined)[] = [];
    let answerFirst: (() => void) | undefined;
    const server = createServer((request, response) => {
      asked.push(request.headers['if-none-match']);
      const same = request.headers['if-none-match'] === '"one"';
      const answer = () =>
        void response.writeHead(same ? 304 : 200, { etag: '"one"' }).end(same ? undefined : plainCsv(plainRows(3)));
      if (asked.length > 1) answer();
      else answerFirst = answer;
    });
    await whileListening(server, ({ port }) =>
      withFeeds(
        site,
        async (feeds) => {
          feeds.misp.setOrganisationBlocked(true);
          await feeds.lab.worker();
          const first = await feeds.start();
          const answer = await eventually(async () => answerFirst, 'the source is asked');
          assert.match(await currentDetails(first), /^\*\*plain\*\*: reading the source/);
          answer();
          assert.equal(((await first.result()) as ImportFeedResult).rejected, 3);
          feeds.misp.setOrganisationBlocked(false);
          assert.equal((await feeds.import()).created, 3);
          assert.equal((await feeds.import()).unchanged, 3);
          assert.deepEqual(asked, [undefined, undefined, '"one"']);
        },
        {
          feeds: {
            plain: {
              ...plainFeed,
              source: { url: `http://127.0.0.1:${port}/feed.csv`, insecure: true, allowPrivate: true },
            },
          },
        },
      ),
    );
  });
});
