import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { demoMails } from '../../src/demo/samples.js';
import { extractMessage } from '../../src/mail/parse-message.js';
import { codesOf, extract, limits, urlsOf } from '../support/extraction.js';

function sample(name: string): Buffer {
  const found = demoMails().find((mail) => mail.name === name);
  assert.ok(found, name);
  return found.raw;
}

describe('reading a message', () => {
  it("finds each message's own URLs and nobody else's", async () => {
    const extractions = await Promise.all(demoMails().map(({ raw }) => extract(raw)));
    const owners = new Map<string, number>();
    for (const extraction of extractions) {
      assert.notEqual(extraction.urls.length, 0);
      for (const url of urlsOf(extraction)) owners.set(url, (owners.get(url) ?? 0) + 1);
    }
    assert.deepEqual(
      [...owners.values()].filter((count) => count > 1),
      [],
    );
  });

  it('joins URLs that quoted-printable broke, and reads base64 parts', async () => {
    const extraction = await extract(sample('multipart-alternative'));
    const token = 'abcdef0123456789'.repeat(3);
    assert.deepEqual(urlsOf(extraction), [
      'https://billing.example/pay?id=2026-1107',
      `https://billing.example/invoices/view?id=2026-1107&token=${token}abcdef`,
    ]);
    assert.deepEqual(extraction.findings, []);
  });

  it('reads ISO-2022-JP and Shift_JIS', async () => {
    const jis = await extract(sample('japanese-iso-2022-jp'));
    assert.equal(jis.subject, '【重要】お支払い方法の確認');
    assert.equal(jis.from, '"カスタマーサポート" <support@pay.example.jp>');
    assert.deepEqual(urlsOf(jis), ['https://pay.example.jp/account?id=42&lang=ja', 'http://192.0.2.44/ja/']);
    const shiftJis = await extract(sample('japanese-shift-jis'));
    assert.equal(shiftJis.subject, '当選のお知らせ');
    assert.deepEqual(urlsOf(shiftJis), ['http://present.example.jp/uketori.html']);
  });

  it('reads a body in KOI8-R, in which no byte is UTF-8', async () => {
    const body = Buffer.concat([Buffer.from('f0d2c9d7c5d4', 'hex'), Buffer.from(' https://example.ru/path\r\n')]);
    const header = Buffer.from('Subject: x\r\nContent-Type: text/plain; charset=KOI8-R\r\n\r\n');
    const extraction = await extract(Buffer.concat([header, body]));
    assert.deepEqual(urlsOf(extraction), ['https://example.ru/path']);
    assert.deepEqual(extraction.findings, []);
  });

  it('says so where the character set is unknown, and still finds what is ASCII', async () => {
    const extraction = await extract(
      'Content-Type: text/plain; charset=klingon\r\n\r\n\xc3\xa9 https://a.example/\r\n',
    );
    assert.deepEqual(urlsOf(extraction), ['https://a.example/']);
    assert.deepEqual(codesOf(extraction), ['charset-unknown']);
  });

  it('reads 8-bit headers in the character set of the message', async () => {
    const raw = Buffer.from(
      'Subject: wins \xa37,000\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nx\r\n',
      'latin1',
    );
    assert.equal((await extract(raw)).subject, 'wins £7,000');
  });

  it('takes the first of two Message-ID headers, as sent', async () => {
    const extraction = await extract('Message-ID: first@a.example\r\nMessage-ID: <second@a.example>\r\n\r\nx');
    assert.equal(extraction.messageId, 'first@a.example');
  });

  it('unfolds a Message-ID', async () => {
    assert.equal((await extract('Message-ID:\r\n <folded@a.example>\r\n\r\nx')).messageId, '<folded@a.example>');
  });

  it('keeps absent apart from empty', async () => {
    const none = await extract(sample('no-subject'));
    assert.equal(none.subject, null);
    assert.equal((await extract('Subject:\r\n\r\nx')).subject, '');
    assert.equal((await extract(sample('no-message-id'))).messageId, null);
    assert.equal((await extract('X: y\r\n\r\nx')).from, '');
  });

  it('lists addresses bare and in lower case, those of groups and of every To header too', async () => {
    const extraction = await extract(
      'From: "Doe, Jane" <Jane@A.example>\r\nTo: Team: x@b.example, Y <Y@b.example>;\r\nTo: z@c.example\r\n\r\nx',
    );
    assert.equal(extraction.from, '"Doe, Jane" <Jane@A.example>');
    assert.deepEqual(extraction.fromAddresses, ['jane@a.example']);
    assert.deepEqual(extraction.toAddresses, ['x@b.example', 'y@b.example', 'z@c.example']);
  });

  it('names attachments and gives their decoded size, and says of what is no archive that it could not be read', async () => {
    const extraction = await extract(sample('with-attachment'));
    const [attachment] = extraction.attachments;
    assert.equal(extraction.attachments.length, 1);
    assert.deepEqual(codesOf(extraction), ['attachment-unreadable']);
    assert.equal(attachment?.fileName, 'Rechnung März.zip');
    assert.equal(attachment?.contentType, 'application/octet-stream');
    assert.equal(attachment?.sizeBytes, 78);
    assert.deepEqual(urlsOf(extraction), ['https://docs.example.org/scan/3']);
  });

  it('counts the URLs of an attached message as this one’s', async () => {
    const extraction = await extract(sample('forwarded-as-attachment'));
    assert.deepEqual(urlsOf(extraction), ['https://shop.example.net/cancel/5521']);
    assert.equal(extraction.subject, 'Fwd: is this real?');
    assert.equal(extraction.attachments[0]?.fileName, 'order.eml');
  });

  it('opens an attached message that is encoded as a whole', async () => {
    const inner = 'Subject: inner\r\nContent-Type: text/html\r\n\r\n<a href="https://inner.example/">x</a>\r\n';
    const extraction = await extract(
      `Subject: outer\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(inner).toString('base64')}\r\n`,
    );
    assert.deepEqual(urlsOf(extraction), ['https://inner.example/']);
    assert.equal(extraction.subject, 'outer');
  });

  it('reads a stream as it reads a buffer', async () => {
    for (const { name, raw } of demoMails()) {
      const bytes = [...raw].map((byte) => Buffer.from([byte]));
      assert.deepEqual(await extractMessage(Readable.from(bytes), limits), await extract(raw), name);
    }
  });

  it('reads LF as it reads CRLF', async () => {
    for (const { name, raw } of demoMails()) {
      const unix = Buffer.from(raw.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
      const [one, other] = [await extract(unix), await extract(raw)];
      assert.deepEqual({ ...one, attachments: [] }, { ...other, attachments: [] }, name);
    }
  });

  it('cuts at the size limit and says so', async () => {
    const body = `https://first.example/\r\n${'x'.repeat(5000)}\r\nhttps://last.example/\r\n`;
    const extraction = await extract(`Subject: s\r\n\r\n${body}`, { sizeBytes: 2048 });
    assert.deepEqual(urlsOf(extraction), ['https://first.example/']);
    assert.deepEqual(codesOf(extraction), ['size-cut']);
  });

  it('makes something of no bytes at all', async () => {
    const extraction = await extract('');
    assert.equal(extraction.subject, null);
    assert.deepEqual(extraction.urls, []);
  });
});
