import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codesOf, extract, urlsOf } from '../support/extraction.js';

const link = '<a href=3D"https://hidden.example/=\r\npath">x</a>';
const part = `Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${link}\r\n`;

function multipart(body: string, type = 'multipart/mixed; boundary="b"'): string {
  return `Subject: s\r\nMIME-Version: 1.0\r\nContent-Type: ${type}\r\n\r\n${body}`;
}

/** Each is a way to hide a part from one parser or another; people see the link in all of them. */
const disguises: readonly (readonly [string, string, readonly string[]])[] = [
  ['a boundary line with trailing blanks', multipart(`--b \t\r\n${part}--b--\r\n`), []],
  ['no closing boundary', multipart(`--b\r\n${part}`), []],
  ['a part behind the closing boundary', multipart(`--b--\r\n\r\n--b\r\n${part}`), []],
  ['a boundary never declared', multipart(`--other\r\n${part}--other--\r\n`), ['boundary-guessed']],
  ['no boundary parameter', multipart(`--b\r\n${part}--b--\r\n`, 'multipart/mixed'), ['boundary-guessed']],
  [
    'a false boundary before the true one',
    multipart(`--f\r\nContent-X: y\r\n\r\n--b\r\n${part}--b--`),
    ['boundary-guessed'],
  ],
  ['a boundary without quotes', multipart(`--b=1\r\n${part}--b=1--\r\n`, 'multipart/mixed; boundary=b=1'), []],
  ['a boundary in pieces (RFC 2231)', multipart(`--bc\r\n${part}`, 'multipart/mixed; boundary*1=c; boundary*0=b'), []],
  [
    'an outer boundary that ends an inner multipart',
    multipart(`--b\r\nContent-Type: multipart/alternative; boundary=i\r\n\r\n--i\r\n\r\nx\r\n--b\r\n${part}--b--`),
    [],
  ],
  ['Content-Type without semicolon', multipart(`--b\r\n${part.replace(';', '')}--b--`), []],
  ['a folded Content-Type', multipart(`--b\r\n${part.replace('; ', ';\r\n\t')}--b--`), []],
  ['a header without an empty line behind it', multipart(`--b\r\n${part.replace('\r\n\r\n', '\r\n')}--b--`), []],
  ['a text that has a disposition though it is the whole message', `Content-Disposition: attachment\r\n${part}`, []],
  ['HTML that calls itself plain text', `${part.replace('text/html', 'text/plain').replace('<a', '<html><a')}`, []],
  ['300 kB of another header first', `X-Long: ${'a'.repeat(300_000)}\r\n${part}`, ['header-cut']],
  ['a line of 200 kB before the boundary', multipart(`--b\r\n\r\n${'x'.repeat(200_000)}\r\n--b\r\n${part}`), []],
];

describe('the structure of a message', () => {
  for (const [what, raw, findings] of disguises) {
    it(`is read in spite of ${what}`, async () => {
      const extraction = await extract(raw);
      assert.deepEqual(urlsOf(extraction), ['https://hidden.example/path']);
      assert.deepEqual(codesOf(extraction), findings);
    });
  }

  it('is given up where no part can be made out: the bytes are searched, and the alert says so', async () => {
    const extraction = await extract(multipart('no boundary at all https://loose.example/\r\n'));
    assert.deepEqual(urlsOf(extraction), ['https://loose.example/']);
    assert.deepEqual(codesOf(extraction), ['no-body']);
  });

  it('leaves out what stands before the first part, as mail programs do', async () => {
    assert.deepEqual(urlsOf(await extract(multipart(`https://preamble.example/\r\n--b\r\n${part}--b--\r\n`))), [
      'https://hidden.example/path',
    ]);
  });

  it('takes a digest for messages', async () => {
    const raw = multipart(
      '--b\r\n\r\nSubject: one\r\n\r\nhttps://one.example/\r\n--b--',
      'multipart/digest; boundary=b',
    );
    const extraction = await extract(raw);
    assert.deepEqual(urlsOf(extraction), ['https://one.example/']);
    assert.equal(extraction.attachments[0]?.contentType, 'message/rfc822');
  });

  it('is cut at the depth limit, and what lies beside is still read', async () => {
    const nested =
      '--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nhttps://deep.example/\r\n--c--\r\n';
    const extraction = await extract(multipart(`${nested}--b\r\n${part}--b--`), { depth: 1 });
    assert.deepEqual(urlsOf(extraction), ['https://hidden.example/path', 'https://deep.example/']);
    assert.deepEqual(codesOf(extraction), ['depth-cut']);
  });

  it('decodes base64 in pieces that are each padded, and in URL-safe letters', async () => {
    const pieces = ['https://a', '.example/?', 'q=\u00fc\u00fe']
      .map((text) => Buffer.from(text).toString('base64'))
      .join('\r\n');
    const extraction = await extract(
      `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${pieces}\r\n`,
    );
    assert.deepEqual(urlsOf(extraction), ['https://a.example/?q=%C3%BC%C3%BE']);
  });

  it('joins flowed lines where the blank is not part of the text', async () => {
    const raw = 'Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\nhttps://flowed.example/a \r\nb\r\n';
    assert.deepEqual(urlsOf(await extract(raw)), ['https://flowed.example/ab']);
  });

  it('reads UTF-16 with a byte order mark, and is not misled by a false one', async () => {
    const head = Buffer.from('Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n');
    const utf16 = Buffer.from('\ufeff<a href="https://wide.example/">x</a>', 'utf16le');
    const encoded = (bytes: Buffer) => Buffer.concat([head, Buffer.from(bytes.toString('base64'))]);
    assert.deepEqual(urlsOf(await extract(encoded(utf16))), ['https://wide.example/']);
    const misleading = Buffer.concat([
      Buffer.from([0xff, 0xfe, 0]),
      Buffer.from('<a href="https://ascii.example/">x</a>'),
    ]);
    assert.deepEqual(urlsOf(await extract(encoded(misleading))), ['https://ascii.example/']);
  });
});
