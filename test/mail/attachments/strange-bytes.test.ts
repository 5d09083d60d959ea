import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { attachedUrls, attachmentNamed, mailWith } from '../../support/attachments.js';
import { codesOf, extract } from '../../support/extraction.js';
import { zipFile } from '../../support/zip-file.js';

const link = '<a href="https://hidden.example/">x</a>';

async function urlsIn(name: string, text: string, type?: string): Promise<string[]> {
  const bytes = Buffer.from(text, 'latin1');
  return attachedUrls(await extract(mailWith([{ name, bytes, ...(type === undefined ? {} : { type }) }])));
}

describe('control characters in an attached file hide nothing', () => {
  const files: readonly (readonly [string, string])[] = [
    ['a.html', `<html>\0<body>${link}`],
    ['a.html', `<!-- ${'\x01\x02'.repeat(500)} --><html><body>${link}`],
    ['a.html', `${'\0\x01'.repeat(1500)}<html><body>${link}`],
    ['a.html', `${'\0x'.repeat(40)}<html><body>${link}`],
    ['a.htm', `x\0${link}`],
    ['a.xhtml', `\0<html>${link}`],
    ['a', `\0<html>${link}`],
    ['a.svg', `<svg xmlns="http://www.w3.org/2000/svg">\0${link}</svg>`],
    ['a.ics', 'BEGIN:VCALENDAR\r\nX\0-A:1\r\nURL:https://hidden.example/\r\n'],
    ['a.ics', 'BEGIN:VCALENDAR\r\nU\0RL:https://hid\0den.example/\r\n'],
    ['a.txt', 'see \0 https://hidden.example/'],
    ['a.txt', `${'\0\x01\x02'.repeat(2000)}https://hidden.example/\0`],
    ['a.url', '[InternetShortcut]\r\n\0\r\nURL=https://hidden.example/\r\n'],
  ];
  for (const [index, [name, text]] of files.entries()) {
    it(`in ${name} (${index + 1})`, async () => {
      assert.deepEqual(await urlsIn(name, text), ['attachment 2 https://hidden.example/']);
    });
  }

  it('where only the declared type says what it is', async () => {
    assert.deepEqual(await urlsIn('a.dat', `\0\0${link}`, 'text/html'), ['attachment 2 https://hidden.example/']);
    assert.deepEqual(await urlsIn('a.dat', 'x\0 https://hidden.example/', 'text/plain'), [
      'attachment 2 https://hidden.example/',
    ]);
  });

  it('nor does an ending that nobody knows', async () => {
    assert.deepEqual(await urlsIn('a.zzz', 'go to https://hidden.example/'), ['attachment 2 https://hidden.example/']);
    const behind = `${'go on\n'.repeat(2000)}https://hidden.example/`;
    assert.deepEqual(await urlsIn('a.zzz', behind), ['attachment 2 https://hidden.example/']);
    assert.deepEqual(await urlsIn('a.msc', '<x y="https://hidden.example/"/>'), [
      'attachment 2 https://hidden.example/',
    ]);
  });
});

describe('a file of two kinds', () => {
  it('is read as a page too where browsers open it as one', async () => {
    const zip = zipFile([{ name: 'b.html', bytes: Buffer.from(link.replace('hidden', 'zipped')) }]);
    const polyglot = Buffer.concat([zip, Buffer.from(`<html>${link}`)]);
    assert.deepEqual(attachedUrls(await extract(mailWith([{ name: 'a.html', bytes: polyglot }]))).sort(), [
      'attachment 2 https://hidden.example/',
      'attachment 2/a.html!b.html https://zipped.example/',
    ]);
    assert.deepEqual(await urlsIn('a.html', `GIF89a\x01\0\x01\0\0\0\0<html>${link}`), [
      'attachment 2 https://hidden.example/',
    ]);
    assert.deepEqual(await urlsIn('a.html', `%PDF-1.4\n<html>${link}`), ['attachment 2 https://hidden.example/']);
  });

  it('is still said not to be what its name promises', async () => {
    const program = Buffer.concat([
      Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1'),
      Buffer.alloc(200_000, '\0\x01\x02\x03<'),
    ]);
    const extraction = await extract(mailWith([{ name: 'a.html', bytes: program }]));
    assert.equal(attachmentNamed(extraction, 'a.html').type, 'application/x-msdownload');
    assert.deepEqual(codesOf(extraction), ['type-mismatch']);
    assert.deepEqual(attachedUrls(extraction), []);
  });
});
