import assert from 'node:assert/strict';
import { readdir, readFile as readText } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { fileKinds, writeFeedFile } from '../../bench/feeds/feed-files.js';
import { indexInProcess } from '../../bench/feeds/indexing.js';
import { leakPosts } from '../../bench/feeds/leak-posts.js';
import { readFile } from '../../bench/feeds/read-file.js';
import { readInProcess } from '../../bench/feeds/reading.js';
import { describeReport } from '../../bench/report.js';
import { inFolder } from '../support/folder.js';
import { bench } from '../support/run-bench.js';

const positive = z.number().positive();
const roundSchema = z.object({ what: z.string(), rows: positive, seconds: positive, 'rows/s': positive });
const reportSchema = z.object({
  scenarios: z.array(
    z.object({
      name: z.string(),
      figures: z.array(z.object({ name: z.string(), value: positive })),
      feedRounds: z.array(roundSchema),
    }),
  ),
});

describe('the benchmark of feeds', () => {
  it('imports a feed beside the loop, then what changed of it and nothing else, and one into a folder', () =>
    inFolder(async (folder) => {
      const run = await bench('feeds-write', 'feeds-folder', '--rows', '100', '--rounds', '1', '--results', folder);
      assert.equal(run.status, 0, run.errors);
      for (const words of ['of the loop', 'of the first import', '2000 rows, unchanged', 'PyMISP']) {
        assert.ok(run.output.includes(words), `${words} is not in\n${run.output}`);
      }
      assert.ok(!run.output.includes('a mail costs'), 'no table of mails without mails');
      const [file = ''] = await readdir(folder);
      const { scenarios } = reportSchema.parse(JSON.parse(await readText(join(folder, file), 'utf8')));
      assert.deepEqual(
        scenarios.map(({ name, feedRounds }) => [name, feedRounds.map(({ rows }) => rows)]),
        [
          ['feeds-write', [100, 100, 100]],
          ['feeds-folder', [100, 2000, 2000]],
        ],
      );
    }));

  it('reads a file in a process of its own, and gives no figure where rows are missing', () =>
    inFolder(async (folder) => {
      const [kind] = fileKinds;
      assert.ok(kind !== undefined);
      const path = join(folder, 'feed.tsv');
      await writeFeedFile(path, kind, leakPosts(50));
      const reading = await readInProcess('events', path, kind, 50);
      assert.equal(reading.events, 50);
      assert.ok(reading.rowsPerSecond > 0);
      await assert.rejects(readInProcess('events', path, kind, 51), /of 51 rows 50 were read/);
    }));

  it('writes a MISP feed in a process of its own, changes some of it, and removes it', () =>
    inFolder(async (folder) => {
      const indexing = await indexInProcess(300, folder);
      assert.equal(indexing.events, 300);
      for (const seconds of [indexing.seconds, indexing.changedSeconds, indexing.oneSeconds]) assert.ok(seconds > 0);
      assert.ok(indexing.rowsPerSecond > 0);
      assert.deepEqual(await readdir(folder), []);
    }));

  it('shows what was measured of a feed as a table of its own', () => {
    const figures = [{ name: 'peak memory', value: 600, unit: 'MB', goal: { below: 512 } }];
    const feedRounds = [{ format: 'tsv', rows: 1000, 'read rows/s': 1234.5, 'peak MB, read': undefined }];
    const scenarios = [{ name: 'feeds-read', figures, feedRounds }];
    const text = describeReport({ startedAt: '', machine: {}, scenarios });
    assert.match(text, /feeds-read .* peak memory .* 600 MB .* < 512: MISSED/);
    assert.match(text, /tsv .* 1000 .* 1235? /);
  });
});

describe('generated feeds', () => {
  for (const kind of fileKinds) {
    it(`are read without a rejected row, each row an event (${kind.name})`, () =>
      inFolder(async (folder) => {
        const path = join(folder, 'feed');
        await writeFeedFile(path, kind, leakPosts(500));
        assert.deepEqual(await readFile('rows', path, kind.feed), { rows: 500 });
        assert.deepEqual(await readFile('events', path, kind.feed), { rows: 500, events: 500 });
      }));
  }

  it('are the same each time, but for the address of what is to change', () => {
    const [first, second] = [[...leakPosts(300)], [...leakPosts(300, { changedEvery: 100 })]];
    assert.deepEqual([...leakPosts(300)], first);
    const different = first.flatMap((post, index) => (post.url === second[index]?.url ? [] : [index + 1]));
    assert.deepEqual(different, [100, 200, 300]);
    assert.deepEqual(
      second.map(({ url: _, ...post }) => post),
      first.map(({ url: _, ...post }) => post),
    );
  });
});
