import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import iconv from 'iconv-lite';
import { attachedUrls, base64Lines, mailWith } from '../../support/attachments.js';
import { codesOf, extract, urlsOf } from '../../support/extraction.js';

const page = '<html><body><a href="https://link.example/a">x</a><img src="https://image.example/b.png">';

describe('an attached HTML file', () => {
  const files: readonly (readonly [string, string, Buffer, string?])[] = [
    ['by its declared type', 'page', Buffer.from(page), 'text/html'],
    ['by its name', 'page.htm', Buffer.from(` ${'\n'.repeat(6000)}${page}`)],
    ['by its first bytes', 'page.bin', Buffer.from(page)],
    ['in UTF-16 with a byte order mark', 'page.html', Buffer.from(`\ufeff${page}`, 'utf16le')],
    ['in UTF-16 of the other order', 'page.html', Buffer.from(`\ufeff${page}`, 'utf16le').swap16()],
    ['in UTF-8 with a byte order mark', 'page.html', Buffer.from(`\ufeff${page}`)],
    ['in the character set that it names', 'page.html', iconv.encode(`<meta charset=koi8-r>Привет${page}`, 'koi8-r')],
    [
      'in the declared character set',
      'page.html',
      iconv.encode(`こんにちは${page}`, 'shift_jis'),
      'text/html; charset=shift_jis',
    ],
  ];
  for (const [what, name, bytes, type] of files) {
    it(`is searched: known ${what}`, async () => {
      const extraction = await extract(mailWith([{ name, bytes, ...(type === undefined ? {} : { type }) }]));
      assert.deepEqual(attachedUrls(extraction), [
        'attachment 2 https://link.example/a',
        'attachment 2 https://image.example/b.png',
      ]);
      assert.deepEqual(codesOf(extraction), []);
      assert.equal(extraction.attachments[0]?.type, 'text/html');
    });
  }

  it('may be an SVG', async () => {
    const svg =
      '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><a xlink:href="https://svg.example/">x</a></svg>';
    const extraction = await extract(mailWith([{ name: 'logo.svg', bytes: Buffer.from(svg), type: 'image/svg+xml' }]));
    assert.deepEqual(attachedUrls(extraction), ['attachment 2 https://svg.example/']);
  });

  it('leaves a URL of the body what it is there', async () => {
    const bytes = Buffer.from('<a href="https://body.example/">x</a>');
    const [only, ...more] = (await extract(mailWith([{ name: 'a.html', bytes }]))).urls;
    assert.deepEqual([only?.kind, only?.part, more], ['text', '1', []]);
  });
});

describe('an attached text file', () => {
  it('is searched; one of bytes that are no text is not', async () => {
    const bytes = Buffer.from('see https://text.example/ now');
    const extraction = await extract(
      mailWith([
        { name: 'a.txt', bytes },
        { name: 'b.txt', bytes: Buffer.concat([Buffer.alloc(200, 1), bytes]) },
      ]),
    );
    assert.deepEqual(attachedUrls(extraction), ['attachment 2 https://text.example/']);
  });
});

function message(subject: string, url: string): Buffer {
  return Buffer.from(
    `From: a@a.example\r\nSubject: ${subject}\r\nContent-Type: text/html\r\n\r\n<a href="${url}">x</a>\r\n`,
  );
}

describe('an attached message', () => {
  it('is searched as mail, however it is attached; several are', async () => {
    const extraction = await extract(
      mailWith([
        { name: 'one.eml', bytes: message('one', 'https://one.example/') },
        { name: 'two.eml', bytes: message('two', 'https://two.example/'), type: 'message/rfc822' },
        { name: 'three.dat', bytes: message('three', 'https://three.example/') },
      ]),
    );
    assert.deepEqual(attachedUrls(extraction), [
      'click 2/one.eml!1 https://one.example/',
      'click 3.1 https://two.example/',
      'click 4/three.dat!1 https://three.example/',
    ]);
    assert.deepEqual(
      extraction.attachments.map(({ type }) => type),
      ['message/rfc822', 'message/rfc822', 'message/rfc822'],
    );
    assert.equal(extraction.subject, 'With attachments');
  });

  it('may carry files, and messages that carry files', async () => {
    const inner = mailWith([{ name: 'page.html', bytes: Buffer.from(page) }]);
    const outer = mailWith([{ name: 'inner.eml', bytes: inner }]);
    const extraction = await extract(mailWith([{ name: 'outer.eml', bytes: outer }]));
    assert.ok(attachedUrls(extraction).includes('attachment 2/outer.eml!2/inner.eml!2 https://link.example/a'));
    assert.deepEqual(
      extraction.attachments.map(({ part }) => part),
      ['2', '2/outer.eml!2', '2/outer.eml!2/inner.eml!2'],
    );
  });

  it('is opened as deep as the limit of nesting', async () => {
    let bytes = message('deepest', 'https://deepest.example/');
    for (let depth = 0; depth < 6; depth++) bytes = mailWith([{ name: 'm.eml', bytes }]);
    assert.ok(urlsOf(await extract(bytes)).includes('https://deepest.example/'));
    const cut = await extract(bytes, { depth: 8 });
    assert.equal(urlsOf(cut).includes('https://deepest.example/'), false);
    assert.ok(codesOf(cut).includes('depth-cut'));
  });
});

describe('the part of a URL', () => {
  it('is numbered as IMAP numbers parts (RFC 9051 §6.4.5)', async () => {
    const part = (url: string) => `Content-Type: text/plain\r\n\r\nhttps://${url}/\r\n`;
    const multipart = (boundary: string, parts: readonly string[]) =>
      `Content-Type: multipart/mixed; boundary=${boundary}\r\n\r\n${parts.map((one) => `--${boundary}\r\n${one}`).join('')}--${boundary}--\r\n`;
    const attached = multipart('m', [
      part('first.example'),
      `Content-Type: text/html\r\nContent-Disposition: attachment; filename=a.html\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64Lines(Buffer.from(page))}\r\n`,
    ]);
    const raw = multipart('o', [
      multipart('i', [part('one-one.example'), part('one-two.example')]),
      `Content-Type: message/rfc822\r\n\r\nSubject: plain\r\n${part('two-one.example')}`,
      `Content-Type: message/rfc822\r\n\r\nSubject: parts\r\n${attached}`,
      part('four.example'),
    ]);
    const { urls } = await extract(raw);
    assert.deepEqual(Object.fromEntries(urls.map(({ url, part: at }) => [new URL(url).hostname, at])), {
      'one-one.example': '1.1',
      'one-two.example': '1.2',
      'two-one.example': '2.1',
      'first.example': '3.1',
      'four.example': '4',
      'link.example': '3.2',
      'image.example': '3.2',
    });
    assert.equal((await extract(part('alone.example'))).urls[0]?.part, '1');
  });
});
