import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { readFeedBytes, rejectedBytes } from '../../support/feed-reading.js';

describe('CSV and TSV', () => {
  it('give each row its line, its fields and its exact text', async () => {
    const { rows } = await readFeedBytes('a,b\r\n\r\n1,"x, ""y"""\r\n  \n2,"two\r\nlines"\r\n3,z', { kind: 'csv' });
    assert.deepEqual(rows, [
      { file: 'feed', row: 3, fields: { a: '1', b: 'x, "y"' }, raw: '1,"x, ""y"""' },
      { file: 'feed', row: 5, fields: { a: '2', b: 'two\r\nlines' }, raw: '2,"two\r\nlines"' },
      { file: 'feed', row: 7, fields: { a: '3', b: 'z' }, raw: '3,z' },
    ]);
  });

  it('read what csv-parse reads in the same way', async () => {
    const piece = fc.constantFrom('a', '"', '""', ',', '"b"', '"c\nd"', ' ', 'e');
    const line = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => `k,${pieces.join('')}`);
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 4 }), async (lines) => {
        const text = lines.join('\n');
        const theirs = parsedByCsvParse(text);
        const width = theirs[0]?.length;
        // What it takes for broken is for other tests; what it takes for rows must be the same rows.
        fc.pre(theirs.length > 0 && theirs.every((row) => row.length === width));
        const { rows } = await readFeedBytes(text, { kind: 'csv', header: false });
        assert.deepEqual(
          rows.map((row) => Object.values(row.fields)),
          theirs,
        );
      }),
      { numRuns: 500 },
    );
  });

  it('reject rows with too many or too few columns, with both counts, and read the others', async () => {
    const { rows, rejected } = await readFeedBytes('a\tb\n1\t2\n3\n4\t5\t6\n7\t8\n', { kind: 'tsv' });
    assert.deepEqual(
      rows.map(({ row }) => row),
      [2, 5],
    );
    assert.deepEqual(rejected, [
      { file: 'feed', row: 3, raw: '3', code: 'LW_ROW_COLUMNS', reason: 'has 1 columns where the header has 2' },
      { file: 'feed', row: 4, raw: '4\t5\t6', code: 'LW_ROW_COLUMNS', reason: 'has 3 columns where the header has 2' },
    ]);
  });

  it('reject only the line of a quote that is never closed', async () => {
    const text = 'a,b\n1,"x"\n2,"open\n3,y\n4,"z"\n5,w\n';
    const { rows, rejected } = await readFeedBytes(text, { kind: 'csv' });
    assert.deepEqual(
      rows.map(({ row, fields }) => [row, fields.b]),
      [
        [2, 'x'],
        [4, 'y'],
        [5, 'z'],
        [6, 'w'],
      ],
    );
    assert.deepEqual(
      rejected.map(({ row, reason }) => [row, reason]),
      [[3, 'the quote that opens in column 2 is not closed']],
    );
  });

  it('find a quote that is never closed at the end of the file and at the limit of a record too', async () => {
    const plain = Array.from({ length: 1000 }, (_, index) => `${index},plain`);
    const text = ['a,b', '0,"open', ...plain].join('\n');
    for (const maxRecordChars of [500, 1_000_000]) {
      const { rows, rejected } = await readFeedBytes(text, { kind: 'csv', maxRecordChars });
      assert.equal(rows.length, 1000);
      assert.deepEqual(
        rejected.map(({ row, raw }) => [row, raw]),
        [[2, '0,"open']],
      );
    }
  });

  it('are not slowed by quotes that open and close in every line', async () => {
    const lines = Array.from({ length: 60_000 }, () => 'x","');
    const { all } = await readFeedBytes(`a,b\n"${lines.join('\n')}`, { kind: 'csv' });
    assert.equal(all.length, lines.length);
  });

  it('reject a quote that is closed in the middle of its value', async () => {
    const { rejected, rows } = await readFeedBytes('a,b\n1,"x"y\n2,z\n', { kind: 'csv' });
    assert.deepEqual(
      rejected.map(({ reason }) => reason),
      ['the quote of column 2 is closed in the middle of its value'],
    );
    assert.equal(rows.length, 1);
  });

  it('take quotes for text in TSV, unless they are switched on', async () => {
    const text = 'a\tb\nAcme "Best\tx\n"y"\tz\n';
    const plain = await readFeedBytes(text, { kind: 'tsv' });
    assert.deepEqual(
      plain.rows.map(({ fields }) => fields.a),
      ['Acme "Best', '"y"'],
    );
    const quoting = await readFeedBytes(text, { kind: 'tsv', quote: '"' });
    assert.deepEqual(
      quoting.rows.map(({ fields }) => fields.a),
      ['Acme "Best', 'y'],
    );
  });

  it('pass over comments and lines at the start, and count them', async () => {
    const text = 'made today\n#c\na;b\n#1;2\n"#3";4\n';
    const { rows } = await readFeedBytes(text, { kind: 'csv', delimiter: ';', comment: '#', skipLines: 1 });
    assert.deepEqual(
      rows.map(({ row, fields }) => [row, fields]),
      [[5, { a: '#3', b: '4' }]],
    );
  });

  it('take the names of columns from the configuration, and number them without', async () => {
    const text = '# "x", "y"\n"1", "2"\n';
    const named = await readFeedBytes(text, { kind: 'csv', header: ['x', 'y'], comment: '#', trim: true });
    assert.deepEqual(
      named.rows.map(({ fields }) => fields),
      [{ x: '1', y: '2' }],
    );
    const numbered = await readFeedBytes('a,b\nc,d\ne', { kind: 'csv', header: false });
    assert.deepEqual(
      numbered.rows.map(({ fields }) => fields),
      [
        { 1: 'a', 2: 'b' },
        { 1: 'c', 2: 'd' },
      ],
    );
    assert.equal(numbered.rejected[0]?.reason, 'has 1 columns where the first row has 2');
  });

  it('call a column without a name of its own by its number', async () => {
    const { rows } = await readFeedBytes('a, ,a\n1,2,3\n', { kind: 'csv' });
    assert.deepEqual(rows[0]?.fields, { a: '1', 2: '2', 3: '3' });
  });

  it('name the missing column, what may be meant, and the header, before any row', async () => {
    const { all, error } = await readFeedBytes('actor,victm\nx,y\n', { kind: 'csv' }, { needs: ['actor', 'victim'] });
    assert.equal(error?.code, 'LW_FEED_HEADER');
    assert.match(error.message, /"victim" \(is it "victm"\?\)\. The columns are "actor", "victm"/);
    assert.deepEqual(all, []);
  });

  it('tell of a file without a header, or with one that cannot be read', async () => {
    const empty = await readFeedBytes('', { kind: 'csv' });
    assert.equal(empty.error?.code, 'LW_FEED_HEADER');
    const broken = await readFeedBytes('a,"b\n1,2\n3,4\n', { kind: 'csv' });
    assert.equal(broken.error?.code, 'LW_FEED_HEADER');
    assert.match(broken.error.message, /quote that opens in column 2/);
    assert.deepEqual(broken.all, []);
  });

  it('reject a line that is too long with its beginning, and read the others', async () => {
    const text = `a,b\n1,2\n${'x'.repeat(300_000)}\n3,4\n"${'y'.repeat(300_000)}`;
    const { rows, rejected } = await readFeedBytes(text, { kind: 'csv', maxRecordChars: 10_000 });
    assert.deepEqual(
      rows.map(({ row }) => row),
      [2, 4],
    );
    assert.deepEqual(
      rejected.map(({ row, raw }) => [row, raw.length]),
      [
        [3, 1000],
        [5, 1000],
      ],
    );
    assert.match(rejected[0]?.reason ?? '', /more than 10000 characters/);
  });

  it('give a file of rejected rows that starts as the file did', async () => {
    const text = 'made today\r\n#c\r\na,b\r\n1\r\n2,3\r\n';
    const format = { kind: 'csv', skipLines: 1, comment: '#' } as const;
    const { rejected } = await readFeedBytes(text, format);
    assert.equal(String(await rejectedBytes(text, format, rejected)), 'made today\na,b\n1\n');
  });
});

function parsedByCsvParse(text: string): readonly (readonly string[])[] {
  try {
    return parse(text, { relax_quotes: false, relax_column_count: true });
  } catch {
    return [];
  }
}
