import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { formatSchema } from '../../../src/feeds/formats/config.js';
import { readRows } from '../../../src/feeds/formats/read-rows.js';
import type { FormatInput } from '../../support/feed-reading.js';

const mebibyte = 1024 * 1024;

/** Peak of heap and buffers above the start, in bytes, while a file is read whose chunks come again and again. */
async function peakOf(format: FormatInput, start: string, chunk: string, times: number): Promise<number> {
  function* bytes() {
    yield Buffer.from(start);
    const buffer = Buffer.from(chunk);
    for (let turn = 0; turn < times; turn += 1) yield buffer;
  }
  const stream = { name: 'feed', open: () => Readable.from(bytes()) };
  const before = used();
  let peak = 0;
  let turn = 0;
  try {
    for await (const rows of readRows(stream, formatSchema.parse(format), { signal: new AbortController().signal })) {
      assert.ok(rows.length > 0);
      turn += 1;
      if (turn % 10 === 0) peak = Math.max(peak, used());
    }
  } catch (error) {
    // Some of these files have no end.
    assert.match(String(error), /LW_FEED_TRUNCATED/);
  }
  return Math.max(peak, used()) - before;
}

function used(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** What the collector may leave lying about; each file below, or what would be made of it, is larger. */
const bound = 100 * mebibyte;

describe('Reading a feed takes no more memory than a few records', () => {
  const rows = 'a,b,c,d\n'.repeat(8000);
  const records = '{"a":"b","c":"d"},\n'.repeat(3500);
  const filler = 'x'.repeat(64 * 1024);
  const files: readonly (readonly [string, FormatInput, string, string, number])[] = [
    ['with a million rows of CSV', { kind: 'csv' }, 'w,x,y,z\n', rows, 125],
    ['with a million rows of JSON and no end', { kind: 'json' }, '[', records, 300],
    ['with a line of two hundred megabytes', { kind: 'csv' }, 'a,b\n', filler, 3072],
    ['with a quote that is never closed', { kind: 'csv' }, 'a,b\n1,"', `${filler}\n`, 3072],
    ['with a JSON string of two hundred megabytes', { kind: 'json' }, '[{"a":"', filler, 3072],
    ['with a key of two hundred megabytes', { kind: 'json', path: 'a' }, '{"', filler, 3072],
    ['with a list beside the path', { kind: 'json', path: 'a' }, '{"b":[', '[[1,"x"]],'.repeat(6000), 3072],
    ['with a list of one line', { kind: 'list' }, '', filler, 3072],
    [
      'with an event of MISP that does not end',
      { kind: 'misp', maxRecordChars: mebibyte },
      '{"Event":{"',
      filler,
      3072,
    ],
  ];
  for (const [name, format, start, chunk, times] of files) {
    it(name, async () => {
      const peak = await peakOf(format, start, chunk, times);
      assert.ok(peak < bound, `${Math.round(peak / mebibyte)} MiB`);
    });
  }
});
