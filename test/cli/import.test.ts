import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { docBlocks } from '../support/doc-blocks.js';
import { plainCsv, plainFeed, plainRows } from '../support/feed-labs.js';
import { FeedPlace } from '../support/feed-place.js';

let feeds: FeedPlace;
before(async () => {
  feeds = await FeedPlace.open();
});
after(() => feeds.close());

const run = (...args: readonly string[]) => feeds.place.run('import', ...args);

/** The row of the table of counts: rows, created, updated, unchanged, rejected rows. */
function counts(stdout: string, feed = 'plain'): readonly number[] {
  const line = stdout.split('\n').find((one) => one.startsWith(`│ ${feed} `)) ?? '';
  return line.split('│').slice(2, -1).map(Number);
}

describe('lurewatch import', () => {
  let detached = '';

  it('let go with Ctrl-C says how to look on', async () => {
    await feeds.configure({ plain: plainFeed, later: { ...plainFeed, source: './later.csv' } });
    await feeds.write('later.csv', plainCsv([{ name: 'later' }]));
    const waiting = feeds.place.start('import', 'later', '--json');
    await waiting.said('no worker polls the task queue lurewatch');
    waiting.signal('SIGINT');
    const { status, stdout, stderr } = await waiting.ended;
    assert.equal(status, 1);
    const answer = JSON.parse(stdout);
    assert.equal(answer.detached, true);
    detached = answer.workflowId;
    assert.match(stderr, /The import goes on without us/);
    assert.ok(stderr.includes(`--workflow-id ${detached}`));
  });

  it('without a worker says so, waits, and gives the result as one document once there is one', async () => {
    await feeds.write('feed.csv', plainCsv(plainRows(2)));
    const waiting = feeds.place.start('import', 'plain', '--json');
    await waiting.said('no worker polls the task queue lurewatch');
    await feeds.withWorker(async () => {
      const { status, stdout } = await waiting.ended;
      assert.equal(status, 0);
      const { feed, rows, created, updated, unchanged, rejected, rejects, written, problems } = JSON.parse(stdout);
      assert.deepEqual([feed, rows, created, updated, unchanged, rejected], ['plain', 2, 2, 0, 0, 0]);
      assert.deepEqual([rejects, problems], [[], []]);
      assert.deepEqual(written.map(({ row, action }: { row: number; action: string }) => `${row} ${action}`).sort(), [
        '2 created',
        '3 created',
      ]);
      // The one that was let go has gone on.
      const later = await feeds.place.temporal.client.workflow.getHandle(detached).result();
      assert.equal(later.created, 1);
    });
  });

  it('tells each event with its address, the counts, and what was left out and why', async () => {
    await feeds.configure({ plain: { ...plainFeed, attributes: [...plainFeed.attributes, extra] } });
    const rows = plainCsv(plainRows(3)).replace('row-2.example/', 'row-2.example/new');
    await feeds.write(
      'feed.csv',
      `${rows}row-4,https://row-4.example/,one day\nrow-5\nrow-6,https://a.example/,2026-03-01\n`,
    );
    await feeds.withWorker(async () => {
      const { status, stdout, stderr } = await run('plain');
      assert.equal(status, 0, stderr);
      assert.match(stdout, new RegExp(`^\\./feed\\.csv, row 4: created ${feeds.misp.url}/events/view/\\d+$`, 'm'));
      assert.match(stdout, new RegExp(`^\\./feed\\.csv, row 3: updated ${feeds.misp.url}/events/view/\\d+$`, 'm'));
      // The first event is as it was: MISP would not take what is new in it.
      assert.deepEqual(counts(stdout), [6, 2, 1, 1, 2]);
      assert.match(
        stderr,
        /^rejected: \.\/feed\.csv, row 5: event\.date: .*`one day` is no date.* \[LW_ROW_DATE\]\nrejected: \.\/feed\.csv, row 6: has 1 column.* \[LW_ROW_COLUMNS\]$/m,
      );
      assert.match(
        stderr,
        /^warning: \.\/feed\.csv, row 2: attributes\[1\] \(ip-dst\): left out.* \[LW_WARN_VALUE\]$/m,
      );
      const file = join(feeds.place.folder, 'feed.csv.rejected');
      assert.ok(stderr.includes(`Rejected rows: ${file}. Mend a copy, then import that with --from.\n`), stderr);
      assert.match(await readFile(file, 'utf8'), /^name,url,seen\n/);
      const again = await run('plain');
      assert.equal(again.status, 0);
      assert.deepEqual(counts(again.stdout), [6, 0, 0, 4, 2]);
      assert.doesNotMatch(again.stdout, /events\/view/);
    });
  });

  it('with --dry-run prints the exact events, says beside them what would change, and changes nothing', async () => {
    await feeds.configure({ plain: plainFeed });
    await feeds.write('feed.csv', plainCsv([...plainRows(2), { name: 'new' }, { name: 'bad', seen: 'no day' }]));
    await feeds.withWorker(async () => {
      const [kept, requests] = [await feeds.kept(), feeds.misp.requests.length];
      const { status, stdout, stderr } = await run('plain', '--dry-run');
      assert.equal(status, 0, stderr);
      const events = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      const added = events.find(({ info }) => info === 'Seen: new');
      assert.deepEqual(
        added.Attribute.map(({ type, value, comment }: Record<string, unknown>) => [type, value, comment]),
        [['url', 'https://new.example/', 'Address']],
      );
      assert.match(stderr, /^\.\/feed\.csv, row \d would update its event: .*url/m);
      assert.match(stderr, /^rejected: \.\/feed\.csv, row 5/m);
      assert.match(
        stderr,
        /^Dry run, nothing was written: 4 rows; 1 event would be created, \d updated, .* 1 row would be rejected\.$/m,
      );
      assert.deepEqual(await feeds.kept(), kept);
      assert.deepEqual(feeds.changesSince(requests), []);
      const json = await run('plain', '--dry-run', '--json');
      const { preview, created } = JSON.parse(json.stdout);
      assert.equal(created, 1);
      assert.deepEqual(preview.find(({ action }: { action: string }) => action === 'create').event, added);
      // What was shown is what is sent.
      await run('plain');
      const sent = feeds.misp.requests
        .slice(requests)
        .find(({ path, body }) => path.includes('/events/add') && body.includes('Seen: new'));
      assert.deepEqual(JSON.parse(sent?.body ?? '{}'), { Event: added });
    });
  });

  it('tells of which file each row is, where the source is many', async () => {
    await feeds.configure({
      drop: { ...plainFeed, source: './drop/**/*.csv', groupBy: ['name', 'url'], attributes: [link] },
    });
    for (const name of ['one', 'two']) {
      await mkdir(join(feeds.place.folder, 'drop', name), { recursive: true });
      await feeds.write(
        `drop/${name}/feed.csv`,
        plainCsv([{ name }, { name, url: `not of ${name}` }, { name, url: `https://${name}.example/2`, seen: 'once' }]),
      );
    }
    const places = ['one', 'two'].map((name) => `drop/${name}/feed.csv, row `);
    await feeds.withWorker(async () => {
      for (const what of [['--dry-run'], []]) {
        const { status, stdout, stderr } = await run('drop', ...what);
        assert.equal(status, 0, stderr);
        for (const place of places) {
          if (what.length === 0) assert.match(stdout, new RegExp(`^${place}2: created `, 'm'));
          assert.match(stderr, new RegExp(`^rejected: ${place}3: attributes: .*\\[LW_ROW_VALUE\\]$`, 'm'));
          assert.match(stderr, new RegExp(`^rejected: ${place}4: event\\.date: .*\\[LW_ROW_DATE\\]$`, 'm'));
        }
      }
      for (const name of ['one', 'two']) {
        await feeds.write(`drop/${name}/feed.csv`, plainCsv([{ name, seen: '2026-03-02' }]));
      }
      const { stderr } = await run('drop', '--dry-run');
      for (const place of places) assert.match(stderr, new RegExp(`^${place}2 would update its event: date`, 'm'));
      const { stdout } = await run('drop', '--json');
      const { written, rejected } = JSON.parse(stdout);
      assert.equal(rejected, 0);
      assert.deepEqual(
        written.map(({ file, row }: { file: string; row: number }) => `${file}, row ${row}`).sort(),
        places.map((place) => `${place}2`),
      );
    });
  });

  it('shows the first events of many and says where all of them stand', async () => {
    await feeds.configure({ many: { ...plainFeed, source: './many.csv' } });
    await feeds.write('many.csv', plainCsv(plainRows(130)) + 'short\n'.repeat(25));
    await feeds.withWorker(async () => {
      const dry = await run('many', '--dry-run');
      assert.equal(dry.stdout.trimEnd().split('\n').length, 100);
      assert.match(dry.stderr, /Only the first 100 events are shown; 30 more would be written\./);
      const { stdout, stderr } = await run('many');
      assert.equal(stdout.match(/events\/view/g)?.length, 20);
      const [, report = ''] = /… and 110 more; all of them: (\S+) in the store/.exec(stdout) ?? [];
      const written = await readFile(join(feeds.place.folder, 'var', report), 'utf8');
      assert.equal(written.trimEnd().split('\n').length, 130);
      const [, reasons = ''] = /^rejected: … and 5 more; all of them: (\S+) in the store$/m.exec(stderr) ?? [];
      const told = (await readFile(join(feeds.place.folder, 'var', reasons), 'utf8')).trimEnd().split('\n');
      assert.equal(told.length, 25);
      const { reason, ...last } = JSON.parse(told.at(-1) ?? '');
      assert.deepEqual(last, { file: './many.csv', row: 156, code: 'LW_ROW_COLUMNS' });
      assert.match(reason, /^has 1 column/);
    });
  });

  it('ends with status 1 where a part of the source could not be read, and tells of the rest', async () => {
    await feeds.configure({ packed: { ...plainFeed, source: './packed.csv.gz' } });
    const whole = gzipSync(plainCsv(Array.from({ length: 500 }, (_, index) => ({ name: `p-${index * 7919}` }))));
    await feeds.write('packed.csv.gz', whole.subarray(0, whole.length - 1500));
    await feeds.withWorker(async () => {
      const { status, stdout, stderr } = await run('packed');
      assert.equal(status, 1);
      assert.match(stderr, /^problem: .*packed\.csv\.gz: .*\[LW_FEED_TRUNCATED\]$/m);
      const [rows = 0, created = 0, , , rejected = 0] = counts(stdout, 'packed');
      assert.ok(rows > 0 && rows < 500);
      assert.equal(created + rejected, rows);
    });
  });

  it('prints what an import failed with, in its own words', async () => {
    await feeds.configure({ gone: { ...plainFeed, source: './gone.csv' } });
    await feeds.withWorker(async () => {
      const { status, stdout, stderr } = await run('gone', '--json');
      assert.equal(status, 1);
      assert.match(stderr, /^error: feeds\.gone\.source: \.\/gone\.csv does not exist.*\[LW_FEED_UNREADABLE\]\n$/);
      assert.equal(JSON.parse(stdout).error.code, 'LW_FEED_UNREADABLE');
    });
  });

  it('prints the counts so far where MISP refuses everything from then on', async () => {
    await feeds.configure({ refused: { ...plainFeed, source: './refused.csv' } }, 'WRONG_KEY');
    await feeds.write('refused.csv', `${plainCsv(plainRows(5))}short\n`);
    await feeds.withWorker(async () => {
      const { status, stdout, stderr } = await run('refused');
      assert.equal(status, 1);
      assert.deepEqual(counts(stdout, 'refused'), [6, 0, 0, 0, 1]);
      assert.match(stderr, /^error: .*\[LW_MISP_AUTH\]$/m);
      assert.match(stderr, /^rejected: \.\/refused\.csv, row 7/m);
    });
  });

  it('knows the feeds of its configuration, and which one was meant', async () => {
    await feeds.configure({ plain: plainFeed });
    const { status, stderr } = await run('plian');
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^error: there is no feed "plian" \(there is: plain\)\. Did you mean "plain"\?.*\[LW_UNKNOWN_FEED\]\n$/,
    );
  });

  it('imports the CSV of docs/feeds.md by the configuration there, and prints what the page shows', async () => {
    const [[csv], [yaml]] = await Promise.all([docBlocks('docs/feeds.md', 'csv'), docBlocks('docs/feeds.md', 'yaml')]);
    await feeds.write('own.csv', csv?.text ?? '');
    await feeds.write('lurewatch.yaml', yaml?.text ?? '');
    const page = await readFile(new URL('../../../docs/feeds.md', import.meta.url), 'utf8');
    const [shown = ''] = /^ {4}\.\/own\.csv, row 2: created [\s\S]*?┘$/m.exec(page) ?? [];
    await feeds.withWorker(async () => {
      const checked = await feeds.place.run('check');
      assert.equal(checked.status, 0, checked.stdout + checked.stderr);
      const dry = await run('own', '--dry-run');
      assert.deepEqual(
        dry.stdout
          .trimEnd()
          .split('\n')
          .map((event) => JSON.parse(event).info),
        ['Phishing campaign Blue Invoice', 'Phishing campaign Grey Parcel'],
      );
      const { stdout } = await run('own');
      assert.equal(stdout.trimEnd(), shown.replaceAll(/^ {4}/gm, '').replaceAll('…', feeds.place.folder));
    });
  });
});

const link = { type: 'link', value: '{url}' };

/** Only the first of the rows has no value for it that MISP would take. */
const extra = { type: 'ip-dst', value: '{name}', when: { column: 'name', equals: 'row-1' } };
