import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import iconv from 'iconv-lite';
import { formatSchema } from '../../../src/feeds/formats/config.js';
import { type FormatInput, readFeedBytes, rejectedBytes } from '../../support/feed-reading.js';

const byteByByte = { chunks: [1] };

describe('The charset of a feed', () => {
  it('is shown by a byte order mark, which is no part of the text', async () => {
    for (const charset of ['utf-8', 'utf-16le', 'utf-16be']) {
      const bytes = iconv.encode('a,b\nü,日本😀\n', charset, { addBOM: true });
      const { rows } = await readFeedBytes(bytes, { kind: 'csv', charset: 'windows-1252' }, byteByByte);
      assert.deepEqual(
        rows.map(({ fields }) => fields),
        [{ a: 'ü', b: '日本😀' }],
        charset,
      );
    }
  });

  it('is seen in UTF-16 without a mark', async () => {
    for (const charset of ['utf-16le', 'utf-16be']) {
      const { rows } = await readFeedBytes(iconv.encode('[{"a":"日本"}]', charset), { kind: 'json' }, byteByByte);
      assert.deepEqual(
        rows.map(({ fields }) => fields),
        [{ a: '日本' }],
        charset,
      );
    }
  });

  it('is Shift_JIS where that is configured, also for characters that hold a backslash or a bar', async () => {
    const bytes = iconv.encode('名前|値\n表示|ソフト\n', 'shift_jis');
    const { rows } = await readFeedBytes(bytes, { kind: 'csv', delimiter: '|', charset: 'Shift_JIS' }, byteByByte);
    assert.deepEqual(rows[0]?.fields, { 名前: '表示', 値: 'ソフト' });
  });

  const damaged: readonly (readonly [string, FormatInput, (bad: Buffer) => Buffer])[] = [
    ['csv', { kind: 'csv' }, (bad) => Buffer.concat([Buffer.from('a\nx\n'), bad, Buffer.from('\ny\n')])],
    ['tsv', { kind: 'tsv' }, (bad) => Buffer.concat([Buffer.from('a\nx\n'), bad, Buffer.from('\ny\n')])],
    [
      'json',
      { kind: 'json' },
      (bad) => Buffer.concat([Buffer.from('[{"a":"x"},{"a":"'), bad, Buffer.from('"},{"a":"y"}]')]),
    ],
    [
      'jsonl',
      { kind: 'jsonl' },
      (bad) => Buffer.concat([Buffer.from('{"a":"x"}\n{"a":"'), bad, Buffer.from('"}\n{"a":"y"}')]),
    ],
    [
      'log',
      { kind: 'log', pattern: '(?P<a>.*)' },
      (bad) => Buffer.concat([Buffer.from('x\n'), bad, Buffer.from('\ny\n')]),
    ],
  ];

  for (const [name, format, bytesWith] of damaged) {
    it(`costs only the row in which bytes are none of it (${name})`, async () => {
      const bytes = bytesWith(Buffer.from([0x41, 0xe6, 0x97, 0xff, 0xef, 0xbf, 0xbd]));
      for (const chunks of [[1], [3], [65536]]) {
        const { rows, rejected, error } = await readFeedBytes(bytes, format, { chunks });
        assert.equal(error, undefined);
        assert.deepEqual(
          rows.map(({ fields }) => fields.a),
          ['x', 'y'],
        );
        assert.deepEqual(
          rejected.map(({ code }) => code),
          ['LW_ROW_CHARSET'],
        );
        assert.match(rejected[0]?.reason ?? '', /the byte 0xE6 at character \d+ is not utf-8/);
        // The file of rejected rows has the very bytes.
        const file = await rejectedBytes(bytes, format, rejected);
        assert.ok(file.includes(Buffer.from([0x41, 0xe6, 0x97, 0xff, 0xef, 0xbf, 0xbd])));
      }
    });
  }

  it('may hold U+FFFD by right', async () => {
    const { rows } = await readFeedBytes('a\nx\uFFFDy\n', { kind: 'csv' }, byteByByte);
    assert.equal(rows[0]?.fields.a, 'x\uFFFDy');
  });

  it('costs only the row also in Shift_JIS and UTF-16', async () => {
    const japanese = Buffer.concat([iconv.encode('a\n表\n', 'shift_jis'), Buffer.from([0xfd, 0x0a, 0x79, 0x0a])]);
    const { rows, rejected } = await readFeedBytes(japanese, { kind: 'csv', charset: 'shift_jis' });
    assert.deepEqual(
      [rows.map(({ fields }) => fields.a), rejected.map(({ row, code }) => [row, code])],
      [['表', 'y'], [[3, 'LW_ROW_CHARSET']]],
    );
    const half = Buffer.from('a\n1\uD83D2\n3\n', 'utf16le');
    const wide = await readFeedBytes(half, { kind: 'csv', charset: 'utf-16le' }, byteByByte);
    assert.deepEqual(
      [wide.rows.map(({ row }) => row), wide.rejected.map(({ code }) => code)],
      [[3], ['LW_ROW_CHARSET']],
    );
    const cutOff = await readFeedBytes(Buffer.concat([half, Buffer.of(0x34)]), { kind: 'csv', charset: 'utf-16le' });
    assert.equal(cutOff.rejected.at(-1)?.row, 4);
  });

  it('must be one that is known', () => {
    for (const charset of ['shift_jis', 'EUC-JP', 'latin1', 'windows-1251', 'gb18030', 'UTF-16']) {
      assert.ok(formatSchema.safeParse({ kind: 'csv', charset }).success, charset);
    }
    for (const charset of ['base64', 'hex', 'klingon', 'utf-7']) {
      assert.ok(!formatSchema.safeParse({ kind: 'csv', charset }).success, charset);
    }
  });
});
