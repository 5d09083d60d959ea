import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { zipEntries } from '../../../src/mail/attachments/zip-entries.js';
import { attachedUrls, attachmentNamed, mailWith } from '../../support/attachments.js';
import { codesOf, extract } from '../../support/extraction.js';
import { officeFile } from '../../support/office-file.js';
import { growth } from '../../support/processor-time.js';
import { type ZipMemberInput, zipFile } from '../../support/zip-file.js';

function page(host: string): Buffer {
  return Buffer.from(`<html><a href="https://${host}.example/">x</a></html>`);
}

function extractZip(bytes: Buffer) {
  return extract(mailWith([{ name: 'a.zip', bytes }]));
}

async function readWhole(bytes: Buffer, ...names: readonly string[]): Promise<void> {
  const extraction = await extractZip(bytes);
  assert.deepEqual(codesOf(extraction), []);
  assert.deepEqual(
    attachedUrls(extraction).sort(),
    names.map((name) => `attachment 2/a.zip!${name}.html https://${name}.example/`),
  );
}

function pages(...names: readonly string[]): ZipMemberInput[] {
  return names.map((name) => ({ name: `${name}.html`, bytes: page(name) }));
}

const emptyEnd = Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)]);

describe('the files of a zip are found', () => {
  it('where its comment holds the end of another', async () => {
    await readWhole(zipFile(pages('first'), emptyEnd), 'first');
    await readWhole(zipFile(pages('first'), Buffer.concat([emptyEnd, Buffer.from('and more')])), 'first');
  });

  it('where its comment, or what stands behind it, is another zip', async () => {
    await readWhole(zipFile(pages('first'), zipFile(pages('second'))), 'first', 'second');
    await readWhole(Buffer.concat([zipFile(pages('first')), zipFile(pages('second'))]), 'first', 'second');
  });

  it('where other bytes stand behind it', async () => {
    await readWhole(Buffer.concat([zipFile(pages('first')), Buffer.alloc(500, 'x')]), 'first');
  });

  it('that its directory does not name', async () => {
    const whole = zipFile(pages('first', 'second'));
    const short = zipFile(pages('first'));
    const directory = short.subarray(short.indexOf('PK\x01\x02', 0, 'latin1'));
    const end = Buffer.from(directory);
    end.writeUInt32LE(whole.indexOf('PK\x01\x02', 0, 'latin1'), end.length - 6);
    await readWhole(
      Buffer.concat([whole.subarray(0, whole.indexOf('PK\x01\x02', 0, 'latin1')), end]),
      'first',
      'second',
    );
  });

  it('that say in one header, or in both, that they are encrypted and are not', async () => {
    for (const flagged of ['both', 'local'] as const) {
      for (const stored of [true, false]) {
        await readWhole(zipFile([{ name: 'first.html', bytes: page('first'), flagged, stored }]), 'first');
      }
    }
  });

  it('whose method is another before the file than in the directory', async () => {
    const bytes = zipFile(pages('first'));
    bytes.writeUInt16LE(0, bytes.indexOf('PK\x01\x02', 0, 'latin1') + 10);
    await readWhole(bytes, 'first');
    const other = zipFile(pages('first'));
    other.writeUInt16LE(99, 8);
    await readWhole(other, 'first');
  });

  it('whose sizes stand in the extra field, or behind them', async () => {
    for (const stored of [true, false]) {
      const members = [
        { name: 'first.html', bytes: page('first'), zip64: true, stored },
        { name: 'second.html', bytes: page('second'), described: true, stored },
        ...pages('third'),
      ];
      const bytes = zipFile(members);
      await readWhole(bytes, 'first', 'second', 'third');
      const extraction = await extractZip(bytes.subarray(0, bytes.indexOf('PK\x01\x02', 0, 'latin1')));
      assert.deepEqual(codesOf(extraction), ['attachment-unreadable']);
      for (const name of ['first', 'second', 'third']) {
        const sha256 = createHash('sha256').update(page(name)).digest('hex');
        assert.equal(attachmentNamed(extraction, `${name}.html`).sha256, sha256, name);
      }
    }
  });

  it('with a directory of zip64', async () => {
    const bytes = zipFile(pages('first', 'second'));
    const end = bytes.length - 22;
    const wide = Buffer.alloc(56);
    wide.write('PK\x06\x06', 'latin1');
    wide.writeBigUInt64LE(44n, 4);
    wide.writeBigUInt64LE(2n, 24);
    wide.writeBigUInt64LE(2n, 32);
    wide.writeBigUInt64LE(BigInt(bytes.readUInt32LE(end + 12)), 40);
    wide.writeBigUInt64LE(BigInt(bytes.readUInt32LE(end + 16)), 48);
    const locator = Buffer.alloc(20);
    locator.write('PK\x06\x07', 'latin1');
    locator.writeBigUInt64LE(BigInt(end), 8);
    const last = Buffer.from(bytes.subarray(end)).fill(0xff, 8, 20);
    await readWhole(Buffer.concat([bytes.subarray(0, end), wide, locator, last]), 'first', 'second');
  });

  it('with names of folders that hold something, with backslashes, and twice', async () => {
    const extraction = await extractZip(
      zipFile([
        { name: 'folder\\', bytes: Buffer.alloc(0), stored: true },
        { name: 'packed/', bytes: Buffer.alloc(0) },
        { name: 'a.html/', bytes: page('first') },
        { name: 'folder\\b.html', bytes: page('second') },
        { name: 'folder\\b.html', bytes: page('third') },
      ]),
    );
    assert.deepEqual(attachedUrls(extraction), [
      'attachment 2/a.zip!a.html/ https://first.example/',
      'attachment 2/a.zip!folder\\b.html https://second.example/',
      'attachment 2/a.zip!folder\\b.html https://third.example/',
    ]);
    assert.deepEqual(
      extraction.attachments.map(({ fileName }) => fileName),
      ['a.zip', 'a.html', 'b.html', 'b.html'],
    );
  });

  it('and those of a zip that is stored in it are of that one', async () => {
    const bytes = zipFile([{ name: 'b.zip', bytes: zipFile(pages('inner')), stored: true }, ...pages('first')]);
    const extraction = await extractZip(bytes);
    assert.deepEqual(
      extraction.attachments.map(({ part }) => part),
      ['2', '2/a.zip!b.zip', '2/a.zip!first.html', '2/a.zip!b.zip!inner.html'],
    );
  });

  it('beside those of a document', async () => {
    const program = Buffer.concat([Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1'), Buffer.alloc(120)]);
    const extraction = await extractZip(
      officeFile({
        'word/document.xml': '<w:p><w:t>x</w:t></w:p>',
        'word/theme/theme1.xml': '<a:theme/>',
        'word/media/image1.emf': 'x',
        'inv.svg': '<svg xmlns="http://www.w3.org/2000/svg"><a href="https://svg.example/"/></svg>',
        'inv.scr': program,
        'word/theme/inv.html': page('theme'),
        'inv.xml': '<x url="https&#58;//xml.example/"/>',
        'chunk.dat': page('chunk'),
      }),
    );
    assert.deepEqual(attachedUrls(extraction).sort(), [
      'attachment 2 https://xml.example/',
      'attachment 2/a.zip!chunk.dat https://chunk.example/',
      'attachment 2/a.zip!inv.svg https://svg.example/',
      'attachment 2/a.zip!word/theme/inv.html https://theme.example/',
    ]);
    const names = ['a.zip', 'chunk.dat', 'inv.html', 'inv.scr', 'inv.svg', 'inv.xml'];
    assert.deepEqual(extraction.attachments.map(({ fileName }) => fileName).sort(), names);
    assert.equal(attachmentNamed(extraction, 'inv.scr').sha256, createHash('sha256').update(program).digest('hex'));
  });

  it('in pages of XPS', async () => {
    const page = '<FixedPage><Path FixedPage.NavigateUri="https://xps.example/"/></FixedPage>';
    const bytes = officeFile({ 'Documents/1/Pages/1.fpage': page });
    const extraction = await extract(mailWith([{ name: 'a.xps', bytes }]));
    assert.deepEqual(attachedUrls(extraction), ['attachment 2 https://xps.example/']);
  });
});

describe('going through a zip', () => {
  const local = zipFile([{ name: 'a', bytes: Buffer.alloc(0), stored: true }])
    .subarray(0, 31)
    .toString('latin1');
  for (const unit of [
    'PK\x05\x06',
    'PK\x03\x04',
    'PK\x07\x08',
    `PK\x05\x06${'\0'.repeat(18)}`,
    `${local}PK\x07`,
    'PK',
    local,
  ]) {
    it(`costs no more than the input grows: ${JSON.stringify(unit)}`, () => {
      const times = growth((bytes) =>
        zipEntries(Buffer.from(unit.repeat(Math.ceil(bytes / unit.length)), 'latin1'), 5000),
      );
      assert.ok(times < 64, `16 times the input costs ${times.toFixed(0)} times as much`);
    });
  }
});
