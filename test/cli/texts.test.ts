import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { foundAlertText } from '../../src/cli/found-alert-text.js';
import { foundCampaignText } from '../../src/cli/found-campaign-text.js';
import { foundSkipText } from '../../src/cli/found-skip-text.js';
import { harmlessLine, harmlessUrl } from '../../src/cli/harmless.js';
import { heldText } from '../../src/cli/held/held-text.js';
import { previewText } from '../../src/cli/poll-result.js';
import { printable, printableLine } from '../../src/cli/printable.js';
import { failureOf } from '../../src/cli/report-error.js';
import { table } from '../../src/cli/table.js';
import { alertTable } from '../../src/demo/show.js';
import { alertDocument } from '../support/alert-documents.js';
import { assertNoLinks } from '../support/live-links.js';

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

describe('what a sender can write', () => {
  const written: readonly (readonly [string, string])[] = [
    ['See HTTP://a.example or https:evil', 'See hxxp://a.example or hxxps:evil'],
    ['_http://a.example/?u=https://b.example/', '_hxxp://a.example/?u=hxxps://b.example/'],
    ['ftp://a.example sftp://b.example', 'fxp://a.example sfxp://b.example'],
    ['git+ssh://a.example file:///etc', 'git+ssh[:]//a.example file[:]///etc'],
    ['_mailto:a@b.example tel:+123 search-ms:query=x', '_mailto[:]a@b.example tel[:]+123 search-ms[:]query=x'],
    ['www.a.example, WWW2.b.example, ftp.c.example', 'www[.]a.example, WWW2[.]b.example, ftp[.]c.example'],
    ['Re: data: at 10:30, the metadata:x in a.b', 'Re: data: at 10:30, the metadata:x in a.b'],
  ];
  for (const [text, harmless] of written)
    it(`is no link to people: ${text}`, () => {
      assert.equal(harmlessLine(text), harmless);
      assert.equal(harmlessLine(harmless), harmless);
      assertNoLinks(harmless);
    });

  it('is none either where a URL holds another', () => {
    assert.equal(
      harmlessUrl('https://a.example/?u=https://www.b.example/'),
      'hxxps://a[.]example/?u=hxxps://www[.]b.example/',
    );
    assert.equal(harmlessUrl('a@www.b.example'), 'a@www[.]b[.]example');
  });

  it('is no link in what is told of held, skipped, found and previewed mails, or in the table of the demo', () => {
    const [from, subject, messageId] = [
      '"https://a.example/" <a@b.example>',
      'ftp://c.example/',
      '<http://id.example/x>',
    ];
    const mail = { alertId: 'lw-1', mailbox: 'soc', from, subject };
    const sound = alertDocument('a');
    const document = {
      ...sound,
      from,
      to: from,
      subject,
      messageId,
      ticketId: messageId,
      urls: ['https://d.example/?http://e'],
    };
    const found = { document, evidence: { sha256: '0', place: 'x', present: true }, sinks: [] };
    const place = { folder: 'INBOX', uidValidity: '1', uid: '1', receivedAtMs: 0, evidence: '0', atMs: 0 };
    const rule = { field: 'from', expression: 'https://a' } as const;
    const texts = [
      heldText({ ...mail, workflowId: 'w', since: new Date(0), sinks: [] }),
      foundSkipText({ ...mail, ...place, rule, messageId, version: 1, digest: '' }),
      foundAlertText({ ...found, document: { ...document, report: { alertId: 'lw-1', from, subject, messageId } } }),
      foundCampaignText('lw-1', [found]),
      previewText({ alertId: 'lw-1', from, subject, reportedBy: from, urls: document.urls, findings: [subject] }),
      alertTable([{ document, caseFile: undefined, eventFile: undefined, delivered: false }], undefined),
    ];
    for (const text of texts) {
      assert.match(text, /hxxps:\/\/a\.example/);
      assert.match(text, /fxp:\/\/c\.example/);
      assertNoLinks(text);
    }
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
