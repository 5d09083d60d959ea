import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { attachedUrls, attachmentNamed, mailWith } from '../../support/attachments.js';
import { codesOf, extract, urlsOf } from '../../support/extraction.js';
import { type ZipMemberInput, zipFile } from '../../support/zip-file.js';

function page(host: string): Buffer {
  return Buffer.from(`<html><a href="https://${host}.example/">x</a></html>`);
}

function zipMail(members: readonly ZipMemberInput[]): Buffer {
  return mailWith([{ name: 'feed.zip', bytes: zipFile(members) }]);
}

describe('an archive', () => {
  it('is opened: its files are named, hashed and searched', async () => {
    const inner = page('zipped');
    const extraction = await extract(
      zipMail([
        { name: 'folder/', bytes: Buffer.alloc(0), stored: true },
        { name: 'folder/inner.html', bytes: inner },
        { name: 'run.exe', bytes: Buffer.from('MZ\x90\0\x03\0\0\0'), stored: true },
      ]),
    );
    assert.deepEqual(attachedUrls(extraction), ['attachment 2/feed.zip!folder/inner.html https://zipped.example/']);
    assert.deepEqual(codesOf(extraction), []);
    assert.deepEqual(
      extraction.attachments.map(({ fileName, part, from, type }) => [fileName, part, from, type]),
      [
        ['feed.zip', '2', undefined, 'application/zip'],
        ['inner.html', '2/feed.zip!folder/inner.html', '2', 'text/html'],
        ['run.exe', '2/feed.zip!run.exe', '2', 'application/x-msdownload'],
      ],
    );
    assert.equal(attachmentNamed(extraction, 'inner.html').sha256, createHash('sha256').update(inner).digest('hex'));
  });

  it('may be a gzip, with a file of its name', async () => {
    const extraction = await extract(mailWith([{ name: 'page.html.gz', bytes: gzipSync(page('gzipped')) }]));
    assert.deepEqual(attachedUrls(extraction), ['attachment 2/page.html.gz!page.html https://gzipped.example/']);
  });

  it('is opened to a depth of three', async () => {
    const deepen = (bytes: Buffer, name: string) => zipFile([{ name, bytes }]);
    const three = deepen(deepen(deepen(page('third'), 'p.html'), 'c.zip'), 'b.zip');
    const third = await extract(mailWith([{ name: 'a.zip', bytes: three }]));
    assert.deepEqual(attachedUrls(third), ['attachment 2/a.zip!b.zip!c.zip!p.html https://third.example/']);
    assert.deepEqual(codesOf(third), []);
    const fourth = await extract(mailWith([{ name: 'a.zip', bytes: deepen(three, 'z.zip') }]));
    assert.deepEqual(attachedUrls(fourth), []);
    assert.deepEqual(codesOf(fourth), ['archive-cut']);
    assert.equal(fourth.attachments.at(-1)?.part, '2/a.zip!z.zip!b.zip!c.zip');
  });

  it('is no deeper for a message between: archives are counted through it', async () => {
    let bytes = page('deep');
    for (let level = 0; level < 4; level++) {
      const zip = zipFile([{ name: `${level}.bin`, bytes }]);
      bytes = mailWith([{ name: `${level}.zip`, bytes: zip }]);
    }
    const extraction = await extract(bytes);
    assert.ok(codesOf(extraction).includes('archive-cut'));
    assert.equal(urlsOf(extraction).includes('https://deep.example/'), false);
  });

  it('with a password is named, with the names of its files', async () => {
    const extraction = await extract(
      zipMail([
        { name: 'secret.html', bytes: page('secret'), encrypted: true },
        { name: 'open.html', bytes: page('open') },
      ]),
    );
    assert.deepEqual(codesOf(extraction), ['archive-encrypted']);
    assert.deepEqual(urlsOf(extraction), ['https://body.example/', 'https://open.example/']);
    const secret = attachmentNamed(extraction, 'secret.html');
    assert.equal(secret.sha256, undefined);
    assert.equal(secret.sizeBytes, page('secret').length);
  });

  it('that was cut off is read as far as it goes', async () => {
    const zip = zipFile([
      { name: 'first.html', bytes: page('first') },
      { name: 'second.html', bytes: page('second') },
    ]);
    const cut = zip.subarray(0, zip.indexOf('PK\x01\x02', 0, 'latin1') - 20);
    const extraction = await extract(mailWith([{ name: 'cut.zip', bytes: cut }]));
    assert.deepEqual(codesOf(extraction), ['attachment-unreadable']);
    assert.deepEqual(attachedUrls(extraction), ['attachment 2/cut.zip!first.html https://first.example/']);
    assert.equal(attachmentNamed(extraction, 'second.html').sha256, undefined);
  });

  it('that was cut off gives what its last file still holds', async () => {
    const text = Array.from({ length: 3000 }, (_, index) => `https://cut.example/${index * 7919}\n`).join('');
    const packed = gzipSync(Buffer.from(text));
    const extraction = await extract(mailWith([{ name: 'a.txt.gz', bytes: packed.subarray(0, packed.length / 2) }]));
    assert.deepEqual(codesOf(extraction), ['attachment-unreadable']);
    assert.ok(urlsOf(extraction).includes('https://cut.example/0'));
  });

  it('is found behind what stands before it, and where only its bytes say what it is', async () => {
    const zip = zipFile([{ name: 'inner.html', bytes: page('hidden') }]);
    const prefixed = Buffer.concat([Buffer.from('GIF89a, or so it says'), zip]);
    const extraction = await extract(
      mailWith([
        { name: 'photo', bytes: zip },
        { name: 'b.zip', bytes: Buffer.concat([Buffer.alloc(5000), zip]) },
      ]),
    );
    assert.deepEqual(attachedUrls(extraction), ['attachment 2/photo!inner.html https://hidden.example/']);
    assert.equal(extraction.attachments.at(-1)?.part, '3/b.zip!inner.html');
    const text = await extract(mailWith([{ name: 'c.zip', bytes: prefixed }]));
    assert.deepEqual(urlsOf(text), ['https://body.example/', 'https://hidden.example/']);
  });

  it('that unpacks to gigabytes is cut, and the next attachment is still read', async () => {
    const zeros = gzipSync(Buffer.alloc(50_000_000));
    const bomb = Buffer.concat([zeros, zeros, zeros, zeros]);
    const started = performance.now();
    const extraction = await extract(
      mailWith([
        { name: 'bomb.gz', bytes: bomb },
        { name: 'page.html', bytes: page('beside') },
      ]),
    );
    assert.deepEqual(codesOf(extraction), ['archive-cut']);
    assert.ok(urlsOf(extraction).includes('https://beside.example/'));
    assert.equal(attachmentNamed(extraction, 'bomb').sha256, undefined);
    assert.ok(performance.now() - started < limitMs);
  });

  it('of ten thousand files is cut', async () => {
    const members = Array.from({ length: 10_000 }, (_, index) => ({
      name: `${index}.txt`,
      bytes: Buffer.from(`https://member.example/${index}`),
      stored: true,
    }));
    const extraction = await extract(zipMail(members));
    assert.deepEqual(codesOf(extraction), ['archive-cut']);
    assert.equal(extraction.attachments.length, 501);
    assert.ok(urlsOf(extraction).includes('https://member.example/499'));
  });

  it('that says false things of itself harms nobody', async () => {
    const sound = zipFile([{ name: 'inner.html', bytes: page('inner') }]);
    for (let at = 0; at < sound.length; at++) {
      for (const value of [0x00, 0xff]) {
        const broken = Buffer.from(sound);
        broken[at] = value;
        const extraction = await extract(mailWith([{ name: 'broken.zip', bytes: broken }]));
        assert.ok(urlsOf(extraction).includes('https://body.example/'), `${value} at ${at}`);
      }
    }
  });

  it('of a kind that is not opened is named', async () => {
    const rar = Buffer.from('Rar!\x1a\x07\x01\0 and so on', 'latin1');
    const extraction = await extract(mailWith([{ name: 'x.rar', bytes: rar }]));
    assert.deepEqual(codesOf(extraction), ['archive-unopened']);
  });

  it('has its files named on one line, however they are called', async () => {
    const extraction = await extract(
      zipMail([
        { name: '../../etc/a\r\nb.txt', bytes: Buffer.from('x') },
        { name: 'c:\\d\\e.txt', bytes: Buffer.from('x') },
      ]),
    );
    assert.deepEqual(
      extraction.attachments.map(({ fileName, part }) => [fileName, part]),
      [
        ['feed.zip', '2'],
        ['a  b.txt', '2/feed.zip!../../etc/a  b.txt'],
        ['e.txt', '2/feed.zip!c:\\d\\e.txt'],
      ],
    );
  });
});

const limitMs = 5000;
