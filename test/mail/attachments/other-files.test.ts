import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { attachedUrls, mailWith } from '../../support/attachments.js';
import { compoundFile, packagedObject } from '../../support/compound-file.js';
import { codesOf, extract, urlsOf } from '../../support/extraction.js';
import { tarFile } from '../../support/tar-file.js';

const page = Buffer.from('<html><a href="https://inner.example/">x</a>');
const url = 'https://link.example/a';

function attached(name: string, bytes: Buffer | string) {
  return extract(mailWith([{ name, bytes: Buffer.from(bytes) }]));
}

describe('a file that names what it opens', () => {
  const lnkStart = Buffer.from('4c0000000114020000000000c000000000000046', 'hex');
  const arguments_ = Buffer.from(`-c iwr ${url}`, 'utf16le');
  const files: readonly (readonly [string, string, Buffer | string])[] = [
    ['a shortcut to a page', 'a.url', `[InternetShortcut]\r\nURL=${url}\r\n`],
    ['one under another name', 'a', `[InternetShortcut]\r\nURL=${url}\r\n`],
    ['a shortcut of Windows', 'a.lnk', Buffer.concat([lnkStart, Buffer.alloc(56), arguments_, Buffer.alloc(4)])],
    [
      'a shortcut of macOS',
      'a.webloc',
      `<?xml version="1.0"?><!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd"><plist><dict><key>URL</key><string>${url}</string></dict></plist>`,
    ],
    [
      'a binary one',
      'a.webloc',
      Buffer.concat([Buffer.from(`bplist00\xd1\x01\x02SURL_\x10\x16${url}`, 'latin1'), Buffer.from([8, 0, 1, 2])]),
    ],
    ['a web query', 'a.iqy', `WEB\r\n1\r\n${url}\r\n`],
    [
      'a notebook',
      'a.one',
      Buffer.concat([
        Buffer.from('e4525c7b8cd8a74daeb15378d02996d3', 'hex'),
        Buffer.alloc(99, 1),
        Buffer.from(`\x02${url}\x02`),
      ]),
    ],
    ['an SVG', 'a.svg', `<svg xmlns="http://www.w3.org/2000/svg"><a href="${url}"><text>x</text></a></svg>`],
    [
      'an XHTML page',
      'a.xhtml',
      `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><a href="${url}">x</a></html>`,
    ],
  ];
  for (const [what, name, bytes] of files) {
    it(`is searched: ${what}`, async () => {
      assert.deepEqual(attachedUrls(await attached(name, bytes)), [`attachment 2 ${url}`]);
    });
  }
});

describe('a web page saved as a message', () => {
  const parts = `Content-Type: multipart/related; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\nContent-Location: https://saved.example/\r\n\r\n<a href="${url}">x</a>\r\n--b--\r\n`;
  for (const [name, head] of [
    ['a.mht', 'From: <Saved by Blink>\r\nSubject: page\r\nMIME-Version: 1.0\r\n'],
    ['a.doc', 'MIME-Version: 1.0\r\n'],
  ] as const) {
    it(`is opened, and no mail that was forwarded: ${name}`, async () => {
      const extraction = await attached(name, head + parts);
      assert.deepEqual(attachedUrls(extraction), [`attachment 2/${name}!1 ${url}`]);
      assert.deepEqual(extraction.originals, []);
    });
  }
});

describe('a tar', () => {
  it('is opened, packed or not, with long names', async () => {
    const long = `${'d/'.repeat(80)}long.html`;
    const bytes = tarFile([
      { name: 'a.html', bytes: page },
      { name: long, bytes: Buffer.from('<a href="https://long.example/">x</a>') },
    ]);
    const plain = await attached('a.tar', bytes);
    assert.deepEqual(attachedUrls(plain), [
      'attachment 2/a.tar!a.html https://inner.example/',
      `attachment 2/a.tar!${long} https://long.example/`,
    ]);
    assert.deepEqual(codesOf(plain), []);
    const packed = await attached('a.tgz', gzipSync(bytes));
    assert.equal(attachedUrls(packed)[0], 'attachment 2/a.tgz!a.tar!a.html https://inner.example/');
  });

  it('that begins with a PDF is none itself', async () => {
    const bytes = tarFile([
      { name: 'a.pdf', bytes: Buffer.from('%PDF-1.7\n1 0 obj << /S /URI /URI (https://in.example/) >>') },
      { name: 'a.html', bytes: page },
    ]);
    const { attachments } = await attached('a.tar', bytes);
    assert.deepEqual(
      attachments.map(({ type }) => type),
      ['application/x-tar', 'application/pdf', 'text/html'],
    );
  });

  it('of ten thousand files is cut; one that ends early is read as far as it goes', async () => {
    const many = tarFile(Array.from({ length: 10_000 }, (_, index) => ({ name: `${index}`, bytes: Buffer.from('x') })));
    const extraction = await attached('a.tar', many);
    assert.deepEqual(codesOf(extraction), ['archive-cut']);
    assert.equal(extraction.attachments.length, 501);
    const two = tarFile([
      { name: 'a.html', bytes: page },
      { name: 'b.bin', bytes: Buffer.alloc(5000) },
    ]);
    const cut = await attached('a.tar', two.subarray(0, 3000));
    assert.deepEqual(codesOf(cut), ['attachment-unreadable']);
    assert.deepEqual(urlsOf(cut).slice(1), ['https://inner.example/']);
  });
});

describe('an archive that is not opened', () => {
  const files: readonly (readonly [string, Buffer])[] = [
    ['a.rar', Buffer.from('Rar!\x1a\x07\x01\0 and so on', 'latin1')],
    ['a.7z', Buffer.from('377abcaf271c0004000000000000000000', 'hex')],
    ['a.iso', Buffer.alloc(40_000)],
    ['a.img', Buffer.alloc(4000)],
    ['a.cab', Buffer.from('MSCF\0\0\0\0 and so on', 'latin1')],
    ['a.xz', Buffer.from('fd377a585a000004e6d6b446', 'hex')],
  ];
  for (const [name, bytes] of files) {
    it(`is said: ${name}`, async () => {
      assert.deepEqual(codesOf(await attached(name, bytes)), ['archive-unopened']);
    });
  }
});

describe('an Office document before 2007', () => {
  it('is searched for strings of one and of two bytes a letter', async () => {
    const wide = Buffer.from('\x13 HYPERLINK "https://wide.example/a" \x14', 'utf16le');
    const word = Buffer.concat([
      Buffer.alloc(600),
      Buffer.from(' https://narrow.example/ \0'),
      Buffer.alloc(5000),
      wide,
    ]);
    const extraction = await attached('a.doc', compoundFile({ WordDocument: word, Data: Buffer.alloc(10) }));
    assert.deepEqual(attachedUrls(extraction), [
      'attachment 2 https://narrow.example/',
      'attachment 2 https://wide.example/a',
    ]);
    assert.deepEqual(codesOf(extraction), []);
    assert.equal(extraction.attachments[0]?.type, 'application/x-cfb');
  });

  it('has its macros, objects and passwords said', async () => {
    const native = { '\x01Ole10Native': packagedObject('run.js', Buffer.from('x="https://script.example/"')) };
    const tree = {
      WordDocument: Buffer.alloc(600),
      Macros: { VBA: { dir: Buffer.from('x') } },
      ObjectPool: { _1: native },
    };
    const extraction = await attached('a.doc', compoundFile(tree));
    assert.deepEqual(codesOf(extraction).sort(), ['office-macro', 'office-object']);
    assert.deepEqual(urlsOf(extraction).slice(1), ['https://script.example/']);
    const locked = Buffer.alloc(600);
    locked.writeUInt16LE(0x0100, 10);
    assert.deepEqual(codesOf(await attached('a.doc', compoundFile({ WordDocument: locked }))), ['office-encrypted']);
    const book = Buffer.from('09080400000600002f00020001000000', 'hex');
    assert.deepEqual(codesOf(await attached('a.xls', compoundFile({ Workbook: book }))), ['office-encrypted']);
  });

  it('that is damaged is searched as it stands', async () => {
    const broken = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(900), Buffer.from(` ${url} `)]);
    const extraction = await attached('a.doc', broken);
    assert.deepEqual(codesOf(extraction), ['attachment-unreadable']);
    assert.deepEqual(attachedUrls(extraction), [`attachment 2 ${url}`]);
  });
});
