import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Extraction } from '../../src/indicators/types.js';
import { extractMessage } from '../../src/mail/parse-message.js';
import { codesOf, extract, limits } from '../support/extraction.js';
import { attachedMail, carriedMail, mixed } from '../support/reports.js';

const cases = 'CASE-([0-9]+)';
const wanted = { inBody: [cases] };
const head = ['From: a@b.example', 'Subject: CASE-999 in the subject'];
const text = (body: string) => [...head, 'Content-Type: text/plain; charset=utf-8', '', body].join('\r\n');
const values = ({ inBody = [] }: Extraction) => inBody.map(({ value }) => value);

describe('expressions that are sought in the text of a mail', () => {
  it('give their first group of each match, each value once', async () => {
    const extraction = await extract(text('See CASE-12, CASE-7 and CASE-12 again.'), { wanted });
    assert.deepEqual(extraction.inBody, [
      { expression: cases, value: '12', part: '1' },
      { expression: cases, value: '7', part: '1' },
    ]);
    assert.equal('inBody' in (await extract(text('none here'), { wanted })), false);
  });

  it('are sought in what a person reads: decoded, and without the marks of HTML', async () => {
    const html = `<p>Ticket CASE-<b>4</b>2</p><div style="display:none">CASE-1</div><!-- CASE-2 -->`;
    const encoded = Buffer.from(html).toString('base64');
    const raw = [...head, 'Content-Type: text/html', 'Content-Transfer-Encoding: base64', '', encoded].join('\r\n');
    assert.deepEqual(values(await extract(raw, { wanted })), ['42']);
  });

  it('are sought in attached mails, and not in files', async () => {
    const file = 'Content-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nCASE-3';
    const inner = attachedMail(carriedMail('one', [], '\r\nRead CASE-5'));
    const raw = mixed(head, ['Content-Type: text/plain\r\n\r\nRead CASE-4', inner, file]);
    const { inBody = [] } = await extract(raw, { wanted });
    assert.deepEqual(
      inBody.map(({ value, part }) => [value, part]),
      [
        ['4', '1'],
        ['5', '2.1'],
      ],
    );
  });

  it('find no more than is told of, and say so', async () => {
    const many = Array.from({ length: 80 }, (_, index) => `CASE-${index}`).join(' ');
    const found = await extract(text(many), { wanted });
    assert.equal(found.inBody?.length, 50);
    assert.ok(codesOf(found).includes('fields-cut'));
    const often = await extract(text(`${'CASE-1 '.repeat(200)}CASE-2`), { wanted });
    assert.deepEqual(values(often), ['1', '2']);
    assert.deepEqual(codesOf(often), []);
    const long = await extract(text(`CASE-${'1'.repeat(5000)}`), { wanted });
    assert.equal(long.inBody?.[0]?.value.length, 1000);
    const large = await extract(text(`${'a '.repeat(400_000)} CASE-1`), { wanted });
    assert.ok(codesOf(large).includes('fields-cut'));
  });

  it('find long values with their lines where they may, and no more than is kept of all', async () => {
    const all = '(?s).+';
    const long = { inBody: [all], longInBody: [all] };
    const letter = 'Dear Ann,\r\n\r\n\r\n\r\n  pay   here:\r\nhttps://pay.example/\r\n';
    const read = await extract(text(letter), { wanted: long });
    assert.deepEqual(values(read), ['Dear Ann,\n\npay here:\nhttps://pay.example/']);
    assert.deepEqual(values(await extract(text(letter), { wanted: { inBody: [all] } })), [
      'Dear Ann, pay here: https://pay.example/',
    ]);
    const large = await extract(text('a'.repeat(30_000)), { wanted: long });
    assert.equal(large.inBody?.[0]?.value.length, 20_000);
    assert.ok(codesOf(large).includes('fields-cut'));
    const each = '[a-z]{3}[^ ]+';
    const many = Array.from({ length: 9 }, (_, index) => `abc${index}${'-'.repeat(15_000)}`).join(' ');
    const told = values(await extract(text(many), { wanted: { inBody: [each], longInBody: [each] } }));
    assert.equal(told.length, 6);
  });

  it('are read in little time, whatever they are and whatever the text is', async () => {
    const hostile = ['(a|aa)+$', '(.*)(.*)(.*)x', '([a-z]{1,300}){1,3}!', '(?i)(?:a?){200}a{200}'];
    const found = await extract(text('a'.repeat(600_000)), { wanted: { inBody: hostile } });
    assert.ok(codesOf(found).includes('fields-cut'));
    assert.ok(found.subject !== null);
  });

  it('share the time for them: many large ones read less of a text than one', async () => {
    const large = (index: number) => `(?:[a-z]{0,300}!){2}${index}|CASE-1`;
    const raw = text(`${'a '.repeat(10_000)} CASE-1`);
    const alone = await extract(raw, { wanted: { inBody: [large(0)] } });
    assert.deepEqual([values(alone), codesOf(alone)], [['CASE-1'], []]);
    const many = await extract(raw, { wanted: { inBody: Array.from({ length: 50 }, (_, index) => large(index)) } });
    assert.deepEqual([values(many), codesOf(many)], [[], ['fields-cut']]);
  });

  it('are left alone where the mail is read in a plainer way', async () => {
    for (const effort of ['plain', 'simple'] as const) {
      const found = await extractMessage(Buffer.from(text('CASE-1')), { ...limits, wanted }, effort);
      assert.equal('inBody' in found, false);
      assert.ok(codesOf(found).includes('fields-cut'));
    }
  });
});
