import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type FormatInput, readFeedBytes, rejectedBytes } from '../../support/feed-reading.js';

describe('JSON', () => {
  it('lays nested objects out under dotted names and keeps numbers as they are written', async () => {
    const raw =
      '{"id":12345678901234567890,"price":1.50,"big":1e3,"n":7,"ok":true,"none":null,"a":{"b":{"c":"x"}},"tags":["t",2,null],"no":[],"objects":[{"x":1}]}';
    const { rows } = await readFeedBytes(`[ ${raw} ]`, { kind: 'json' });
    const fields = {
      id: '12345678901234567890',
      price: '1.50',
      big: '1e3',
      n: '7',
      ok: 'true',
      'a.b.c': 'x',
      tags: ['t', '2'],
      no: [],
      objects: '[{"x":1}]',
    };
    assert.deepEqual(rows, [{ file: 'feed', row: 1, fields, raw }]);
  });

  it('takes lists of values, and of lists', async () => {
    const { rows } = await readFeedBytes('["198.51.100.7", ["x", 1]]', { kind: 'json' });
    assert.deepEqual(
      rows.map(({ fields }) => fields),
      [{ value: '198.51.100.7' }, { 1: 'x', 2: '1' }],
    );
  });

  it('reads an object whose keys are ids and whose values are lists of one object, as URLhaus exports it', async () => {
    const text = '{"3": [ {"url":"http://a.example/"} ], "4": [{"url":"http://b.example/"}]}';
    const format = { kind: 'json', path: '*', keyField: 'id' } as const;
    const { rows } = await readFeedBytes(text, format);
    assert.deepEqual(
      rows.map(({ row, fields, raw }) => [row, fields, raw]),
      [
        [1, { url: 'http://a.example/', id: '3' }, '"3":[{"url":"http://a.example/"}]'],
        [2, { url: 'http://b.example/', id: '4' }, '"4":[{"url":"http://b.example/"}]'],
      ],
    );
  });

  it('reads words that stand under indicators, and lists below a key', async () => {
    const words = await readFeedBytes('{"a.example":"mirai","b.example":null}', {
      kind: 'json',
      path: '*',
      keyField: 'domain',
    });
    assert.deepEqual(words.rows[0]?.fields, { value: 'mirai', domain: 'a.example' });
    assert.equal(words.rejected[0]?.reason, 'has no fields');
    const text = '{"groups":{"x":{"posts":[{"n":1},{"n":2}]},"y":{"other":[3],"posts":[{"n":3}]}}}';
    const below: FormatInput = { kind: 'json', path: 'groups.*.posts', keyField: 'group' };
    const { rows } = await readFeedBytes(text, below);
    assert.deepEqual(
      rows.map(({ fields }) => fields),
      [
        { n: '1', group: 'x' },
        { n: '2', group: 'x' },
        { n: '3', group: 'y' },
      ],
    );
    const again = await readFeedBytes(await rejectedBytes(text, below, rows), below);
    assert.deepEqual(
      again.rows.map(({ fields }) => fields),
      rows.map(({ fields }) => fields),
    );
  });

  it('takes an object in place of the list for one row, and null for none', async () => {
    assert.equal((await readFeedBytes('{"data":{"a":1}}', { kind: 'json', path: 'data' })).rows.length, 1);
    assert.deepEqual((await readFeedBytes('{"data":null}', { kind: 'json', path: 'data' })).all, []);
    assert.deepEqual((await readFeedBytes('{"data":[]}', { kind: 'json', path: 'data' })).all, []);
  });

  const broken: readonly (readonly [string, string, FormatInput, string, RegExp])[] = [
    ['cut off in a row', '[{"a":1},{"a":2},{"a"', { kind: 'json' }, 'LW_FEED_TRUNCATED', /ends in the middle/],
    ['cut off between rows', '[{"a":1},{"a":2}', { kind: 'json' }, 'LW_FEED_TRUNCATED', /ends in the middle/],
    [
      'without a quote',
      '[{"a":1},\n{"a":2},\n{"a":"x},\n{"a":3}]',
      { kind: 'json' },
      'LW_FEED_FORMAT',
      /line 3: the record that begins here is no JSON/,
    ],
    ['without a comma', '[{"a":1},\n{"a":2}\n{"a":3}]', { kind: 'json' }, 'LW_FEED_FORMAT', /line 3.*"," or "]"/],
    ['with a key that is none', '{"d":[{"a":1},{"a":2}],d:1}', { kind: 'json', path: 'd' }, 'LW_FEED_FORMAT', /a key/],
    ['with more behind it', '[{"a":1},{"a":2}]\n[', { kind: 'json' }, 'LW_FEED_FORMAT', /line 2.*JSON Lines/],
  ];
  for (const [name, text, format, code, message] of broken) {
    it(`gives the rows before the place where it is broken: ${name}`, async () => {
      for (const chunks of [[1], [65536]]) {
        const { rows, error } = await readFeedBytes(text, format, { chunks });
        assert.equal(rows.length, 2);
        assert.equal(error?.code, code);
        assert.match(error.message, message);
      }
    });
  }

  it('says what stands where no list is', async () => {
    const cases: readonly (readonly [string, string, RegExp])[] = [
      ['{"status":"no_results","data":"nothing found"}', 'data', /data does not lead to a list but to "nothing found"/],
      ['{"data":{"rows":[]}}', 'data.items', /nothing is at data\.items; data has the keys "rows"/],
      ['[1]', 'data', /a list stands where the key data was expected/],
      ['<html>', '', /line 1.*a value was expected, not "<"/],
    ];
    for (const [text, path, message] of cases) {
      const { error } = await readFeedBytes(text, { kind: 'json', path });
      assert.equal(error?.code, 'LW_FEED_FORMAT');
      assert.match(error.message, message);
    }
    assert.equal((await readFeedBytes('', { kind: 'json' })).error?.code, 'LW_FEED_TRUNCATED');
  });

  it('rejects a record that is broken in itself, and reads the others', async () => {
    const text = '[{"a":1},{"a":1,,"b":2},{"a":}, null, {"a":2}]';
    const { rows, rejected, error } = await readFeedBytes(text, { kind: 'json' });
    assert.equal(error, undefined);
    assert.equal(rows.length, 2);
    assert.deepEqual(
      rejected.map(({ row, code }) => [row, code]),
      [
        [2, 'LW_ROW_COLUMNS'],
        [3, 'LW_ROW_COLUMNS'],
        [4, 'LW_ROW_COLUMNS'],
      ],
    );
    assert.equal(
      String(await rejectedBytes(text, { kind: 'json' }, rejected)),
      '[\n{"a":1,,"b":2},\n{"a":},\nnull\n]\n',
    );
  });

  it('rejects what is too long or nests too deeply, and keeps the file of rejected rows readable', async () => {
    const long = `{"a":"${'x'.repeat(5000)}"}`;
    const deep = `{"a":${'{"a":'.repeat(100)}1${'}'.repeat(100)}}`;
    const text = `{"k1":[${long}],"k2":[${deep}],"k3":[{"a":"y"}]}`;
    const format: FormatInput = { kind: 'json', path: '*', maxRecordChars: 2000 };
    const { rows, rejected } = await readFeedBytes(text, format, { chunks: [100] });
    assert.deepEqual(
      [rows.length, rejected.map(({ reason }) => reason)],
      [1, ['the record has more than 2000 characters; its first 1000 are kept', 'nests too deeply']],
    );
    const again = await readFeedBytes(await rejectedBytes(text, format, rejected), format);
    assert.equal(again.error, undefined);
    assert.equal(again.all.length, 2);
    const arrays = await readFeedBytes(`[{"a":${'['.repeat(300_000)}${']'.repeat(300_000)}}]`, { kind: 'json' });
    assert.equal(arrays.rejected[0]?.reason, 'nests too deeply');
  });
});

describe('JSON Lines', () => {
  it('reject a line that is no JSON, and read the others', async () => {
    const { rows, rejected } = await readFeedBytes('{"a":1}\r\n\n{"a":\n{"a":2}', { kind: 'jsonl' });
    assert.deepEqual(
      rows.map(({ row, fields, raw }) => [row, fields, raw]),
      [
        [1, { a: '1' }, '{"a":1}'],
        [4, { a: '2' }, '{"a":2}'],
      ],
    );
    assert.match(rejected[0]?.reason ?? '', /^is no JSON: /);
    assert.equal(rejected[0]?.row, 3);
  });
});

describe('Event JSON of MISP', () => {
  it('is rejected where it is no event', async () => {
    const text = '{"response": [{"Event":{"info":"x"}}, {"Attribute":[]}, {"info":"y"}]}';
    const { rows, rejected } = await readFeedBytes(text, { kind: 'misp' });
    assert.deepEqual(
      rows.map(({ fields }) => fields),
      [
        { info: 'x', event: '{"info":"x"}' },
        { info: 'y', event: '{"info":"y"}' },
      ],
    );
    assert.deepEqual(
      rejected.map(({ row, reason }) => [row, reason]),
      [[2, 'is no MISP event: it has no `info`']],
    );
  });

  it('passes over the indexes of a feed, however they are cut', async () => {
    const uuid = '5b0c5a1e-8a3c-4c4e-9f8c-2a7d0a0b0c01';
    const manifest = JSON.stringify({ [uuid]: { info: 'x', Orgc: { name: 'o' }, timestamp: 1 } });
    const hashes = `44d88612fea8a8f36de82e1278abb02f,${uuid}\n`.repeat(3);
    for (const text of [manifest, `\n ${manifest}`, hashes]) {
      for (const chunks of [[1], [7, 40], [1000]]) {
        const { all, error } = await readFeedBytes(text, { kind: 'misp' }, { chunks });
        assert.deepEqual([all, error], [[], undefined]);
      }
    }
    const { rejected } = await readFeedBytes('{}', { kind: 'misp' });
    assert.equal(rejected.length, 1);
  });
});
