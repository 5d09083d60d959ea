import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Extraction } from '../../../src/indicators/types.js';
import { attachedUrls, attachmentNamed, mailWith, packedStream, pdfFile } from '../../support/attachments.js';
import { codesOf, extract } from '../../support/extraction.js';
import { officeFile, relationships } from '../../support/office-file.js';
import { zipFile } from '../../support/zip-file.js';

const inner = officeFile({
  'word/_rels/document.xml.rels': relationships([{ type: 'hyperlink', target: 'https://inner.example/' }]),
});
const catalog = '/Names << /EmbeddedFiles << /Names [(inner.docm) 7 0 R] >> >>';

function embedded(content: Buffer, name = 'inner.docm'): string[] {
  return [
    packedStream(content, '/Type /EmbeddedFile'),
    `<< /Type /Filespec /F (${name}) /UF (${name}) /EF << /F 6 0 R /UF 6 0 R >> >>`,
  ];
}

function extractPdf(bytes: Buffer): Promise<Extraction> {
  return extract(mailWith([{ name: 'a.pdf', bytes }]));
}

function parts({ attachments }: Extraction): (string | undefined)[] {
  return attachments.map(({ part }) => part);
}

describe('a file embedded in a PDF', () => {
  it('is named, hashed and looked into', async () => {
    const extraction = await extractPdf(pdfFile({ catalog, moreObjects: embedded(inner) }));
    assert.deepEqual(attachedUrls(extraction), ['attachment 2/a.pdf!inner.docm https://inner.example/']);
    assert.deepEqual(parts(extraction), ['2', '2/a.pdf!inner.docm']);
    const file = attachmentNamed(extraction, 'inner.docm');
    assert.equal(file.sha256, createHash('sha256').update(inner).digest('hex'));
    assert.equal(file.from, '2');
    assert.deepEqual(codesOf(extraction), []);
  });

  it('may be attached to a page', async () => {
    const annotations = ['<< /Type /Annot /Subtype /FileAttachment /Rect [0 0 9 9] /FS 7 0 R >>'];
    const extraction = await extractPdf(pdfFile({ annotations, moreObjects: embedded(inner) }));
    assert.deepEqual(parts(extraction), ['2', '2/a.pdf!inner.docm']);
  });

  it('is found where nothing of the PDF leads to it, without its type too, and where the PDF is damaged', async () => {
    const [content = '', specification = ''] = embedded(inner);
    const moreObjects = [content.replace('/Type /EmbeddedFile', ''), specification];
    assert.deepEqual(parts(await extractPdf(pdfFile({ moreObjects }))), ['2', '2/a.pdf!inner.docm']);
    const cut = pdfFile({ moreObjects });
    const torn = Buffer.from(
      `%PDF-1.7\n${cut.toString('latin1', cut.indexOf('6 0 obj'), cut.indexOf('xref'))}`,
      'latin1',
    );
    assert.deepEqual(parts(await extractPdf(torn)), ['2', '2/a.pdf!inner.docm']);
  });

  it('is one file of two that have one name, and each is looked into', async () => {
    const page = (host: string) => packedStream(Buffer.from(`<html><a href="https://${host}.example/">x</a>`));
    const named = (number: number) => `<< /Type /Filespec /F (a.html) /EF << /F ${number} 0 R >> >>`;
    const extraction = await extractPdf(
      pdfFile({
        catalog: '/Names << /EmbeddedFiles << /Names [(x) 7 0 R (x) 9 0 R] >> >>',
        moreObjects: [page('first'), named(6), page('second'), named(8)],
      }),
    );
    assert.deepEqual(attachedUrls(extraction).sort(), [
      'attachment 2/a.pdf!a.html https://first.example/',
      'attachment 2/a.pdf!a.html https://second.example/',
    ]);
    assert.equal(extraction.attachments.length, 3);
  });

  it('counts as a file of an archive: no deeper than archives are opened, and no more of them', async () => {
    let bytes = pdfFile({ catalog, moreObjects: embedded(Buffer.from('deepest')) });
    for (let level = 0; level < 4; level++) bytes = pdfFile({ catalog, moreObjects: embedded(bytes, `${level}.pdf`) });
    const deep = await extractPdf(bytes);
    assert.equal(deep.attachments.length, 4);
    assert.deepEqual(codesOf(deep), ['archive-cut']);
    const many = Array.from({ length: 600 }, (_, index) =>
      packedStream(Buffer.from(`file ${index}`), '/Type /EmbeddedFile'),
    );
    const wide = await extractPdf(pdfFile({ moreObjects: many }));
    assert.equal(wide.attachments.length, 501);
    assert.deepEqual(codesOf(wide), ['archive-cut']);
  });

  it('that unpacks to very much is named without a hash', async () => {
    const large = Buffer.concat([Buffer.from('https://large.example/'), Buffer.alloc(40 * 1024 * 1024, ' ')]);
    const extraction = await extractPdf(pdfFile({ catalog, moreObjects: embedded(large, 'large.txt') }));
    assert.equal(attachmentNamed(extraction, 'large.txt').sha256, undefined);
    assert.deepEqual(attachedUrls(extraction), ['attachment 2/a.pdf!large.txt https://large.example/']);
    for (const code of ['pdf-cut', 'attachment-too-large']) assert.ok(codesOf(extraction).includes(code), code);
  });

  it('is not lost in an archive', async () => {
    const zip = zipFile([{ name: 'b.pdf', bytes: pdfFile({ catalog, moreObjects: embedded(inner) }) }]);
    const extraction = await extract(mailWith([{ name: 'a.zip', bytes: zip }]));
    assert.deepEqual(parts(extraction), ['2', '2/a.zip!b.pdf', '2/a.zip!b.pdf!inner.docm']);
  });
});
