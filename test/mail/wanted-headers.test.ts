import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HeaderCollector } from '../../src/mail/header-collector.js';
import { codesOf, extract } from '../support/extraction.js';
import { attachedMail, carriedMail, reportOf, simpleReport } from '../support/reports.js';

const mail = (...fields: readonly string[]) =>
  ['From: a@b.example', 'Subject: Hello', ...fields, '', 'https://phish.example/'].join('\r\n');

describe('header fields that the configuration asks for', () => {
  it('are not kept where it asks for none', async () => {
    const extraction = await extract(mail('X-Spam-Score: 7'));
    assert.equal('headers' in extraction, false);
    assert.equal('inBody' in extraction, false);
  });

  it('are kept by their names, decoded, in their order, each as often as it stands there', async () => {
    const raw = mail(
      'X-Relay: one',
      'X-Other: no',
      'x-case-title: =?utf-8?Q?Pr=C3=BCfung?=',
      'X-RELAY:\r\n two\r\n  three',
      'X-Empty:',
    );
    const { headers } = await extract(raw, { wanted: { headers: ['x-case-title', 'x-relay', 'subject', 'x-empty'] } });
    assert.deepEqual(headers, [
      { name: 'subject', value: 'Hello' },
      { name: 'x-relay', value: 'one' },
      { name: 'x-case-title', value: 'Prüfung' },
      { name: 'x-relay', value: 'two three' },
      { name: 'x-empty', value: '' },
    ]);
  });

  it('are kept by an expression that their names match, whatever their case', async () => {
    const raw = mail('X-MS-Exchange-Organization-SCL: 5', 'x-ms-has-attach: yes', 'X-Mailer: M');
    const { headers } = await extract(raw, { wanted: { headersMatching: ['^X-Ms-'] } });
    assert.deepEqual(
      headers?.map(({ name }) => name),
      ['x-ms-exchange-organization-scl', 'x-ms-has-attach'],
    );
  });

  it('leave what else is read of the mail as it was', async () => {
    const raw = mail(
      'Authentication-Results: mx.example; spf=pass',
      'X-Between: 1',
      'Authentication-Results: evil; spf=pass',
    );
    const { headers, ...rest } = await extract(raw, { wanted: { headersMatching: ['.'] } });
    assert.equal(headers?.length, 5);
    assert.deepEqual(rest, await extract(raw));
  });

  it('are kept of attached mails too, and told with those', async () => {
    const raw = reportOf('r', [attachedMail(carriedMail('one', ['X-Campaign: inner']))]);
    const { headers, originals } = await extract(raw, { wanted: { headers: ['x-campaign'] } });
    assert.deepEqual(headers, []);
    assert.deepEqual(originals?.[0]?.headers, [{ name: 'x-campaign', value: 'inner' }]);
    const without = await extract(simpleReport('s', ['two']));
    assert.equal(
      without.originals?.some((original) => 'headers' in original),
      false,
    );
  });

  it('are bounded in number and length, with a finding', async () => {
    const many = await extract(mail(...Array.from({ length: 300 }, (_, index) => `X-${index}: v`)), {
      wanted: { headersMatching: ['^x-'] },
    });
    assert.equal(many.headers?.length, 100);
    assert.ok(codesOf(many).includes('header-cut'));
    const long = await extract(mail(`X-Long: ${'a'.repeat(5000)}`), { wanted: { headers: ['x-long'] } });
    assert.equal(long.headers?.[0]?.value.length, 4000);
    assert.ok(codesOf(long).includes('header-cut'));
    const flood = Array.from({ length: 2000 }, (_, index) => `X-Flood-${index}: ${'b'.repeat(900)}`);
    const { urls, headers } = await extract(mail(...flood), { wanted: { headersMatching: ['flood'] } });
    assert.equal(urls[0]?.url, 'https://phish.example/');
    assert.equal(headers?.length, 100);
  });

  it('that are asked for by name are kept however often, and however long, others stand before them', async () => {
    const wanted = { headers: ['x-spam-level', 'x-own'], headersMatching: ['^x-'] };
    for (const flood of [
      Array.from({ length: 10_000 }, () => 'X-Spam-Level: low'),
      [`X-Spam-Level: ${'a'.repeat(150_000)}`],
      Array.from({ length: 300 }, (_, index) => `X-${index}: v`),
    ]) {
      const extraction = await extract(mail(...flood, 'X-Own: 1'), { wanted });
      assert.deepEqual(extraction.headers?.at(-1), { name: 'x-own', value: '1' });
      assert.ok((extraction.headers?.length ?? 0) <= 102);
      assert.ok(codesOf(extraction).includes('header-cut'));
    }
  });

  it('take no more memory however many names a sender thinks of', () => {
    const collector = new HeaderCollector(() => true);
    for (let index = 0; index < 2000; index++) collector.add(Buffer.from(`X-${index}: ${'b'.repeat(900)}\n`), true);
    const { block, cut } = collector.take();
    assert.ok(block.length < 140_000);
    assert.equal(cut, true);
  });
});
