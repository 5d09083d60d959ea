import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { isLurewatchError } from '../../../src/errors/lurewatch-error.js';
import type { FeedStream } from '../../../src/feeds/types.js';
import { unpack } from '../../../src/feeds/unpack/unpack.js';
import { readFeedStream } from '../../support/feed-reading.js';
import { inFolder } from '../../support/folder.js';
import { zipFile } from '../../support/zip-file.js';

const signal = new AbortController().signal;
const large = 100 * 1024 * 1024;

async function unpacked<T>(
  bytes: Buffer,
  work: (streams: readonly FeedStream[]) => Promise<T>,
  maxUnpackedBytes = large,
): Promise<T> {
  return inFolder(async (folder) => {
    const path = join(folder, 'feed');
    await writeFile(path, bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const file = { name: 'feed.csv', path, sizeBytes: bytes.length, sha256 };
    return work(await unpack(file, { maxUnpackedBytes }, signal));
  });
}

interface Contents {
  readonly name: string;
  readonly bytes: Buffer;
  readonly code: string | undefined;
}

async function contentsOf(stream: FeedStream): Promise<Contents> {
  const pieces: Buffer[] = [];
  let code: string | undefined;
  try {
    for await (const piece of stream.open(signal)) pieces.push(Buffer.from(piece));
  } catch (error) {
    if (!isLurewatchError(error)) throw error;
    code = error.code;
  }
  return { name: stream.name, bytes: Buffer.concat(pieces), code };
}

async function allContents(bytes: Buffer, maxUnpackedBytes = large): Promise<readonly Contents[]> {
  return unpacked(
    bytes,
    async (streams) => {
      const contents: Contents[] = [];
      for (const stream of streams) contents.push(await contentsOf(stream));
      return contents;
    },
    maxUnpackedBytes,
  );
}

const table = `a,b\n${Array.from({ length: 20_000 }, (_, index) => `${index},${(index * 7919) % 10_007}`).join('\n')}\n`;

describe('Files of a feed', () => {
  it('are recognised by their first bytes and give what was packed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (array) => {
        const bytes = Buffer.concat([Buffer.from('x'), array]);
        const halves = [bytes.subarray(0, 1), bytes.subarray(1)];
        const whole = { bytes, code: undefined };
        assert.deepEqual(await allContents(bytes), [{ name: 'feed.csv', ...whole }]);
        assert.deepEqual(await allContents(gzipSync(bytes)), [{ name: 'feed.csv', ...whole }]);
        const members = Buffer.concat(halves.map((half) => gzipSync(half)));
        assert.deepEqual(await allContents(members), [{ name: 'feed.csv', ...whole }]);
        const zip = zipFile([
          { name: 'one.csv', bytes },
          { name: 'two.csv', bytes, stored: true },
        ]);
        assert.deepEqual(await allContents(zip), [
          { name: 'feed.csv!one.csv', ...whole },
          { name: 'feed.csv!two.csv', ...whole },
        ]);
      }),
      { numRuns: 25 },
    );
    assert.deepEqual(await allContents(Buffer.alloc(0)), [
      { name: 'feed.csv', bytes: Buffer.alloc(0), code: undefined },
    ]);
  });

  it('are read twice where they are opened twice, and counted once', async () => {
    const streams = zipFile([{ name: 'a.csv', bytes: Buffer.from(table) }]);
    await unpacked(
      streams,
      async ([stream]) => {
        assert.ok(stream !== undefined);
        for (let turn = 0; turn < 3; turn += 1) assert.equal((await contentsOf(stream)).bytes.toString(), table);
      },
      table.length,
    );
  });

  it('pass over folders and what macOS adds, and take any name for a name only', async () => {
    const bytes = Buffer.from('a\n');
    const zip = zipFile([
      { name: 'folder/', bytes: Buffer.alloc(0), stored: true },
      { name: 'folder/empty.csv', bytes: Buffer.alloc(0), stored: true },
      { name: '__MACOSX/folder/._a.csv', bytes },
      { name: '../../etc/passwd', bytes },
      { name: '/etc/shadow', bytes },
      { name: 'C:\\x\\日本.csv', bytes },
    ]);
    const contents = await allContents(zip);
    assert.deepEqual(
      contents.map(({ name }) => name),
      ['feed.csv!folder/empty.csv', 'feed.csv!../../etc/passwd', 'feed.csv!/etc/shadow', 'feed.csv!C:/x/日本.csv'],
    );
    assert.ok(contents.every(({ code }) => code === undefined));
  });
});

describe('A damaged file', () => {
  it('gives the rows before the place where a gzip ends', async () => {
    const packed = gzipSync(table);
    for (const end of [20, packed.length >> 1, packed.length - 9, packed.length - 1]) {
      await unpacked(packed.subarray(0, end), async ([stream]) => {
        assert.ok(stream !== undefined);
        const { rows, rejected, error } = await readFeedStream(stream, { kind: 'csv' });
        assert.equal(error?.code, 'LW_FEED_TRUNCATED');
        assert.match(error.message, /^feed\.csv: the packed file ends in the middle/);
        assert.deepEqual(rejected, []);
        if (end === packed.length >> 1) assert.ok(rows.length > 8000 && rows.length < 12_000, String(rows.length));
        if (end >= packed.length - 9) assert.ok(rows.length >= 19_990, String(rows.length));
        for (const [index, { fields }] of rows.entries()) assert.equal(fields.a, String(index));
      });
    }
  });

  it('gives the bytes before a fault within a gzip, and tells of it', async () => {
    const first = gzipSync(randomBytes(300_000));
    const second = gzipSync(randomBytes(50_000));
    second[second.length - 5] = (second[second.length - 5] ?? 0) ^ 0xff;
    const [contents] = await allContents(Buffer.concat([first, second]));
    assert.equal(contents?.code, 'LW_FEED_TRUNCATED');
    assert.ok(contents.bytes.length >= 300_000, String(contents.bytes.length));
  });

  it('is a zip without its end, with a wrong checksum, or with a member that is cut', async () => {
    const zip = zipFile([{ name: 'a.csv', bytes: Buffer.from(table) }]);
    const truncated = { code: 'LW_FEED_TRUNCATED' };
    await assert.rejects(allContents(zip.subarray(0, zip.length - 30)), truncated);
    const stored = zipFile([
      { name: 'a.csv', bytes: Buffer.from('12345\n'), stored: true },
      { name: 'b.csv', bytes: Buffer.from('67890\n') },
    ]);
    const at = stored.indexOf('12345');
    stored.write('X', at);
    const contents = await allContents(stored);
    assert.deepEqual(
      contents.map(({ bytes, code }) => [bytes.toString(), code]),
      [
        ['X2345\n', 'LW_FEED_TRUNCATED'],
        ['67890\n', undefined],
      ],
    );
  });
});

describe('A file that is not taken', () => {
  it('unpacks to more than its limit: what is within it is given', async () => {
    const zeros = Buffer.alloc(50 * 1024 * 1024);
    const bombs = [
      gzipSync(zeros),
      zipFile([{ name: 'a', bytes: zeros }]),
      zipFile(Array.from({ length: 10 }, (_, index) => ({ name: String(index), bytes: Buffer.alloc(300_000) }))),
    ];
    for (const bomb of bombs) {
      const contents = await allContents(bomb, 1_000_000);
      assert.equal(contents.at(-1)?.code, 'LW_FEED_TOO_LARGE');
      const total = contents.reduce((sum, { bytes }) => sum + bytes.length, 0);
      assert.ok(total > 900_000 && total <= 1_000_000, String(total));
    }
    const [plain] = await allContents(Buffer.alloc(200_000), 100_000);
    assert.equal(plain?.code, 'LW_FEED_TOO_LARGE');
  });

  it('is a member with a password, and the others are read', async () => {
    const zip = zipFile([
      { name: 'secret.csv', bytes: Buffer.from('a'), encrypted: true },
      { name: 'open.csv', bytes: Buffer.from('b') },
    ]);
    await unpacked(zip, async ([secret, other]) => {
      assert.ok(secret !== undefined && other !== undefined);
      const { error } = await readFeedStream(secret, { kind: 'list' });
      assert.equal(error?.code, 'LW_FEED_FORMAT');
      assert.match(error.message, /feed\.csv!secret\.csv: it is encrypted with a password/);
      assert.equal((await contentsOf(other)).bytes.toString(), 'b');
    });
  });

  it('is an archive in an archive', async () => {
    const inner = gzipSync('a,b\n');
    for (const nested of [gzipSync(inner), zipFile([{ name: 'feed.csv.gz', bytes: inner }])]) {
      const [contents] = await allContents(nested);
      assert.deepEqual([contents?.code, contents?.bytes.length], ['LW_FEED_FORMAT', 0]);
    }
  });

  it('is packed in another way, holds nothing, or is not there', async () => {
    const xz = Buffer.from('\xfd7zXZ\x00\x00\x04', 'latin1');
    await assert.rejects(allContents(xz), { code: 'LW_FEED_FORMAT', message: /packed as xz/ });
    await assert.rejects(allContents(zipFile([])), { code: 'LW_FEED_FORMAT', message: /holds no file/ });
    const missing = { name: 'feed.csv', path: '/nonexistent/feed', sizeBytes: 1, sha256: '' };
    await assert.rejects(unpack(missing, { maxUnpackedBytes: 1 }, signal), {
      code: 'LW_FEED_UNREADABLE',
      message: /^feed\.csv: the file cannot be read \(ENOENT\)/,
    });
  });
});

describe('Reading', () => {
  it('ends when it is cancelled', async () => {
    for (const bytes of [Buffer.from(table), gzipSync(table), zipFile([{ name: 'a', bytes: Buffer.from(table) }])]) {
      await unpacked(bytes, async ([stream]) => {
        const cancel = new AbortController();
        const reading = (async () => {
          for await (const _ of stream?.open(cancel.signal) ?? []) cancel.abort(new Error('cancelled'));
        })();
        await assert.rejects(reading, /cancelled|abort/i);
      });
    }
  });
});
