import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type SkipConfig, skipSchema } from '../../../src/mail/skip/config.js';
import { type SkipRule, skipRulesOf, skipText, wantedBySkip } from '../../../src/mail/skip/skip-rules.js';
import { extract } from '../../support/extraction.js';

function skip(expressions: Partial<SkipConfig>): SkipConfig {
  return skipSchema.parse(expressions);
}

/** By which expression a mailbox with this `skip` makes no alert of a mail. */
async function ruleFor(raw: string, config: SkipConfig, isWhole = true): Promise<SkipRule | undefined> {
  const wanted = wantedBySkip({ skip: config });
  return skipRulesOf({ skip: config })?.ruleFor(await extract(raw, { wanted }), isWhole);
}

function mail(body: readonly string[], ...headers: readonly string[]): string {
  const usual = ['Message-ID: <1@mail.example>', 'From: "A. Sender" <sender@phish.example>', 'Subject: Hello'];
  const names = new Set(headers.map((header) => header.slice(0, header.indexOf(':'))));
  return [...usual.filter((line) => !names.has(line.slice(0, line.indexOf(':')))), ...headers, '', ...body, ''].join(
    '\r\n',
  );
}

const outOfOffice = skip({ body: ['(?i)i am out of (?:the )?office'] });

describe('which mails a mailbox skips', () => {
  it('is told by the decoded Subject', async () => {
    const encoded = `Subject: =?utf-8?B?${Buffer.from('Abwesenheit: Grüße').toString('base64')}?=`;
    assert.deepEqual(await ruleFor(mail(['x'], encoded), skip({ subject: ['^Urlaub', '^Abwesenheit: Gr'] })), {
      field: 'subject',
      expression: '^Abwesenheit: Gr',
    });
    assert.equal(
      await ruleFor(mail(['x'], 'Subject: Re: Abwesenheit'), skip({ subject: ['^Abwesenheit'] })),
      undefined,
    );
  });

  it('is told by From, and by its address alone', async () => {
    const by = (expression: string, from: string) =>
      ruleFor(mail(['x'], `From: ${from}`), skip({ from: [expression] })).then((rule) => rule?.field);
    assert.equal(await by('^news@shop\\.example$', '"Shop" <News@Shop.example>'), 'from');
    assert.equal(await by('(?i)"?shop', 'Shop <news@shop.example>'), 'from');
    assert.equal(await by('^news@shop\\.example$', 'news@shop.example, boss@evil.example'), undefined);
  });

  it('is told by the text, whatever its encoding and its markup', async () => {
    const base64 = Buffer.from('Dear all,\r\nI am out of office.').toString('base64');
    const plain = mail([base64], 'Content-Type: text/plain', 'Content-Transfer-Encoding: base64');
    assert.equal((await ruleFor(plain, outOfOffice))?.field, 'body');
    const html = mail(['<p>I am out of the office until Monday</p>'], 'Content-Type: text/html');
    assert.equal((await ruleFor(html, outOfOffice))?.field, 'body');
    assert.equal(await ruleFor(mail(['I am in the office']), outOfOffice), undefined);
  });

  it('is not told by what stands in files or in mails that it carries', async () => {
    const parts = (type: string, ...content: readonly string[]) =>
      mail(
        [...['--b', 'Content-Type: text/plain', '', 'See below.', '--b', `Content-Type: ${type}`], ...content, '--b--'],
        'MIME-Version: 1.0',
        'Content-Type: multipart/mixed; boundary=b',
      );
    const report = parts('message/rfc822', '', 'Subject: original', '', 'I am out of office');
    assert.equal(await ruleFor(report, outOfOffice), undefined);
    const file = parts('text/plain', 'Content-Disposition: attachment; filename=a.txt', '', 'I am out of office');
    assert.equal(await ruleFor(file, outOfOffice), undefined);
  });

  it('does not depend on the groups of an expression', async () => {
    const config = skip({ body: ['out of( the)? office'] });
    assert.equal((await ruleFor(mail(['I am out of office']), config))?.expression, 'out of( the)? office');
  });

  it('does not depend on whether a quotation in an expression has an end', async () => {
    const config = skip({ body: ['\\Qout of office (until'] });
    assert.equal((await ruleFor(mail(['I am out of office (until Monday)']), config))?.field, 'body');
    assert.equal(await ruleFor(mail(['I am out of office']), config), undefined);
  });

  it('is never told by the text of a mail whose structure is broken, or of which a part cannot be read', async () => {
    const parts = (type: string, ...headers: readonly string[]) =>
      mail(
        ['--b', 'Content-Type: text/plain', '', 'I am out of office', '--b', ...headers, '', 'aaaa', '--b--'],
        'MIME-Version: 1.0',
        `Content-Type: ${type}`,
      );
    const whole = 'multipart/mixed; boundary=b';
    assert.equal((await ruleFor(parts(whole, 'Content-Type: text/plain'), outOfOffice))?.field, 'body');
    const piece = 'Content-Type: message/partial; id="1@mail.example"; number=1; total=2';
    for (const raw of [parts('multipart/mixed', 'Content-Type: text/plain'), parts(whole, piece)]) {
      assert.equal(await ruleFor(raw, outOfOffice), undefined);
    }
  });

  it('is never told by the text of a mail that was not read to its end', async () => {
    const text = `I am out of office ${'x'.repeat(20_000)}`;
    const config = skip({ ...outOfOffice, subject: ['^Nobody'] });
    const rules = skipRulesOf({ skip: config });
    const found = await extract(mail([text]), { sizeBytes: 2_000, wanted: wantedBySkip({ skip: config }) });
    assert.ok(found.inBody !== undefined && found.findings.some(({ code }) => code === 'size-cut'));
    assert.equal(rules?.ruleFor(found, true), undefined);
    assert.equal(await ruleFor(mail(['I am out of office']), config, false), undefined);
    assert.equal((await ruleFor(mail(['I am out of office']), config))?.field, 'body');
  });

  it('is nothing that a mail does not have', async () => {
    const everything = skip({ subject: ['.*'], from: ['.*'] });
    assert.equal(await ruleFor('Date: Mon, 2 Mar 2026 10:00:00 +0000\r\n\r\nhello\r\n', everything), undefined);
  });

  it('is no mail without a match, whatever it says', () =>
    fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), async (subject, body) => {
        const marked = skip({ subject: ['XSKIPX'], body: ['XSKIPX'], from: ['XSKIPX'] });
        const words = subject.replaceAll(/[\r\n]/g, ' ');
        const raw = mail([body], `Subject: ${words}`);
        const matches = /XSKIPX/.test(subject) || /XSKIPX/.test(body);
        assert.equal((await ruleFor(raw, marked)) !== undefined, matches);
        assert.notEqual(await ruleFor(mail([body], `Subject: ${words} XSKIPX`), marked), undefined);
      }),
      { numRuns: 50 },
    ));
});

describe('the decisions of a mailbox', () => {
  it('hold while its expressions are the same, whatever becomes of `mark`', () => {
    const digest = (config: Partial<SkipConfig>) => skipRulesOf({ skip: skip(config) })?.digest;
    assert.equal(digest({ subject: ['a'] }), digest({ subject: ['a'], mark: false }));
    assert.notEqual(digest({ subject: ['a'] }), digest({ from: ['a'] }));
    assert.notEqual(digest({ subject: ['a'] }), digest({ subject: ['a', 'b'] }));
  });

  it('are asked for nowhere where it has no expression', () => {
    assert.equal(skipRulesOf({ skip: skip({}) }), undefined);
    assert.equal(skipRulesOf({}), undefined);
    assert.equal(wantedBySkip({ skip: skip({ subject: ['a'] }) }), undefined);
  });

  it('are told in words, however long the expression', () => {
    assert.equal(skipText({ field: 'subject', expression: '^Out of office' }), 'subject matches ^Out of office');
    assert.ok(skipText({ field: 'body', expression: 'a'.repeat(5_000) }).length < 300);
  });
});
