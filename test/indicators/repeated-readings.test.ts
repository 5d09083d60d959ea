import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mailWith } from '../support/attachments.js';
import { codesOf, extract, urlsOf } from '../support/extraction.js';
import { messagesReadTwice, rawMail, visibleUrl } from '../support/hostile-mails.js';
import { uuencoded } from '../support/uuencoded.js';
import { zipFile } from '../support/zip-file.js';

const link = 'https://phish.example/login';

function encoded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll(/.{76}/g, '$&\r\n');
}

function attached(type: string, name: string, bytes: Buffer): string {
  return `Content-Type: ${type}; name=${name}\r\nContent-Transfer-Encoding: base64\r\n\r\n${encoded(bytes)}\r\n`;
}

/** Signed data (RFC 5652 §5.1) without a signature. */
function signedData(content: Buffer): Buffer {
  const wrapped = (tag: number, ...inner: readonly Buffer[]) => {
    const body = Buffer.concat(inner);
    const long = Buffer.alloc(5, 0x84);
    long.writeUInt32BE(body.length, 1);
    const length = body.length < 0x80 ? Buffer.from([body.length]) : long;
    return Buffer.concat([Buffer.from([tag]), length, body]);
  };
  const oid = (hex: string) => wrapped(6, Buffer.from(hex, 'hex'));
  const data = wrapped(0x30, oid('2a864886f70d010701'), wrapped(0xa0, wrapped(4, content)));
  const signed = wrapped(0x30, wrapped(2, Buffer.from([1])), wrapped(0x31), data);
  return wrapped(0x30, oid('2a864886f70d010702'), wrapped(0xa0, signed));
}

const twoEncodings = 'Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: 8bit\r\n';

function signedTwice(count: number): Buffer {
  const header = `Content-Type: application/pkcs7-mime; name=smime.p7m\r\n${twoEncodings}\r\n`;
  let inner: Buffer = Buffer.from(`Content-Type: text/plain\r\n\r\n${visibleUrl}\r\n`);
  for (let level = 0; level < count; level += 1) inner = signedData(Buffer.concat([Buffer.from(header), inner]));
  const type = 'Content-Type: application/pkcs7-mime; name=smime.p7m';
  return rawMail([type, 'Content-Transfer-Encoding: base64'], encoded(inner));
}

const pageHeader = 'Subject: x\r\nSubject: y\r\nSnapshot-Content-Location: x\r\n';

function pagesTwice(count: number): Buffer {
  const types = 'Content-Type:Date: x\r\nContent-Type: message/partial; number=1; total=1\r\n\r\n';
  const file = Buffer.from(`${pageHeader}${`${types}${pageHeader}`.repeat(count)}\r\n${visibleUrl}\r\n`);
  return rawMail(['Content-Type: message/rfc822; name=inner.eml', 'Content-Transfer-Encoding: base64'], encoded(file));
}

function uuPagesTwice(count: number): Buffer {
  const types = 'Content-Type: text/plain; charset=utf-8\r\nContent-Type: text/plain; charset=us-ascii\r\n';
  let body = `${visibleUrl}\n`;
  for (let level = 0; level < count; level += 1)
    body = uuencoded('a.mht', Buffer.from(`${pageHeader}${types}\r\n${body}`));
  return rawMail(['Content-Type: text/plain; charset=utf-8'], body);
}

describe('what can be read in two ways, and holds the next one in both', () => {
  const kinds: readonly (readonly [name: string, mail: (count: number) => Buffer, levels: number])[] = [
    ['messages', messagesReadTwice, 18],
    ['saved pages', pagesTwice, 18],
    ['signed messages', signedTwice, 16],
    ['saved pages in uuencoded text', uuPagesTwice, 12],
  ];
  for (const [name, mail, levels] of kinds) {
    it(`grows no more than with the square of the levels: ${name}`, async () => {
      const extraction = await extract(mail(levels));
      assert.ok(urlsOf(extraction).includes(visibleUrl));
      assert.deepEqual(
        codesOf(extraction).filter((code) => /^(?:time|attachments|parts)-cut$/.test(code)),
        [],
      );
      const { length } = extraction.attachments;
      assert.ok(length >= levels / 2 && length <= 20 + 2 * levels ** 2, `${length} attachments`);
    });
  }
});

describe('files that hold all that follows them, as parts too', () => {
  const ending = '\r\n--B--\r\n';
  const end = `Content-Type: text/html\r\n\r\n<a href="${link}">log in</a>`;

  /** To some programs each is a page, to others a multipart whose parts follow. */
  function bothWays(count: number): string {
    const types = 'Content-Type: application/octet-stream; name=page.html\r\nContent-Type: multipart/mixed; boundary=B';
    const one = (index: number) => `${types}\r\n\r\n<a href="https://page.example/${index}">x</a>\r\n--B\r\n`;
    return `--B\r\n${Array.from({ length: count }, (_, index) => one(index)).join('')}`;
  }

  function pagesOf(urls: readonly string[]): number {
    return urls.filter((url) => url.startsWith('https://page.example/')).length;
  }

  it('are all opened where they are few', async () => {
    const raw = rawMail(['Content-Type: multipart/mixed; boundary=B'], `${bothWays(15)}${end}${ending}`);
    const extraction = await extract(raw);
    assert.equal(pagesOf(urlsOf(extraction)), 15);
    assert.ok(urlsOf(extraction).includes(link));
    assert.deepEqual(codesOf(extraction), []);
  });

  it('are opened until they come to several times the mail; all are named', async () => {
    const body = `${bothWays(15)}${end}${'x'.repeat(300_000)}${ending}`;
    const extraction = await extract(rawMail(['Content-Type: multipart/mixed; boundary=B'], body));
    // The first ones hold what stands in the others.
    assert.equal(pagesOf(urlsOf(extraction)), 15);
    assert.ok(urlsOf(extraction).includes(link));
    assert.deepEqual(codesOf(extraction), ['attachments-cut']);
    assert.equal(extraction.attachments.length, 15);
  });
});

describe('the same file a second time', () => {
  const page = Buffer.from(`<a href="${link}">log in</a>`);
  const message = Buffer.from(
    `From: a@evil.example\r\nSubject: inner\r\n${attached('application/zip', 'a.zip', zipFile([{ name: 'page.html', bytes: page }]))}`,
  );

  it('is opened where it lies less deep, though it was met within too many archives before', async () => {
    const calendar = (name: string, bytes: Buffer) => {
      const file = `ATTACH;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=${name}:${bytes.toString('base64')}`;
      return Buffer.from(`BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n${file}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`);
    };
    const cover = calendar('y.ics', calendar('z.ics', calendar('evil.eml', message)));
    const extraction = await extract(
      mailWith([
        { name: 'cover.ics', type: 'text/calendar', bytes: cover },
        { name: 'evil.zip', bytes: zipFile([{ name: 'evil.eml', bytes: message }]) },
      ]),
    );
    assert.ok(codesOf(extraction).includes('archive-cut'));
    assert.ok(urlsOf(extraction).includes(link));
  });

  it('is opened for each of two mails of a report that carry it', async () => {
    const reported = (number: number) =>
      `--B\r\nContent-Type: message/rfc822\r\n\r\nFrom: a${number}@evil.example\r\nSubject: ${number}\r\n${attached('application/octet-stream', 'doc.eml', message)}\r\n`;
    const raw = rawMail(['Content-Type: multipart/mixed; boundary=B'], `${reported(1)}${reported(2)}--B--`);
    const { originals = [] } = await extract(raw);
    assert.deepEqual(
      originals.map(({ subject, urls }) => [subject, ...urls]),
      [
        ['1', link],
        ['2', link],
        ['inner', link],
        ['inner', link],
      ],
    );
  });

  it('is opened behind thousands of parts', async () => {
    const noise = Buffer.from(
      `Content-Type: multipart/mixed; boundary=N\r\n\r\n${'--N\r\nContent-Type: a/b\r\n\r\nx\r\n'.repeat(998)}--N--`,
    );
    const files = ['1.eml', '2.eml', '3.eml'].map((name) => ({ name, type: 'message/rfc822', bytes: noise }));
    const extraction = await extract(
      mailWith([...files, { name: 'evil.eml', type: 'message/rfc822', bytes: message }]),
    );
    assert.ok(urlsOf(extraction).includes(link));
  });
});

describe('entities of XML', () => {
  it('grow within one budget for all documents of a mail, and what does not need them is found all the same', async () => {
    const grown = ['b', 'c', 'd'].map((name, index) => `<!ENTITY ${name} "${`&${'abc'[index]};`.repeat(32)}">`);
    const document = `<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a "x@y.zz www.a.bc ">${grown.join('')}]><html><body>&d;&d;</body></html>`;
    const part = (type: string, body: string) => `--B\r\nContent-Type: ${type}\r\n\r\n${body}\r\n`;
    const parts = part('application/xhtml+xml', document).repeat(160);
    const body = `${part('text/html', `<a href="${link}">log in</a>`)}${parts}--B--`;
    const extraction = await extract(rawMail(['Content-Type: multipart/mixed; boundary=B'], body), { seconds: 4 });
    assert.ok(urlsOf(extraction).includes(link));
    assert.ok(codesOf(extraction).includes('text-cut'));
    const found = extraction.indicators?.length ?? 0;
    assert.ok(found < 20, `${found}`);
  });
});
