import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { extract } from '../support/extraction.js';

async function kinds(...lines: readonly string[]): Promise<readonly string[]> {
  const { urls } = await extract([...lines, '', 'Hello', ''].join('\r\n'));
  return urls.map(({ kind, url, part }) => `${kind} ${url}${part === undefined ? '' : ` in ${part}`}`);
}

describe('URLs of the header', () => {
  it('those of the Subject, encoded and defanged ones too', async () => {
    assert.deepEqual(await kinds('Subject: See http://login.example now'), ['header http://login.example/']);
    assert.deepEqual(await kinds('Subject: =?utf-8?B?aHR0cHM6Ly9sb2dpbi5leGFtcGxlL2E=?='), [
      'header https://login.example/a',
    ]);
    assert.deepEqual(await kinds('Subject: hxxps://evil[.]example/x'), ['header https://evil.example/x']);
  });

  it('those to unsubscribe are of a kind of their own, folded ones too', async () => {
    const found = await kinds(
      'Subject: News',
      'List-Unsubscribe: <mailto:leave@list.example?subject=unsubscribe>, <https://list.example/leave?',
      ' id=1&list=2>',
    );
    assert.deepEqual(found, ['unsubscribe https://list.example/leave?id=1&list=2']);
    assert.deepEqual(await kinds('List-Unsubscribe: https://list.example/bare'), [
      'unsubscribe https://list.example/bare',
    ]);
  });

  it('a URL that also stands in the text is of that kind, once', async () => {
    const { urls } = await extract('Subject: http://login.example/\r\n\r\nhttp://login.example/\r\n');
    assert.deepEqual(
      urls.map(({ kind, url }) => [kind, url]),
      [['text', 'http://login.example/']],
    );
  });

  it('those of an attached message are of its part', async () => {
    const found = await kinds(
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: message/rfc822',
      '',
      'Subject: http://carried.example/',
      'List-Unsubscribe: <http://list.example/>',
      '',
      'text',
      '--b--',
    );
    assert.deepEqual(found, ['header http://carried.example/ in 1', 'unsubscribe http://list.example/ in 1']);
  });

  it('no other fields, and no end of time for hostile ones', async () => {
    assert.deepEqual(await kinds('X-Mailer: http://mailer.example/', 'Received: from http://a.example/'), []);
    const { urls } = await extract(`List-Unsubscribe: ${'<'.repeat(100_000)}\r\n\r\n`);
    assert.deepEqual(urls, []);
  });
});

describe('a mail in which nothing can be made out', () => {
  it('is searched as it is, and says so', async () => {
    const { urls, findings } = await extract('X-Broken: one\r\nX-Other: see https://evil.example/raw\r\n');
    assert.deepEqual(
      urls.map(({ kind, url }) => [kind, url]),
      [['header', 'https://evil.example/raw']],
    );
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['raw-scanned'],
    );
  });

  it('an empty one has nothing, and nothing to say', async () => {
    const { urls, findings } = await extract('Subject: empty\r\n\r\n');
    assert.deepEqual([urls, findings], [[], []]);
  });
});

describe('what is decoded', () => {
  it('holds no half of a surrogate pair, which readers of JSON refuse', async () => {
    const half = Buffer.from([0xd8, 0x00, 0x00, 0x41]).toString('base64');
    const { subject, from, urls } = await extract(
      [
        `Subject: =?utf-16be?B?${half}?=`,
        `From: =?utf-16be?B?${half}?= <a@b.example>`,
        'Content-Type: text/html; charset=utf-16be',
        'Content-Transfer-Encoding: base64',
        '',
        Buffer.concat([
          Buffer.from('<a href="http://x.example/">', 'utf16le').swap16(),
          Buffer.from([0xd8, 0x00]),
          Buffer.from('x</a>', 'utf16le').swap16(),
        ]).toString('base64'),
      ].join('\r\n'),
    );
    assert.equal(subject, '\ufffdA');
    assert.equal(from, '"\ufffdA" <a@b.example>');
    assert.equal(urls[0]?.url, 'http://x.example/');
    assert.doesNotMatch(JSON.stringify({ subject, from, urls }), /\\ud[89a-f]/i);
  });
});
