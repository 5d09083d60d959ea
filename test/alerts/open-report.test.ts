import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openReport } from '../../src/alerts/open-report.js';
import { extractionSchema } from '../../src/ledger/records.js';
import { extract } from '../support/extraction.js';
import { attachedMail, carriedMail, mixed, reportOf, simpleReport } from '../support/reports.js';
import { zipFile } from '../support/zip-file.js';

async function opened(raw: string) {
  // As it comes from the store.
  const extraction = extractionSchema.parse(JSON.parse(JSON.stringify(await extract(raw))));
  const report = openReport(extraction);
  assert.ok(report);
  return report;
}

const wallet = 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq';
const file = (name: string) =>
  `Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=${name}\r\n\r\n${name}`;
const forwarded = (name: string) =>
  [
    '-----Original Message-----',
    `From: Bank <no-reply@${name}.example>`,
    'Sent: Sunday, 1 February 2026 07:00',
    'To: Jane Doe <jane@corp.example>',
    `Subject: Your account ${name}`,
    '',
    `Open https://phish.example/${name} now.`,
  ].join('\r\n');

describe('the mails that a report carries', () => {
  it('have sender, recipient, subject, Message-ID and date of their own, and URLs of their own only', async () => {
    const { mails, rest } = await opened(simpleReport('r', ['one', 'two']));
    assert.deepEqual(
      mails.map(({ extraction }) => [extraction.subject, extraction.urls.map(({ url }) => url)]),
      [
        ['Your account one', ['https://phish.example/one']],
        ['Your account two', ['https://phish.example/two']],
      ],
    );
    const [first] = mails;
    assert.ok(first);
    const { from, to, fromAddresses, toAddresses, messageId, dateMs, authentication } = first.extraction;
    assert.deepEqual([from, to], ['"Bank one" <no-reply@one.example>', 'jane@corp.example']);
    assert.deepEqual([fromAddresses, toAddresses], [['no-reply@one.example'], ['jane@corp.example']]);
    assert.equal(messageId, '<original-one@mail.example>');
    assert.equal(dateMs, Date.UTC(2026, 1, 1, 7));
    assert.deepEqual(authentication, []);
    assert.deepEqual(rest, { urls: [{ url: 'https://corp.example/me', kind: 'text', part: '1' }], files: 0 });
  });

  it('are said to have a link that shows another host only where it is theirs', async () => {
    const html = (text: string) => `Content-Type: text/html\r\n\r\n<a href="https://phish.example/${text}">${text}</a>`;
    const carried = ['www.bank.example', 'Pay'].map((text) => attachedMail(`From: a@b.example\r\n${html(text)}`));
    const { mails } = await opened(reportOf('r', carried));
    assert.deepEqual(
      mails.map(({ extraction }) => extraction.findings.map(({ code }) => code)),
      [['link-text-mismatch'], []],
    );
  });

  it('have the indicators of their header as a mail of its own has, and those that stand in several of them', async () => {
    const { mails } = await opened(
      reportOf(
        'r',
        ['one', 'two'].map((name) =>
          attachedMail(carriedMail(name, [], `\r\nPay ${wallet} or see https://phish.example/`)),
        ),
        `They want ${wallet}`,
      ),
    );
    for (const [index, name] of ['one', 'two'].entries()) {
      const extraction = mails[index]?.extraction;
      const told = extraction?.indicators?.map(({ type, value, role, part }) => [type, value, role, part]);
      const part = `${index + 2}`;
      assert.deepEqual(told, [
        ['email', `no-reply@${name}.example`, 'from', undefined],
        ['email', `answers@${name}-mail.example`, 'replyTo', undefined],
        ['ipv4', '203.0.113.77', 'received', undefined],
        ['domain', 'phish.example', 'url', '2.1'],
        ['bitcoin', wallet, 'body', `${part}.1`],
      ]);
    }
  });

  it('have the files attached to them and none of the others, wherever they lie', async () => {
    const inner = mixed(['From: x@one.example', 'Subject: one'], ['\r\ntext', file('a.bin')], 'i');
    const asFile = `Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=m.eml\r\n\r\n`;
    const { mails, rest } = await opened(reportOf('r', [attachedMail(inner), `${asFile}${inner}`, file('mine.bin')]));
    assert.deepEqual(
      mails.map(({ extraction }) => extraction.attachments.map(({ fileName, part }) => [fileName, part])),
      [[['a.bin', '2.2']], [['a.bin', '3/m.eml!2']]],
    );
    assert.equal(rest.files, 1);
  });

  it('are each one of its own where one is attached to the other', async () => {
    const inner = carriedMail('inner');
    const outer = mixed(
      ['From: bob@corp.example', 'Subject: outer'],
      ['\r\nhttps://outer.example/', attachedMail(inner), file('b.bin')],
      'o',
    );
    const { mails } = await opened(reportOf('r', [attachedMail(outer)]));
    assert.deepEqual(
      mails.map(({ extraction: { subject, urls, attachments, originals } }) => [
        subject,
        urls.map(({ url }) => url),
        attachments.map(({ part }) => part),
        originals,
      ]),
      [
        ['outer', ['https://outer.example/'], ['2.2', '2.3'], []],
        ['Your account inner', ['https://phish.example/inner'], [], []],
      ],
    );
  });

  it('keep what they quote as their own text, and tell of it as any mail does', async () => {
    const thread = `\r\nOpen https://phish.example/now\r\n\r\n${forwarded('old')}`;
    const { mails } = await opened(reportOf('r', [attachedMail(carriedMail('new', [], thread))]));
    assert.equal(mails.length, 1);
    const { urls, originals } = mails[0]?.extraction ?? {};
    assert.deepEqual(
      urls?.map(({ url }) => url),
      ['https://phish.example/now', 'https://phish.example/old'],
    );
    assert.deepEqual(
      originals?.map(({ subject }) => subject),
      ['Your account old'],
    );
  });

  it('may be forwarded in its text: files beside it then belong to the first', async () => {
    const text = `My note: https://corp.example/me\r\n\r\n${forwarded('one')}\r\n\r\n${forwarded('two')}`;
    const html =
      'Content-Type: text/html\r\nContent-Disposition: attachment; filename=f.html\r\n\r\n<a href="https://file.example/">x</a>';
    const { mails, rest } = await opened(reportOf('r', [html], text));
    assert.deepEqual(
      mails.map(({ extraction: { from, to, toAddresses, subject, urls, attachments } }) => [
        from,
        [to, toAddresses],
        subject,
        urls.map(({ url }) => url).sort(),
        attachments.map(({ fileName }) => fileName),
      ]),
      [
        [
          'Bank <no-reply@one.example>',
          ['Jane Doe <jane@corp.example>', ['jane@corp.example']],
          'Your account one',
          ['https://file.example/', 'https://phish.example/one'],
          ['f.html'],
        ],
        [
          'Bank <no-reply@two.example>',
          ['Jane Doe <jane@corp.example>', ['jane@corp.example']],
          'Your account two',
          ['https://phish.example/two'],
          [],
        ],
      ],
    );
    assert.deepEqual(
      rest.urls.map(({ url }) => url),
      ['https://corp.example/me'],
    );
  });

  it('lose nothing of the report: each URL is in a mail or in what is left', async () => {
    const raw = reportOf(
      'r',
      [attachedMail(carriedMail('a')), file('x.bin')],
      `https://n.example/\r\n${forwarded('b')}`,
    );
    const { urls } = await extract(raw);
    const { mails, rest } = await opened(raw);
    const told = new Set([...mails.flatMap(({ extraction }) => extraction.urls), ...rest.urls].map(({ url }) => url));
    assert.deepEqual(
      urls.map(({ url }) => url).filter((url) => !told.has(url)),
      [],
    );
  });

  it('are told apart though they are alike, and the same each time', async () => {
    const raw = reportOf('r', [attachedMail(carriedMail('a')), attachedMail(carriedMail('a'))]);
    const keys = async () => (await opened(raw)).mails.map(({ key }) => key);
    const [first, second] = await keys();
    assert.notEqual(first, second);
    assert.deepEqual(await keys(), [first, second]);
    // What another release makes of the same report shares no alert with this: its mails may be others.
    const later = openReport({ ...(await extract(raw)), extractorVersion: 'later' });
    assert.ok(later?.mails.every(({ key }) => key !== first && key !== second));
    const twice = `${forwarded('a')}\r\n\r\n${forwarded('a')}`;
    const alike = (await opened(reportOf('r', [], twice))).mails.map(({ key }) => key);
    assert.equal(new Set(alike).size, alike.length);
  });

  it('may lie in an archive, beside other files', async () => {
    const archive = zipFile([
      { name: 'mail.eml', bytes: Buffer.from(carriedMail('zipped')) },
      { name: 'x.bin', bytes: Buffer.from('not of it') },
    ]);
    const header = 'Content-Type: application/zip; name=r.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n';
    const { mails, rest } = await opened(reportOf('r', [`${header}${archive.toString('base64')}`]));
    const [first] = mails;
    assert.equal(mails.length, 1);
    assert.equal(first?.extraction.subject, 'Your account zipped');
    assert.deepEqual(
      first?.extraction.urls.map(({ url }) => url),
      ['https://phish.example/zipped'],
    );
    assert.deepEqual(first?.extraction.attachments, []);
    assert.equal(rest.files, 1, 'x.bin');
  });

  it('may be more than are told: what the others hold is left to the report', async () => {
    const names = Array.from({ length: 22 }, (_, index) => `mail-${index}`);
    const { mails, rest } = await opened(simpleReport('r', names));
    assert.equal(mails.length, 20);
    assert.deepEqual(
      rest.urls.map(({ url }) => url).filter((url) => url.startsWith('https://phish.example/')),
      ['https://phish.example/mail-20', 'https://phish.example/mail-21'],
    );
    assert.ok(mails[0]?.extraction.findings.some(({ code }) => code === 'originals-cut'));
  });

  it('hold no more together than the report does, however deep one is in the other', async () => {
    const body = Array.from({ length: 50 }, (_, index) => `https://phish.example/${index}`).join(' ');
    let raw = carriedMail('innermost', [], `\r\n${body}`);
    for (let depth = 0; depth < 6; depth++) {
      raw = mixed(['From: a@b.example', `Subject: ${depth}`], ['\r\nsee below', attachedMail(raw)], `b${depth}`);
    }
    const { mails } = await opened(reportOf('r', [attachedMail(raw)]));
    assert.equal(mails.length, 7);
    assert.equal(mails.flatMap(({ extraction }) => extraction.urls).length, 50);
    assert.equal(mails.flatMap(({ extraction }) => extraction.originals ?? []).length, 0);
  });

  it('may be none', async () => {
    assert.equal(openReport(await extract(carriedMail('plain'))), undefined);
  });
});
