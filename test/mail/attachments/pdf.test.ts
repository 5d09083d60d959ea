import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scanPdf } from '../../../src/mail/attachments/scan-pdf.js';
import { attachedUrls, mailWith, type PdfInput, packedStream, pdfFile } from '../../support/attachments.js';
import { codesOf, extract, urlsOf } from '../../support/extraction.js';
import { growth } from '../../support/processor-time.js';

function pdfMail(input: PdfInput, name = 'invoice.pdf'): Buffer {
  return mailWith([{ name, bytes: pdfFile(input), type: 'application/pdf' }]);
}

const mebibyte = 1024 * 1024;

describe('a PDF', () => {
  it('gives its link annotations and the text of its pages', async () => {
    const extraction = await extract(
      pdfMail({
        links: ['(https://link.example/a)'],
        pages: ['See https://text.example/b now', 'and www.second.example'],
      }),
    );
    assert.deepEqual(attachedUrls(extraction).sort(), [
      'pdf 2 http://www.second.example/',
      'pdf 2 https://link.example/a',
      'pdf 2 https://text.example/b',
    ]);
    assert.deepEqual(codesOf(extraction), []);
  });

  const strings: readonly (readonly [string, string])[] = [
    ['hexadecimal', `<${Buffer.from('https://coded.example/').toString('hex')}>`],
    ['octal escapes', '(\\150ttps://coded\\056example/)'],
    ['a line break that is none', '(https://coded\\\n.example/)'],
    ['UTF-16', `<feff${Buffer.from('https://coded.example/', 'utf16le').swap16().toString('hex')}>`],
  ];
  for (const [what, link] of strings) {
    it(`may write its links in ${what}`, async () => {
      assert.deepEqual(attachedUrls(await extract(pdfMail({ links: [link] }))), ['pdf 2 https://coded.example/']);
    });
  }

  it('gives the targets of other actions', async () => {
    const actions = [
      '<< /S /Launch /F (https://launch.example/x.exe) >>',
      '<< /S /SubmitForm /F << /FS /URL /F (https://submit.example/form) >> >>',
      '<< /S /GoToR /F (https://remote.example/other.pdf) /D [0 /Fit] >>',
    ];
    assert.deepEqual(attachedUrls(await extract(pdfMail({ actions }))).sort(), [
      'pdf 2 https://launch.example/x.exe',
      'pdf 2 https://remote.example/other.pdf',
      'pdf 2 https://submit.example/form',
    ]);
  });

  it('gives what its scripts name, without running them', async () => {
    const actions = ['<< /S /JavaScript /JS (this.getURL\\("https://script.example/run"\\); while \\(true\\);) >>'];
    assert.deepEqual(attachedUrls(await extract(pdfMail({ actions }))), ['script 2 https://script.example/run']);
  });

  it('is no place for the names of local files and of its maker', async () => {
    const actions = ['<< /S /Launch /F (setup.zip) >>'];
    const moreObjects = ['<< /Producer (Maker, https://maker.example/) /Creator (www.creator.example) >>'];
    assert.deepEqual(attachedUrls(await extract(pdfMail({ actions, moreObjects }))), []);
  });

  it('is found by its first bytes, whatever it is called', async () => {
    const bytes = Buffer.concat([Buffer.from('\n\nrubbish\n'), pdfFile({ links: ['(https://a.example/)'] })]);
    const extraction = await extract(mailWith([{ name: 'photo.jpg', bytes }]));
    assert.deepEqual(attachedUrls(extraction), ['pdf 2 https://a.example/']);
    assert.deepEqual(codesOf(extraction), ['type-mismatch']);
  });

  it('that needs a password says so', async () => {
    const random = 'a1'.repeat(32);
    const trailer = `/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${random}> /U <${random}> >> /ID [<00> <00>]`;
    const extraction = await extract(pdfMail({ links: ['(\\206\\001\\377)'], trailer }));
    assert.deepEqual(codesOf(extraction), ['pdf-encrypted']);
    assert.deepEqual(attachedUrls(extraction), []);
  });

  it('that is damaged gives what can be found', async () => {
    const whole = pdfFile({ links: ['(https://link.example/)'], pages: ['https://text.example/'] });
    const cut = whole.subarray(0, whole.indexOf('xref'));
    assert.ok(urlsOf(await extract(mailWith([{ name: 'a.pdf', bytes: cut }]))).includes('https://link.example/'));
    const head = Buffer.from('%PDF-1.4\n1 0 obj << /A << /URI (https://lone.example/) ');
    const extraction = await extract(mailWith([{ name: 'b.pdf', bytes: head }]));
    assert.deepEqual(attachedUrls(extraction), ['pdf 2 https://lone.example/']);
    assert.deepEqual(codesOf(extraction), ['attachment-unreadable']);
  });

  it('of very many pages is read to the limit; its links are all found', async () => {
    const pages = Array.from({ length: 60 }, (_, index) => `https://page.example/${index + 1}`);
    const extraction = await extract(pdfMail({ pages, links: ['(https://link.example/)'] }));
    assert.deepEqual(codesOf(extraction), ['pdf-cut']);
    assert.ok(urlsOf(extraction).includes('https://page.example/50'));
    assert.equal(urlsOf(extraction).includes('https://page.example/51'), false);
  });

  it('that unpacks to very much is not unpacked: its links are given, and the next PDF is read', async () => {
    const content = Buffer.alloc(200 * mebibyte, ' ');
    const before = process.memoryUsage().arrayBuffers;
    const bomb = pdfFile({ links: ['(https://bomb.example/)'], content });
    const next = pdfFile({ links: ['(https://next.example/)'], pages: ['https://text.example/'] });
    const extraction = await extract(
      mailWith([
        { name: 'bomb.pdf', bytes: bomb },
        { name: 'next.pdf', bytes: next },
      ]),
    );
    assert.deepEqual(codesOf(extraction), ['pdf-cut']);
    assert.deepEqual(attachedUrls(extraction).sort(), [
      'pdf 2 https://bomb.example/',
      'pdf 3 https://next.example/',
      'pdf 3 https://text.example/',
    ]);
    assert.ok(process.memoryUsage().arrayBuffers - before < 150 * mebibyte);
  });

  it('in an archive is read too', async () => {
    const { zipFile } = await import('../../support/zip-file.js');
    const zip = zipFile([{ name: 'bill.pdf', bytes: pdfFile({ links: ['(https://zipped.example/)'] }) }]);
    assert.deepEqual(attachedUrls(await extract(mailWith([{ name: 'a.zip', bytes: zip }]))), [
      'pdf 2/a.zip!bill.pdf https://zipped.example/',
    ]);
  });

  it('asks for nothing over the network', async (test) => {
    const fetched = test.mock.method(globalThis, 'fetch', () => Promise.reject(new Error('no network')));
    const font =
      '<< /Type /Font /Subtype /Type0 /BaseFont /Odd /Encoding /UniJIS-UTF16-H /DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Odd /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >> >>] >>';
    const raw = pdfFile({ links: ['(https://link.example/)'] }).toString('latin1');
    const bytes = Buffer.from(raw.replace('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>', font), 'latin1');
    const extraction = await extract(mailWith([{ name: 'a.pdf', bytes }]));
    assert.deepEqual(attachedUrls(extraction), ['pdf 2 https://link.example/']);
    assert.equal(fetched.mock.callCount(), 0);
  });
});

describe('going through a PDF', () => {
  it('finds links in packed object streams', () => {
    const objects = Buffer.from('7 0 << /S /URI /URI (https://packed.example/) >>');
    const bytes = Buffer.from(`5 0 obj\n${packedStream(objects, '/Type /ObjStm /N 1 /First 4')}\nendobj\n`, 'latin1');
    assert.deepEqual(scanPdf(bytes, mebibyte).targets, ['https://packed.example/']);
  });

  for (const unit of ['/URI (', '/URI <', '(((', 'stream\n', 'obj <<', '/F    ', '\\(']) {
    it(`costs no more than the input grows: ${JSON.stringify(unit)}`, () => {
      const times = growth((bytes) => scanPdf(Buffer.from(unit.repeat(Math.ceil(bytes / unit.length))), mebibyte));
      assert.ok(times < 64, `16 times the input costs ${times.toFixed(0)} times as much`);
    });
  }

  // Each of these takes the library a minute, and ten times as much a hundred.
  for (const unit of [
    '1 0 obj <<',
    '1 0 obj << endobj ',
    '1 0 obj\n<<\n',
    '1 0 obj (\n',
    '1 0 obj [<< /A 1 >> endobj ',
    '1 0 obj [ << ] >> endobj ',
    '1 0 obj <x ',
    '1 0 obj << /A >> endobj ',
    '1 0 obj << %>>\n',
    '1 0 obj << /A << /B >> ',
    '1 0 obj 1 0 ( ',
    '1 0 obj endobj\n<< ',
    '1 0 obj /A [\n[',
    '1 0 obj endobj\n%',
    '1 0 obj << >> ( ',
    `1 0 obj (a << /Filter /FlateDecode >> stream\nx\x9c\x03\0\nendstream endobj `,
  ]) {
    it(`does not give the library objects that never end: ${JSON.stringify(unit)}`, async () => {
      const bytes = Buffer.from(`%PDF-1.7\n${'/URI (https://link.example/) '}${unit.repeat(30_000)}`, 'latin1');
      const extraction = await extract(mailWith([{ name: 'a.pdf', bytes }]), { seconds: 1000 });
      assert.deepEqual(attachedUrls(extraction), ['pdf 2 https://link.example/']);
      assert.deepEqual(codesOf(extraction), ['pdf-cut']);
    });
  }

  it('gives it a damaged one all the same', async () => {
    const whole = pdfFile({ pages: ['See https://text.example/b now'] }).toString('latin1');
    const bytes = Buffer.from(whole.replace(/startxref\s+\d+/, 'startxref\n1').replace('endobj', ''), 'latin1');
    assert.deepEqual(attachedUrls(await extract(mailWith([{ name: 'a.pdf', bytes }]))), [
      'pdf 2 https://text.example/b',
    ]);
  });
});
