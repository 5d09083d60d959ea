import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatSchema } from '../../../src/feeds/formats/config.js';
import { readFeedBytes } from '../../support/feed-reading.js';

const access = '^(?P<ip>\\S+) .*"(?P<method>[A-Z]+) (?P<path>\\S+)[^"]*" (?P<status>\\d+)(?: (?P<size>\\d+))?';

describe('Logs', () => {
  it('are read by the named groups of an expression; a group without part is absent', async () => {
    const text =
      '203.0.113.9 - - [10/Nov/2026:13:55:36 +0000] "GET /a?b=1 HTTP/1.1" 200 23\nrubbish\n203.0.113.8 - "POST /x HTTP/1.1" 404 -\n';
    const { rows, rejected } = await readFeedBytes(text, { kind: 'log', pattern: access });
    assert.deepEqual(
      rows.map(({ row, fields }) => [row, fields]),
      [
        [1, { ip: '203.0.113.9', method: 'GET', path: '/a?b=1', status: '200', size: '23' }],
        [3, { ip: '203.0.113.8', method: 'POST', path: '/x', status: '404' }],
      ],
    );
    assert.deepEqual(
      rejected.map(({ row, reason }) => [row, reason]),
      [[2, 'the line does not match `format.pattern`']],
    );
    const skipping = await readFeedBytes(text, { kind: 'log', pattern: access, unmatched: 'skip' });
    assert.deepEqual([skipping.rows.length, skipping.rejected], [2, []]);
  });

  it('are not slowed by an expression that is catastrophic elsewhere', async () => {
    const text = `${'a'.repeat(5000)}!\n`.repeat(20);
    const { rejected } = await readFeedBytes(text, { kind: 'log', pattern: '^(?P<x>(a+)+)$' });
    assert.equal(rejected.length, 20);
  });

  it('check the expression with the configuration', () => {
    const reasonFor = (pattern: string) => formatSchema.safeParse({ kind: 'log', pattern }).error?.issues[0]?.message;
    assert.match(reasonFor('(?P<ip>\\S+') ?? '', /must be a regular expression in RE2 syntax: missing closing \)/);
    assert.match(reasonFor('(?=x)(?P<a>y)') ?? '', /RE2 syntax: invalid or unsupported Perl syntax/);
    assert.match(reasonFor('\\S+') ?? '', /must have a named group/);
    assert.equal(reasonFor(access), undefined);
  });

  it('must have the groups that the mapping needs', async () => {
    const { error } = await readFeedBytes('x', { kind: 'log', pattern: access }, { needs: ['ipp'] });
    assert.equal(error?.code, 'LW_FEED_HEADER');
    assert.match(error.message, /"ipp" \(is it "ip"\?\)/);
  });

  it('are read as key=value pairs', async () => {
    const text = [
      '<134>Nov 10 fw: date=2026-11-10 dev="fw \\"1\\" C:\\temp" empty= ip=192.0.2.1 ip=192.0.2.2 =x flag',
      'no pairs here',
      'a="open',
      '# c=d',
    ].join('\n');
    const { rows, rejected } = await readFeedBytes(text, { kind: 'keyValue', comment: '#' });
    assert.deepEqual(
      rows.map(({ fields }) => fields),
      [{ date: '2026-11-10', dev: 'fw "1" C:\\temp', empty: '', ip: ['192.0.2.1', '192.0.2.2'] }],
    );
    assert.deepEqual(
      rejected.map(({ row, reason }) => [row, reason]),
      [
        [2, 'the line has no pair of key=value'],
        [3, 'the quote that opens the value of a is not closed'],
      ],
    );
    const colons = await readFeedBytes('a:1 b:2', { kind: 'keyValue', separator: ':' });
    assert.deepEqual(colons.rows[0]?.fields, { a: '1', b: '2' });
  });
});
