import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeFileName, decodeHeaders } from '../../src/mail/decode-headers.js';
import { scanHeaders } from '../../src/mail/headers.js';

function decode(...lines: readonly (string | Buffer)[]) {
  const ended = lines.map((line) => Buffer.concat([Buffer.from(line), Buffer.from('\r\n')]));
  return decodeHeaders(scanHeaders(Buffer.concat(ended)));
}

function subjectOf(...lines: readonly (string | Buffer)[]): string | null {
  return decode(...lines).subject;
}

function fileNameOf(...lines: readonly string[]): string | null {
  return decodeFileName(scanHeaders(Buffer.from(lines.join('\r\n'))));
}

describe('a subject', () => {
  it('of ASCII is kept as it is, on one line', () => {
    assert.equal(subjectOf('Subject: Your   invoice\t=20 =? ?= 1'), 'Your invoice =20 =? ?= 1');
  });

  it('is decoded from encoded words of either kind, in any case', () => {
    assert.equal(subjectOf('Subject: =?UTF-8?q?Z=C3=BCrich_=3F?= and =?iso-8859-1?b?5A==?='), 'Zürich ? and ä');
  });

  it('keeps letters whose bytes are spread over two encoded words', () => {
    assert.equal(subjectOf('Subject: =?utf-8?Q?=E4=BD?= =?utf-8?Q?=A0=E5=A5=BD?='), '你好');
    assert.equal(subjectOf('Subject: =?utf-8?B?5L0=?=\r\n =?utf-8?B?oOWlvQ==?='), '你好');
  });

  it('loses the blanks between encoded words, and no others', () => {
    assert.equal(subjectOf('Subject: a =?utf-8?Q?b?=\r\n =?iso-8859-1?Q?c?= d'), 'a bc d');
  });

  it('is unfolded', () => {
    assert.equal(subjectOf('Subject: one\r\n two\r\n\tthree'), 'one two three');
  });

  it('may name a language with its character set (RFC 2231 §5)', () => {
    assert.equal(subjectOf('Subject: =?us-ascii*en?Q?hello?='), 'hello');
  });

  it('is read in ISO-2022-JP, encoded and raw, and in GB2312 and KOI8-R', () => {
    assert.equal(subjectOf('Subject: =?iso-2022-jp?B?GyRCPUVNVxsoQg==?='), '重要');
    assert.equal(subjectOf(Buffer.from('Subject: \x1b$B=EMW\x1b(B', 'latin1')), '重要');
    assert.equal(subjectOf('Subject: =?gb2312?B?1tDOxA==?= =?koi8-r?B?8NLJ18XU?='), '中文Привет');
  });

  it('stands as UTF-8 where an encoded word names an unknown character set', () => {
    assert.equal(subjectOf('Subject: =?klingon?Q?caf=C3=A9?='), 'café');
  });

  it('of raw bytes is UTF-8, and keeps a last letter that ends like a blank of latin1', () => {
    assert.equal(subjectOf('Subject: déjà'), 'déjà');
    assert.equal(subjectOf('Subject: voilà\r\n'), 'voilà');
  });

  it('of raw bytes that are not UTF-8 is in the character set of the mail', () => {
    const subject = Buffer.from('Subject: \xf0\xd2\xc9\xd7\xc5\xd4', 'latin1');
    assert.equal(subjectOf(subject, 'Content-Type: text/plain; charset=koi8-r'), 'Привет');
  });

  it('cannot smuggle line breaks and control characters in encoded words', () => {
    assert.equal(subjectOf('Subject: =?utf-8?Q?a=0D=0ABcc:_x=00y?='), 'a Bcc: x y');
  });

  it('is the first one, cut where it is endless', () => {
    const { subject, cut } = decode(`Subject: ${'a'.repeat(20_000)}`, 'Subject: second');
    assert.equal(subject?.length, 16 * 1024);
    assert.equal(cut, true);
  });
});

describe('the addresses of a message', () => {
  it('are those of the first From and of every To', () => {
    const { from, to } = decode('From: a@a.example', 'From: b@b.example', 'To: c@c.example', 'To: "D" <d@d.example>');
    assert.deepEqual(from.addresses, ['a@a.example']);
    assert.equal(to.text, 'c@c.example, "D" <d@d.example>');
    assert.deepEqual(to.addresses, ['c@c.example', 'd@d.example']);
  });

  it('are found behind names of raw bytes', () => {
    const sender = Buffer.from('From: J\xfcrgen <j@a.example>', 'latin1');
    const { from } = decode(sender, 'Content-Type: text/plain; charset=iso-8859-1');
    assert.deepEqual(from, { text: '"Jürgen" <j@a.example>', addresses: ['j@a.example'] });
  });
});

describe('the file name of an attachment', () => {
  it('is read from either header, Content-Disposition first', () => {
    assert.equal(fileNameOf('Content-Type: application/zip; name=a.zip'), 'a.zip');
    assert.equal(
      fileNameOf('Content-Type: a/b; name=a.zip', 'Content-Disposition: attachment; filename="b c.zip"'),
      'b c.zip',
    );
    assert.equal(fileNameOf('Content-Type: application/zip', 'Content-Disposition: attachment'), null);
  });

  it('is decoded from continuations with percent signs, and from encoded words', () => {
    assert.equal(
      fileNameOf("Content-Disposition: attachment; filename*0*=utf-8''M%C3%A4; filename*1=rz.pdf"),
      'März.pdf',
    );
    assert.equal(
      fileNameOf("Content-Disposition: attachment; filename=x.pdf; filename*=iso-8859-1'de'M%E4rz.pdf"),
      'März.pdf',
    );
    assert.equal(fileNameOf('Content-Type: a/b; name="=?utf-8?Q?M=C3=A4rz=2Epdf?="'), 'März.pdf');
  });

  it('is on one line and not endless', () => {
    assert.equal(fileNameOf('Content-Disposition: attachment; filename="=?utf-8?Q?a=0Ab?="'), 'a b');
    assert.equal(fileNameOf(`Content-Disposition: attachment; filename=${'a'.repeat(5000)}`)?.length, 1000);
  });
});
