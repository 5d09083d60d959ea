import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defang } from '../../src/cli/defang.js';
import { printable, printableLine } from '../../src/cli/printable.js';
import { failureOf } from '../../src/cli/report-error.js';
import { table } from '../../src/cli/table.js';

describe('a defanged URL', () => {
  const cases = [
    ['https://a.b.example/c.d?e=f.g#h.i', 'hxxps://a[.]b[.]example/c.d?e=f.g#h.i'],
    ['HTTP://a.example', 'hxxp://a[.]example'],
    ['http://mail.example@198.51.100.23:8080/q', 'hxxp://mail[.]example@198[.]51[.]100[.]23:8080/q'],
    ['ftp://a.example/x', 'fxp://a[.]example/x'],
    ['a.example', 'a[.]example'],
  ] as const;
  for (const [url, harmless] of cases) {
    it(`of ${url} is ${harmless}`, () => assert.equal(defang(url), harmless));
  }
});

describe('a text from outside', () => {
  it('cannot colour, move or reorder what stands beside it', () => {
    assert.equal(printable('a\x1b[31mb\u202ec\x07\u009b2J'), 'a\uFFFD[31mb\uFFFDc\uFFFD\uFFFD2J');
    assert.equal(printable('two\nlines'), 'two\nlines');
    assert.equal(printableLine(' two\r\n\tlines '), 'two lines');
  });

  it('cannot break a table', () => {
    const lines = table(['from', 'subject'], [['a\nb', '\x1b[2J件名']]).split('\n');
    assert.equal(lines.length, 5);
    assert.ok(!lines.join('').includes('\x1b'));
  });
});

describe('a table that is too wide', () => {
  it('narrows the columns that may give way, the first group first', () => {
    const row = ['x'.repeat(26), 'y'.repeat(40), 'z'.repeat(40)];
    const wide = table(['id', 'from', 'case'], [row], { flexible: [[2], [1]] });
    assert.ok(wide.includes('y'.repeat(40)) && wide.includes('z'.repeat(40)));
    const narrow = table(['id', 'from', 'case'], [row], { width: 100, flexible: [[2], [1]] });
    assert.ok(narrow.split('\n').every((line) => line.length <= 100));
    assert.ok(narrow.includes('x'.repeat(26)) && narrow.includes('y'.repeat(40)) && narrow.includes('z…'));
    const narrower = table(['id', 'from', 'case'], [row], { width: 60, flexible: [[2], [1]] });
    assert.ok(narrower.includes('x'.repeat(26)) && narrower.includes('y…'));
  });
});

describe('a failure of a workflow', () => {
  it('is told in the words it ended with', () => {
    const cause = Object.assign(new Error('mailbox soc: no. [LW_MAIL_AUTH]'), {
      name: 'ApplicationFailure',
      type: 'LW_MAIL_AUTH',
    });
    const failed = new Error('Workflow execution failed', { cause });
    assert.deepEqual(failureOf(failed), { code: 'LW_MAIL_AUTH', message: 'mailbox soc: no. [LW_MAIL_AUTH]' });
  });
});
