import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { attachmentNamed, mailWith, pdfFile } from '../../support/attachments.js';
import { codesOf, extract } from '../../support/extraction.js';
import { zipFile } from '../../support/zip-file.js';

const program = Buffer.concat([Buffer.from('MZ\x90\0', 'latin1'), Buffer.alloc(200)]);
const html = Buffer.from('<html>x</html>');
const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex');
const zip = zipFile([{ name: 'a.bin', bytes: Buffer.from('\0\x01') }]);

describe('what an attachment is', () => {
  const mismatches: readonly (readonly [string, Buffer, string])[] = [
    ['invoice.pdf', html, 'text/html'],
    ['invoice.pdf', zip, 'application/zip'],
    ['invoice.PDF .', program, 'application/x-msdownload'],
    ['photo.jpg', program, 'application/x-msdownload'],
    ['notes.txt', program, 'application/x-msdownload'],
    ['report.docx', html, 'text/html'],
    ['archive.zip', html, 'text/html'],
    ['page.html', png, 'image/png'],
  ];
  for (const [name, bytes, type] of mismatches) {
    it(`is told by its bytes: ${name} is ${type}`, async () => {
      const extraction = await extract(mailWith([{ name, bytes }]));
      assert.equal(extraction.attachments[0]?.type, type);
      assert.ok(codesOf(extraction).includes('type-mismatch'));
    });
  }

  const matches: readonly (readonly [string, Buffer])[] = [
    ['invoice.pdf', pdfFile({})],
    ['photo.jpg', png],
    ['archive.zip', zip],
    ['setup.exe', program],
    ['notes.txt', html],
    ['page.html', html],
    ['unknown.xyz', html],
    ['constructor', html],
    ['empty.pdf', Buffer.alloc(0)],
  ];
  for (const [name, bytes] of matches) {
    it(`is nothing to remark on where it is what it is called: ${name}`, async () => {
      assert.deepEqual(codesOf(await extract(mailWith([{ name, bytes }]))), []);
    });
  }

  it('is told of files in archives too', async () => {
    const extraction = await extract(
      mailWith([{ name: 'a.zip', bytes: zipFile([{ name: 'bill.pdf', bytes: program }]) }]),
    );
    assert.equal(attachmentNamed(extraction, 'bill.pdf').type, 'application/x-msdownload');
    assert.deepEqual(codesOf(extraction), ['type-mismatch']);
  });
});

describe('the name of an attachment', () => {
  for (const name of ['invoice.pdf.exe', 'scan.JPG .html', 'invoice.pdf      .exe', 'a\u202efdp.exe', 'doc.docx.js']) {
    it(`that hides what it is, is found: ${JSON.stringify(name)}`, async () => {
      const encoded = `=?utf-8?B?${Buffer.from(name).toString('base64')}?=`;
      const extraction = await extract(mailWith([{ name: encoded, bytes: Buffer.from('\0\x01\x02') }]));
      assert.deepEqual(codesOf(extraction), ['misleading-name']);
    });
  }

  for (const name of ['v1.2.pdf', 'report.final.docx', 'table.csv.gz', 'mail.html', 'a.tar.gz']) {
    it(`with several dots hides nothing: ${name}`, async () => {
      const extraction = await extract(mailWith([{ name, bytes: Buffer.alloc(0) }]));
      assert.deepEqual(codesOf(extraction), []);
    });
  }
});
