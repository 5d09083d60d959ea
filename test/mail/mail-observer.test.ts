import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Extraction } from '../../src/indicators/types.js';
import { extractionSchema } from '../../src/ledger/records.js';
import { codesOf, extract } from '../support/extraction.js';

const original = [
  'Received: from evil (unknown [203.0.113.77]) by edge.corp.example',
  'From: "boss@corp.example" <x@evil.example>',
  'Reply-To: y@other.example',
  'Subject: =?utf-8?Q?Z=C3=A4hlen?=',
  'Message-ID: <orig@evil.example>',
  'Date: Mon, 2 Nov 2026 07:00:00 +0000',
  'Content-Type: text/html; charset=utf-8',
  '',
  '<p>Click <a href="https://attached.example/x">here</a>, <a href="mailto:z%40third.example?subject=y">mail</a></p>',
].join('\r\n');

function report(...parts: readonly (readonly string[])[]): string {
  const header = ['From: jane@corp.example', 'Content-Type: multipart/mixed; boundary=b', ''];
  return [...header, ...parts.flatMap((lines) => ['--b', ...lines]), '--b--', ''].join('\r\n');
}

const note = ['Content-Type: text/plain', '', 'Is this real? https://note.example/'];

function carried({ originals = [] }: Extraction) {
  return originals.map(({ how, part, subject, from, messageId, urls }) => [how, part, subject, from, messageId, urls]);
}

describe('a report', () => {
  const expected = [
    'attached',
    '2',
    'Zählen',
    '"boss@corp.example" <x@evil.example>',
    '<orig@evil.example>',
    ['https://attached.example/x'],
  ];

  it('with an attached mail gives its sender, subject, Message-ID, date and URLs, and not those of the note', async () => {
    const extraction = await extract(report(note, ['Content-Type: message/rfc822', '', original]));
    assert.deepEqual(carried(extraction), [expected]);
    assert.equal(extraction.originals?.[0]?.dateMs, Date.UTC(2026, 10, 2, 7));
    assert.ok(codesOf(extraction).includes('reply-to-mismatch'));
    assert.ok(codesOf(extraction).includes('display-name-mismatch'));
    const ofPart = extraction.indicators?.filter(({ part, role }) => part === '2' && role !== 'body') ?? [];
    assert.deepEqual(
      ofPart.map(({ value, role }) => [role, value]),
      [
        ['from', 'x@evil.example'],
        ['replyTo', 'y@other.example'],
        ['received', '203.0.113.77'],
      ],
    );
    assert.ok(extraction.indicators?.some(({ type, value }) => type === 'email' && value === 'z@third.example'));
  });

  it('with an attached mail in base64 gives the same', async () => {
    const encoded = Buffer.from(original).toString('base64').replaceAll(/.{76}/g, '$&\r\n');
    const part = ['Content-Type: message/rfc822', 'Content-Transfer-Encoding: base64', '', encoded];
    assert.deepEqual(carried(await extract(report(note, part))), [expected]);
  });

  it('with several attached mails, one inside another, gives each', async () => {
    const inner = report(['Content-Type: message/rfc822', '', original])
      .replace('From:', 'Subject: Outer\r\nFrom:')
      .replaceAll('--b', '--inner')
      .replace('boundary=b', 'boundary=inner');
    const other = 'Subject: Other\r\n\r\nhttps://other.example/';
    const extraction = await extract(
      report(note, ['Content-Type: message/rfc822', '', inner], ['Content-Type: message/rfc822', '', other]),
    );
    assert.deepEqual(
      carried(extraction).map(([, part, subject, , , urls]) => [part, subject, urls]),
      [
        ['2', 'Outer', ['https://attached.example/x']],
        ['2.1', 'Zählen', ['https://attached.example/x']],
        ['3', 'Other', ['https://other.example/']],
      ],
    );
  });

  it('with a mail forwarded in text and in HTML gives it once, with the URLs of both behind its header', async () => {
    const block = 'From: Bank <x@evil.example>\r\nSent: Monday\r\nTo: Jane\r\nSubject: Account\r\n\r\n';
    const text = `See https://note.example/\r\n\r\n-----Original Message-----\r\n${block}https://text.example/\r\n`;
    const html = `<p>See <a href="https://note.example/">x</a></p><p><b>From:</b> Bank &lt;<a href="mailto:x@evil.example">x@evil.example</a>&gt;<br><b>Sent:</b> Monday<br><b>To:</b> Jane<br><b>Subject:</b> Account</p><a href="https://html.example/">y</a>`;
    const extraction = await extract(
      report(['Content-Type: text/plain', '', text], ['Content-Type: text/html', '', html]),
    );
    assert.deepEqual(carried(extraction), [
      ['inline', '1', 'Account', 'Bank <x@evil.example>', null, ['https://html.example/', 'https://text.example/']],
    ]);
  });

  it('with more mails than the limit says so', async () => {
    const parts = Array.from({ length: 22 }, (_, index) => [
      'Content-Type: message/rfc822',
      '',
      `Subject: ${index}\r\n\r\nx`,
    ]);
    const extraction = await extract(report(...parts));
    assert.equal(extraction.originals?.length, 20);
    assert.ok(codesOf(extraction).includes('originals-cut'));
  });
});

describe('what is found beside URLs', () => {
  it('is kept and read again as it was', async () => {
    const extraction = await extract(
      report(note, [
        'Content-Type: message/rfc822',
        '',
        `Authentication-Results: a.example; spf=pass smtp.helo=x\r\n${original}`,
      ]),
    );
    assert.deepEqual(extractionSchema.parse(JSON.parse(JSON.stringify(extraction))), extraction);
  });

  it('is found in HTML as a person reads it, across tags, and not in scripts', async () => {
    const html =
      'Content-Type: text/html\r\n\r\n<p>203.0.<b>113</b>.9 <script>8.8.8.8</script> 8&#46;8&#46;4&#46;4 CVE-<i>2024</i>-3094</p>';
    const { indicators } = await extract(html);
    assert.deepEqual(
      indicators?.map(({ value }) => value),
      ['203.0.113.9', '8.8.4.4', 'CVE-2024-3094'],
    );
  });

  it('is limited to the first four million characters, which is said', async () => {
    const extraction = await extract(`\r\n${'word '.repeat(820_000)}203.0.113.9`);
    assert.deepEqual(extraction.indicators, []);
    assert.ok(codesOf(extraction).includes('indicators-cut'));
  });

  it('never keeps a mail from being read', async () => {
    const piece = fc.constantFrom(
      'From: ',
      'Reply-To: ',
      'Received: ',
      'Authentication-Results: ',
      '<a@b.example>',
      '"',
      '=?utf-8?q?',
      '?=',
      '\r\n',
      '\r\n\r\n',
      '--b\r\n',
      'Content-Type: message/rfc822\r\n',
      'Content-Type: multipart/mixed; boundary=b\r\n',
      'Subject: x\r\n',
      '[8.8.8.8]',
      '\u00ff',
      ';',
      '(',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 60 }), async (pieces) => {
        const extraction = await extract(Buffer.from(pieces.join(''), 'latin1'));
        assert.ok(extraction.indicators !== undefined && extraction.originals !== undefined);
        assert.ok(!codesOf(extraction).includes('parser-failed'));
      }),
      { numRuns: 200 },
    );
  });

  it('in HTML takes no sender from a header that nobody sees, and says so', async () => {
    const header = (from: string) =>
      `<div>From: ${from}<br>Sent: Monday, 2 November 2026 08:00<br>To: jane@corp.example<br>Subject: Hello</div>`;
    const seen = header('Evil &lt;x@evil.example&gt;');
    const hidden = header('Bank &lt;no-reply@bank.example&gt;');
    const page = (body: string) => ['Content-Type: text/html', '', body];
    const both = await extract(
      report(page(`<div style="display:none">${hidden}</div>${seen}<p>https://x.example/</p>`)),
    );
    assert.deepEqual(
      both.originals?.map(({ from, urls }) => [from, urls]),
      [['Evil <x@evil.example>', ['https://x.example/']]],
    );
    assert.deepEqual(codesOf(both), ['hidden-original']);
    const one = await extract(report(page(`<style>.h{display:none}</style><div class="h">${hidden}</div>`)));
    assert.deepEqual([one.originals, codesOf(one)], [[], ['hidden-original']]);
    const line = seen.replace('<div>', '<div><span style="font-size:0">From: Bank &lt;a@bank.example&gt;<br></span>');
    assert.deepEqual((await extract(report(page(line)))).originals?.[0]?.from, 'Evil <x@evil.example>');
    const preheader = `<span style="display:none">A preview</span>${seen}`;
    assert.deepEqual(codesOf(await extract(report(page(preheader)))), []);
  });
});
