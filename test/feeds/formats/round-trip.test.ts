import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { type FormatInput, readFeedBytes, rejectedBytes } from '../../support/feed-reading.js';

const runs = { numRuns: 150 };
const chunks = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });

/** Whatever can stand in a field; a carriage return at the end of a line belongs to the line end. */
const text = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.stringMatching(/^[ -~]{0,12}$/),
    fc.constantFrom(
      '',
      ' ',
      '"',
      '""',
      ',',
      ';',
      '\t',
      '\n',
      '\r\n',
      'a "b" c',
      '# no comment',
      '日本',
      '😀',
      '__proto__',
    ),
  )
  .map((value) => value.replaceAll(/\r+$/g, ''));

const names = ['first', '__proto__', 'third column'];
const table = fc.array(fc.tuple(text, text, text), { maxLength: 20 });

/** Fields as they are compared: JSON.parse makes `__proto__` an ordinary key, as the readers do. */
function fieldsOf(values: readonly string[]): unknown {
  return JSON.parse(`{${names.map((name, index) => `${JSON.stringify(name)}:${JSON.stringify(values[index])}`)}}`);
}

function quoted(value: string): string {
  return `"${value.replaceAll('"', '""')}"`;
}

async function readsBack(
  bytes: Buffer | string,
  format: FormatInput,
  sizes: readonly number[],
  expected: readonly unknown[],
): Promise<void> {
  const reading = await readFeedBytes(bytes, format, { chunks: sizes });
  assert.equal(reading.error, undefined);
  assert.deepEqual(reading.rejected, []);
  const fields = reading.rows.map((row) => row.fields);
  assert.deepEqual(fields, expected);
  // What a file of rejected rows holds is read back as the same rows.
  const again = await readFeedBytes(await rejectedBytes(bytes, format, reading.rows), format);
  assert.equal(again.error, undefined);
  assert.deepEqual(
    again.all.map((row) => ('fields' in row ? row.fields : row.reason)),
    expected,
  );
}

describe('What is written is read back, in whatever chunks it comes', () => {
  it('as CSV with every value quoted', async () => {
    await fc.assert(
      fc.asyncProperty(table, chunks, fc.constantFrom('\n', '\r\n'), async (rows, sizes, lineEnd) => {
        const lines = [names, ...rows].map((values) => values.map(quoted).join(','));
        await readsBack(lines.join(lineEnd), { kind: 'csv' }, sizes, rows.map(fieldsOf));
      }),
      runs,
    );
  });

  it('as CSV with other delimiters, where only what needs it is quoted', async () => {
    const delimiters = fc.constantFrom(';', '|', '||', '\t');
    await fc.assert(
      fc.asyncProperty(table, chunks, delimiters, async (rows, sizes, delimiter) => {
        const needsQuotes = (value: string) =>
          value.includes('"') || value.includes('\n') || value.includes('\r') || value.includes(delimiter[0] ?? '');
        const lines = [names, ...rows].map((values) =>
          values.map((value) => (needsQuotes(value) ? quoted(value) : value)).join(delimiter),
        );
        await readsBack(`${lines.join('\n')}\n`, { kind: 'csv', delimiter }, sizes, rows.map(fieldsOf));
      }),
      runs,
    );
  });

  it('as TSV, where quotes are text', async () => {
    await fc.assert(
      fc.asyncProperty(table, chunks, async (rows, sizes) => {
        const plain = rows.map((values) => values.map((value) => value.replaceAll(/[\t\r\n]/g, ' ')));
        const lines = [names, ...plain].map((values) => values.join('\t'));
        await readsBack(lines.join('\n'), { kind: 'tsv' }, sizes, plain.map(fieldsOf));
      }),
      runs,
    );
  });

  it('as CSV in UTF-16 and Shift_JIS', async () => {
    const japanese = fc.array(
      fc.tuple(...names.map(() => fc.stringMatching(/^[ -[\]-}あ-んア-ンー表ソ能予暴]{0,8}$/))),
      { maxLength: 10 },
    );
    const charsets = fc.constantFrom('shift_jis', 'euc-jp', 'utf-16le', 'utf-16be', 'utf-16', 'gb18030');
    await fc.assert(
      fc.asyncProperty(japanese, chunks, charsets, async (rows, sizes, charset) => {
        const lines = [names, ...rows].map((values) => values.map(quoted).join(','));
        const bytes = iconv.encode(lines.join('\n'), charset, { addBOM: charset === 'utf-16' });
        await readsBack(bytes, { kind: 'csv', charset }, sizes, rows.map(fieldsOf));
      }),
      runs,
    );
  });

  const records = fc.array(
    fc.record({
      id: fc.oneof(fc.integer(), fc.bigInt({ min: 0n, max: 10n ** 30n })),
      name: fc.string({ unit: 'binary', maxLength: 12 }),
      nested: fc.record({ list: fc.array(text, { maxLength: 4 }), flag: fc.boolean() }),
    }),
    { maxLength: 12 },
  );

  /** JSON with numbers as long as they are. */
  function jsonOf({ id, ...others }: { id: number | bigint }): string {
    return `{"id": ${id === 0 ? '0' : id}, ${JSON.stringify(others, null, 1).slice(1)}`;
  }

  function jsonFieldsOf(record: {
    id: number | bigint;
    name: string;
    nested: { list: string[]; flag: boolean };
  }): unknown {
    const { id, name, nested } = record;
    return { id: String(id), name, 'nested.list': nested.list, 'nested.flag': String(nested.flag) };
  }

  it('as a JSON document, with its list at a path', async () => {
    await fc.assert(
      fc.asyncProperty(records, chunks, async (rows, sizes) => {
        const list = `[${rows.map(jsonOf).join(' ,\n ')}]`;
        const document = `{"data": [[1,"]"]], "next": {"items": {}, "data": 2}, "x": {"items": ${list}}, "end": null}`;
        await readsBack(document, { kind: 'json', path: 'x.items' }, sizes, rows.map(jsonFieldsOf));
        await readsBack(list, { kind: 'json' }, sizes, rows.map(jsonFieldsOf));
      }),
      runs,
    );
  });

  it('as a JSON object whose keys are ids', async () => {
    await fc.assert(
      fc.asyncProperty(records, chunks, text, async (rows, sizes, prefix) => {
        const members = rows.map((row, index) => `${JSON.stringify(prefix + index)} : [ ${jsonOf(row)} ]`);
        const expected = rows.map((row, index) => ({ ...Object(jsonFieldsOf(row)), key: prefix + index }));
        await readsBack(`{${members.join(',\n')}}`, { kind: 'json', path: '*', keyField: 'key' }, sizes, expected);
      }),
      runs,
    );
  });

  it('as JSON Lines', async () => {
    await fc.assert(
      fc.asyncProperty(records, chunks, async (rows, sizes) => {
        const lines = rows.map((row) => jsonOf(row).replaceAll('\n', ' '));
        await readsBack(lines.join('\n'), { kind: 'jsonl' }, sizes, rows.map(jsonFieldsOf));
      }),
      runs,
    );
  });

  it('as log lines and key=value pairs', async () => {
    const word = fc.stringMatching(/^[!#-<>-[\]-~あ-ん]{1,10}$/);
    const phrase = fc.stringMatching(/^[ -~あ-ん]{0,12}$/);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(word, phrase), { maxLength: 10 }), chunks, async (rows, sizes) => {
        const pattern = '^(?P<ip>\\S+) \\[(?P<rest>.*)\\]$';
        const expected = rows.map(([ip, rest]) => ({ ip, rest }));
        const log = rows.map(([ip, rest]) => `${ip} [${rest}]`).join('\n');
        await readsBack(log, { kind: 'log', pattern }, sizes, expected);
        const pairs = rows.map(([ip, rest]) => `<134>host: ip=${ip} rest="${rest.replaceAll(/(["\\])/g, '\\$1')}"`);
        await readsBack(pairs.join('\n'), { kind: 'keyValue' }, sizes, expected);
      }),
      runs,
    );
  });

  it('as a list of indicators, plain and defanged', async () => {
    const indicator = fc.oneof(
      fc.ipV4().map((value) => ({ value, type: 'ip-dst', written: value.replaceAll('.', '[.]') })),
      fc.ipV6().map((value) => ({ value, type: 'ip-dst', written: value })),
      fc.stringMatching(/^[a-f0-9]{64}$/).map((value) => ({ value, type: 'sha256', written: value })),
      fc.stringMatching(/^[a-z]{1,10}\/[a-z#]{0,10}$/).map((rest) => ({
        value: `https://evil.example/${rest}`,
        type: 'url',
        written: `hxxps://evil[.]example/${rest}`,
      })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(indicator, { maxLength: 15 }), chunks, async (rows, sizes) => {
        const expected = rows.map(({ value, type, written }) => ({ value, type, original: written }));
        await readsBack(rows.map((row) => row.written).join('\r\n'), { kind: 'list' }, sizes, expected);
      }),
      runs,
    );
  });

  it('as events of MISP: a list, an answer, one event', async () => {
    const event = fc.record({
      uuid: fc.uuid(),
      info: fc.string({ unit: 'binary' }),
      Attribute: fc.array(fc.object(), { maxLength: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 5 }), chunks, async (events, sizes) => {
        const expected = events.map((it) => ({ uuid: it.uuid, info: it.info, event: JSON.stringify(it) }));
        const wrapped = events.map((Event) => ({ Event }));
        await readsBack(JSON.stringify(events), { kind: 'misp' }, sizes, expected);
        await readsBack(JSON.stringify(wrapped), { kind: 'misp' }, sizes, expected);
        await readsBack(JSON.stringify({ response: wrapped }), { kind: 'misp' }, sizes, expected);
        await readsBack(JSON.stringify(wrapped[0]), { kind: 'misp' }, sizes, expected.slice(0, 1));
      }),
      runs,
    );
  });
});
