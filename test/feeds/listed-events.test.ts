import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { formatSchema } from '../../src/feeds/formats/config.js';
import { compileAsIs } from '../../src/feeds/mapping/as-is.js';
import { type ReadEvent, type ReadRows, readFeed } from '../../src/feeds/read-feed.js';
import type { RejectedRow } from '../../src/feeds/types.js';
import { inFolder } from '../support/folder.js';
import { mispDefaults } from '../support/mapping.js';
import { eventJson, numberedUuid, siteEvent } from '../support/misp-feed-site.js';

interface Read {
  readonly events: readonly ReadEvent[];
  readonly rejected: readonly RejectedRow[];
  readonly older: readonly string[];
  readonly rows: ReadRows | undefined;
}

/** Reads a file that a manifest lists as event 1, of this timestamp. */
function readListed(content: string | Buffer, timestamp = '1700000001', maxBytes = 64_000_000): Promise<Read> {
  return inFolder(async (folder) => {
    const path = join(folder, 'event');
    await writeFile(path, content);
    const name = `https://feeds.test/${numberedUuid(1)}.json`;
    const listed = { uuid: numberedUuid(1), timestamp, maxBytes };
    const [events, rejected, older]: [ReadEvent[], RejectedRow[], string[]] = [[], [], []];
    let rows: ReadRows | undefined;
    const read = readFeed({
      files: [{ name, path, sizeBytes: content.length, sha256: '', listed }],
      format: formatSchema.parse({ kind: 'misp' }),
      mapping: compileAsIs('theirs', mispDefaults),
      maxUnpackedBytes: 100_000_000,
      folder,
      signal: new AbortController().signal,
      onRejected: async (row) => void rejected.push(row),
      onProblem: (error) => assert.fail(error),
      onHead: () => undefined,
      onProgress: () => undefined,
      onAllRead: (all) => {
        rows = all;
      },
      onOlder: (_row, { uuid }) => older.push(uuid),
    });
    for await (const event of read) events.push(event);
    return { events, rejected, older, rows };
  });
}

const own = eventJson(siteEvent(1));
const other = eventJson(siteEvent(2));

describe('the file of a listed event', () => {
  it('gives its event, packed or not, whatever case its UUID is in', async () => {
    for (const content of [own, `[${own}]`, gzipSync(own), own.replace('5b0c5a1e', '5B0C5A1E')]) {
      const { events, rejected, older } = await readListed(content);
      assert.deepEqual([events.map(({ event }) => event.uuid), rejected, older], [[numberedUuid(1)], [], []]);
    }
  });

  const wrong: readonly (readonly [string, string, string, RegExp])[] = [
    ['a page', '<!doctype html>', 'LW_FEED_FORMAT', /cannot be read on/],
    ['cut off', own.slice(0, -5), 'LW_FEED_TRUNCATED', /ends in the middle/],
    ['empty', '', 'LW_FEED_TRUNCATED', /ends in the middle/],
    ['a list of nothing', '[]', 'LW_ROW_COLUMNS', /there is no event in it/],
    ['a manifest', `{"${numberedUuid(1)}":{}}`, 'LW_ROW_COLUMNS', /there is no event in it/],
    ['another document', '{"message":"Not found"}', 'LW_ROW_COLUMNS', /no MISP event/],
    ['another event', other, 'LW_ROW_VALUE', /^uuid: `.*0002`, and the manifest lists this file as .*0001$/],
    ['an event without a UUID', '{"Event":{"info":"x"}}', 'LW_ROW_VALUE', /^uuid: is missing/],
  ];
  for (const [what, content, code, reason] of wrong) {
    it(`that is ${what} is one rejected row, and nobody need guess of which event`, async () => {
      const { events, rejected, rows } = await readListed(content);
      assert.deepEqual(events, []);
      assert.deepEqual(
        rejected.map((row) => [row.file.slice(-41), row.row, row.code]),
        [[`${numberedUuid(1)}.json`, 1, code]],
      );
      assert.match(rejected[0]?.reason ?? '', reason);
      assert.deepEqual(rows, { rows: 1, withoutKey: 0, first: undefined });
    });
  }

  it('that has others beside its event gives that one only', async () => {
    const { events, rejected } = await readListed(`[${own},${other}]`);
    assert.deepEqual([events.map(({ event }) => event.uuid), rejected.length], [[numberedUuid(1)], 1]);
    assert.equal(rejected[0]?.raw, other);
  });

  it('that holds very many, or unpacks to more than an event may have, is not read on', async () => {
    const many = await readListed(gzipSync(`[${Array.from({ length: 5_000 }, () => own).join(',')}]`));
    assert.equal(many.events.length, 1);
    assert.deepEqual(
      many.rejected.map(({ code }) => code),
      ['LW_FEED_FORMAT'],
    );
    const padded = own.replace('"Event":', `"padding":"${'x'.repeat(3_000_000)}","Event":`);
    const large = await readListed(gzipSync(padded), '1', 2_000_000);
    assert.deepEqual([large.events.length, large.rejected.map(({ code }) => code)], [0, ['LW_FEED_TOO_LARGE']]);
  });

  it('that nests without end is one rejected row', async () => {
    const nested = own.replace('"Event":{', `"Event":{"x":${'['.repeat(200_000)}${']'.repeat(200_000)},`);
    const { events, rejected } = await readListed(nested);
    assert.deepEqual(
      [events, rejected.map(({ code, reason }) => [code, reason])],
      [[], [['LW_ROW_COLUMNS', 'nests too deeply']]],
    );
  });

  it('that is older than its list says is told, and read all the same', async () => {
    const { events, older } = await readListed(own, '1700000002');
    assert.deepEqual([events.length, older], [1, [numberedUuid(1)]]);
    for (const timestamp of ['1600000000', '']) assert.deepEqual((await readListed(own, timestamp)).older, []);
  });
});
