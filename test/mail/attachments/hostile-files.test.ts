import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bodyUrl, mailWith, packedStream, pdfFile } from '../../support/attachments.js';
import { compoundFile, htmlInRtf, msgFile, packagedObject, packedRtf } from '../../support/compound-file.js';
import { extract, urlsOf } from '../../support/extraction.js';
import { field, officeFile, relationships, wordDocument } from '../../support/office-file.js';
import { tarFile } from '../../support/tar-file.js';
import { tnefFile } from '../../support/tnef-file.js';
import { zipFile } from '../../support/zip-file.js';

const page = Buffer.from('<html><a href="https://page.example/">x</a>');
const rtf = `{\\rtf1{\\field{\\*\\fldinst HYPERLINK "https://a.example/"}{\\fldrslt x}}{\\object{\\*\\objdata ${'0105'.repeat(20)}}}}`;
const packed = packedRtf(htmlInRtf([{ tag: '<a href="https://b.example/">' }, { text: 'x' }]));
const word = officeFile({
  'word/document.xml': wordDocument([field(['HYPERLINK "https://a.example/"'], 'x')]),
  'word/_rels/document.xml.rels': relationships([{ type: 'hyperlink', target: 'https://b.example/' }]),
  'word/embeddings/a.bin': compoundFile({ '\x01Ole10Native': packagedObject('a.html', page) }),
});

const pdf = pdfFile({
  catalog: '/OpenAction << /S /JavaScript /JS 9 0 R >> /Names << /EmbeddedFiles << /Names [(a.html) 7 0 R] >> >>',
  moreObjects: [
    packedStream(page, '/Type /EmbeddedFile'),
    '<< /Type /Filespec /F (a.html) /EF << /F 6 0 R >> >>',
    packedStream(Buffer.from('9 0 (x="https://a.example/")'), '/Type /ObjStm /N 1 /First 4'),
  ],
});
const zip = zipFile(
  [
    { name: 'a.html', bytes: page, flagged: 'both' },
    { name: 'b.html', bytes: page, zip64: true, stored: true },
    { name: 'c.html', bytes: page, described: true },
  ],
  zipFile([{ name: 'd.html', bytes: page }]),
);

/** One of each kind, with what it begins with. */
const files: readonly (readonly [string, Buffer])[] = [
  ['a.docx', word],
  ['a.pdf', pdf],
  ['a.zip', zip],
  ['a.msg', msgFile({ subject: 'x', body: 'x', rtf: packed, attachments: [{ name: 'a.html', bytes: page }] })],
  ['a.doc', compoundFile({ WordDocument: Buffer.from('https://a.example/'), VBA: { M: Buffer.alloc(99) } })],
  ['winmail.dat', tnefFile({ body: 'x', rtf: packed, attachments: [{ title: 'm', message: { body: 'x' } }] })],
  ['a.rtf', Buffer.from(rtf)],
  ['a.ics', Buffer.from('BEGIN:VCALENDAR\r\nURL;X="y":https://a.example/\r\nATTACH;ENCODING=BASE64:aGk=\r\n')],
  ['a.tar', tarFile([{ name: 'a.html', bytes: page }])],
  ['a.lnk', Buffer.from(`4c0000000114020000000000c000000000000046${'00ff41'.repeat(30)}`, 'hex')],
  [
    'a.mht',
    Buffer.from('From: <Saved by x>\r\nSubject: x\r\nContent-Type: text/html\r\n\r\n<a href="https://a.example/">'),
  ],
];

async function survives(name: string, bytes: Buffer): Promise<void> {
  const started = performance.now();
  assert.ok(urlsOf(await extract(mailWith([{ name, bytes }]))).includes(bodyUrl));
  assert.ok(performance.now() - started < 10_000);
}

for (const [name, sound] of files) {
  describe(`a hostile ${name}`, () => {
    it('cut at any place gives a result', async () => {
      for (let end = 0; end < sound.length; end += 64) await survives(name, sound.subarray(0, end));
    });

    it('with any bytes behind its beginning gives a result', async () => {
      const start = fc.constantFrom(8, 20, 76, 512, sound.length).map((length) => sound.subarray(0, length));
      await fc.assert(
        fc.asyncProperty(start, fc.uint8Array({ maxLength: 3000 }), async (begin, rest) => {
          await survives(name, Buffer.concat([begin, rest]));
        }),
        { numRuns: 60 },
      );
    });

    it('with any of its bytes changed gives a result', async () => {
      const change = fc.tuple(fc.nat(sound.length - 1), fc.constantFrom(0, 1, 0x7b, 0x7f, 0x80, 0xff));
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 30 }), async (changes) => {
          const broken = Buffer.from(sound);
          for (const [at, value] of changes) broken[at] = value;
          await survives(name, broken);
        }),
        { numRuns: 60 },
      );
    });
  });
}

/** Inputs that grow, of the kinds that make careless expressions and loops quadratic. */
const growing: readonly (readonly [string, (size: number) => Buffer])[] = [
  ['a.rtf', (size) => Buffer.from(`{\\rtf1${'{\\*\\fldinst "'.repeat(size)}`)],
  ['a.rtf', (size) => Buffer.from(`{\\rtf1${"\\'a0\\u1 ?".repeat(size)}`)],
  ['a.rtf', (size) => Buffer.from(`{\\rtf1{\\*\\objdata ${'0 '.repeat(size)}`)],
  ['a.ics', (size) => Buffer.from(`BEGIN:VCALENDAR\r\nX;${';a="'.repeat(size)}`)],
  ['a.ics', (size) => Buffer.from(`BEGIN:VCALENDAR\r\nX;QUOTED-PRINTABLE:${'=\n'.repeat(size)}`)],
  ['a.ics', (size) => Buffer.from(`BEGIN:VCALENDAR\r\n${'x\r\n '.repeat(size)}`)],
  ['a.docx', (size) => officeFile({ 'word/document.xml': `<w:p>${'<a:b c="://'.repeat(size)}` })],
  ['a.xlsx', (size) => officeFile({ 'xl/worksheets/sheet1.xml': `<f>${'&quot;&amp;'.repeat(size)}</f>` })],
  ['a.docx', (size) => officeFile({ 'word/document.xml': `<w:instrText>${'https: " '.repeat(size)}` })],
  ['a.pdf', (size) => Buffer.from(`%PDF-1.7\n${'/EF << /F 1 0 R >> /JS 2 0 R /XFA ['.repeat(size)}`)],
  ['a.pdf', (size) => Buffer.from(`%PDF-1.7\n${'1 0 obj <</Type/ObjStm>> stream\n'.repeat(size / 5)}`)],
  ['a.zip', (size) => Buffer.concat([zip, Buffer.alloc(size * 8, 'PK\x05\x06\0\0')])],
  ['a.html', (size) => Buffer.alloc(size * 8, '\0<a \x01')],
  ['a.lnk', (size) => Buffer.concat([files[9]?.[1] ?? page, Buffer.alloc(size * 8, 'www.a')])],
  ['a.doc', (size) => compoundFile({ VBA: { M: Buffer.alloc(size * 8, '\x01\x00\xb0\x00Attribut') } })],
];

describe('time', () => {
  for (const [index, [name, make]] of growing.entries()) {
    it(`grows no faster than the file: ${name} (${index + 1})`, async () => {
      const timed = async (size: number) => {
        const mail = mailWith([{ name, bytes: make(size) }]);
        const start = process.cpuUsage();
        await extract(mail);
        const { user, system } = process.cpuUsage(start);
        return (user + system) / 1000;
      };
      await timed(5000);
      const short = await timed(5000);
      const long = await timed(80_000);
      // Sixteen times as much; a quadratic reader takes 256 times as long.
      assert.ok(long < Math.max(300, short * 60), `${short} ms, then ${long} ms`);
    });
  }
});
