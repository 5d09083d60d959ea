import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateSync } from 'node:zlib';
import { scanPdf } from '../../../src/mail/attachments/scan-pdf.js';
import { attachedUrls, mailWith, type PdfInput, packedStream, pdfFile } from '../../support/attachments.js';
import { encryptedPdf } from '../../support/encrypted-pdf.js';
import { codesOf, extract, urlsOf } from '../../support/extraction.js';
import { growth } from '../../support/processor-time.js';

const mebibyte = 1024 * 1024;
const bomb = packedStream(Buffer.alloc(34 * mebibyte));
const hidden = 'https://hidden.example/';
const link = `<< /S /URI /URI (${hidden}) >>`;

function extractPdf(bytes: Buffer) {
  return extract(mailWith([{ name: 'a.pdf', bytes }]));
}

/** Object 7, in an object stream, is an action. */
function objectStream(pack: (objects: Buffer) => string, objects = `7 0 ${link}`): Buffer {
  return Buffer.from(`%PDF-1.7\n5 0 obj\n${pack(Buffer.from(objects))}\nendobj\n`, 'latin1');
}

function stream(data: Buffer, dictionary: string): string {
  return `<< /Length ${data.length} ${dictionary} >>\nstream\n${data.toString('latin1')}\nendstream`;
}

const twice = (objects: Buffer) => deflateSync(deflateSync(objects));
const hex = (objects: Buffer) => Buffer.from(`${objects.toString('hex')}>`);
const objects = '/Type /ObjStm /N 1 /First 4';

describe('a link of a PDF in an object stream', () => {
  const ways: readonly (readonly [string, (objects: Buffer) => string])[] = [
    ['packed', (plain) => stream(deflateSync(plain), `${objects} /Filter /FlateDecode`)],
    ['as it stands', (plain) => stream(plain, objects)],
    ['packed twice', (plain) => stream(twice(plain), `${objects} /Filter [/FlateDecode /FlateDecode]`)],
    ['in hexadecimal', (plain) => stream(hex(plain), `${objects} /Filter /ASCIIHexDecode`)],
    ['packed and in hexadecimal', (plain) => stream(hex(deflateSync(plain)), `${objects} /Filter [ /AHx /Fl ]`)],
    ['packed and in base 85', (plain) => stream(base85(deflateSync(plain)), `${objects} /Filter [/A85 /Fl]`)],
    ['in runs', (plain) => stream(runs(plain), `${objects} /Filter /RunLengthDecode`)],
    ['packed as LZW', (plain) => stream(lzw(plain), `${objects} /Filter /LZWDecode`)],
    [
      'with a predictor',
      (plain) => stream(predicted(plain), `${objects} /Filter /Fl /DecodeParms << /Predictor 12 /Columns 5 >>`),
    ],
    ['with the filter elsewhere', (plain) => stream(deflateSync(plain), `${objects} /Filter 9 0 R`)],
    ['with escapes in names', (plain) => stream(deflateSync(plain), '/Type /Obj#53tm /Filter /Fl#61teDecode')],
    ['without its type', (plain) => stream(deflateSync(plain), '/N 1 /First 4 /Filter /FlateDecode')],
    ['behind a long comment', (plain) => stream(deflateSync(plain), `${objects} /Filter /Fl %${'x'.repeat(5000)}\n`)],
    ['behind the word in a string', (plain) => stream(deflateSync(plain), `${objects} /Filter /Fl /X (>>stream\n)`)],
    [
      'with a comment before its data',
      (plain) => stream(deflateSync(plain), `${objects} /Filter /Fl`).replace('>>\nstream\n', '>> %x\nstream  \n'),
    ],
    [
      'with the end in its data',
      (plain) =>
        stream(deflateSync(Buffer.concat([plain, Buffer.from('endstream')]), { level: 0 }), `${objects} /Filter /Fl`),
    ],
  ];
  for (const [how, pack] of ways) {
    it(`is found ${how}`, () => {
      assert.deepEqual(scanPdf(objectStream(pack), mebibyte).targets, [hidden]);
    });
  }

  it('is found behind a stream that unpacks to very much', async () => {
    const packed = packedStream(Buffer.from(`7 0 ${link}`), objects);
    const extraction = await extractPdf(pdfFile({ moreObjects: [bomb, packed] }));
    assert.deepEqual(attachedUrls(extraction), [`pdf 2 ${hidden}`]);
    assert.deepEqual(codesOf(extraction), ['pdf-cut']);
  });

  it('is found at the beginning of one that unpacks to very much', async () => {
    const packed = packedStream(Buffer.concat([Buffer.from(`7 0 ${link}`), Buffer.alloc(34 * mebibyte)]), objects);
    const extraction = await extractPdf(pdfFile({ moreObjects: [packed] }));
    assert.deepEqual(attachedUrls(extraction), [`pdf 2 ${hidden}`]);
    assert.deepEqual(codesOf(extraction), ['pdf-cut']);
  });
});

describe('a PDF with a stream that unpacks to very much', () => {
  it('still gives its links and the text of its pages, by the library too', async () => {
    const escaped = '<< /S /U#52I /#55RI (https://escaped.example/) >>';
    const input: PdfInput = { actions: [escaped], pages: ['See https://text.example/b now'], moreObjects: [bomb] };
    const extraction = await extractPdf(pdfFile(input));
    assert.deepEqual(attachedUrls(extraction).sort(), [
      'pdf 2 https://escaped.example/',
      'pdf 2 https://text.example/b',
    ]);
    assert.deepEqual(codesOf(extraction), ['pdf-cut']);
  });

  it('costs no more for having very many', async () => {
    const before = process.cpuUsage();
    const extraction = await extractPdf(pdfFile({ actions: [link], moreObjects: Array(40).fill(bomb) }));
    const { user, system } = process.cpuUsage(before);
    assert.deepEqual(attachedUrls(extraction), [`pdf 2 ${hidden}`]);
    assert.ok(user + system < 5_000_000, `${user + system} µs`);
  });
});

describe('an action of a PDF', () => {
  const catalog = '/OpenAction 6 0 R';
  const script = 'app.launchURL("https://hidden.example/", true);';
  const inPieces: readonly (readonly [string, string, PdfInput])[] = [
    ['with its URI in another object', 'pdf', { moreObjects: ['<< /S /URI /URI 7 0 R >>', `(${hidden})`] }],
    ['with its URI in a third one', 'pdf', { moreObjects: ['<< /S /URI /URI 7 0 R >>', '8 0 R', `(${hidden})`] }],
    ['with its URI behind a comment', 'pdf', { moreObjects: [`<< /S /URI /URI %x\n(${hidden}) >>`] }],
    ['with its script in another object', 'script', { moreObjects: ['<< /S /JavaScript /JS 7 0 R >>', `(${script})`] }],
    [
      'with its script in a stream',
      'script',
      { moreObjects: ['<< /S /JavaScript /JS 7 0 R >>', stream(Buffer.from(script), '')] },
    ],
    [
      'with its script in a packed stream',
      'script',
      { moreObjects: ['<< /S /JavaScript /JS 7 0 R >>', packedStream(Buffer.from(script))] },
    ],
    [
      'whose script is packed with it',
      'script',
      {
        moreObjects: ['<< /S /JavaScript /JS 9 0 R >>', packedStream(Buffer.from(`9 0 (${script})`), objects)],
      },
    ],
    [
      'that starts a program',
      'script',
      { moreObjects: [`<< /S /Launch /Win << /F (cmd.exe) /P (/c start ${hidden}) >> >>`] },
    ],
    [
      'of a form of its own',
      'script',
      {
        catalog: '/AcroForm << /XFA [(template) 6 0 R] >>',
        moreObjects: [packedStream(Buffer.from(`<template><script>${script}</script></template>`))],
      },
    ],
  ];
  for (const [how, kind, input] of inPieces) {
    it(`${how} gives its URL`, async () => {
      const extraction = await extractPdf(pdfFile({ catalog, ...input }));
      assert.deepEqual(attachedUrls(extraction), [`${kind} 2 ${hidden}`]);
      assert.deepEqual(codesOf(extraction), []);
    });
  }
});

describe('an encrypted PDF', () => {
  it('that opens without a password is read', async () => {
    const extraction = await extractPdf(
      encryptedPdf({ link: hidden, text: 'See https://text.example/b', password: '' }),
    );
    assert.deepEqual(attachedUrls(extraction).sort(), [`pdf 2 ${hidden}`, 'pdf 2 https://text.example/b']);
    assert.deepEqual(codesOf(extraction), []);
  });

  it('that needs a password says so, and its files have no hashes', async () => {
    const extraction = await extractPdf(encryptedPdf({ link: hidden, text: 'x', password: 'secret' }));
    assert.deepEqual(attachedUrls(extraction), []);
    assert.deepEqual(codesOf(extraction), ['pdf-encrypted']);
    assert.equal(extraction.attachments.length, 1);
  });
});

describe('time', () => {
  const units = [
    '>>stream\n',
    '>> stream\nendstream ',
    '1 0 obj << /F 1 0 R >> endobj ',
    '/F %',
    '/EF << /F 1 0 R ',
    '/XFA [1 0 R ',
    '1 0 obj << /Type /ObjStm >> stream\nendstream ',
    '/Length 1 0 R >>stream\n',
    '>>%\nstream\n',
    '/JS 1 0 R 1 0 obj 1 0 R ',
    '/JS 1 0 R 1 0 obj(',
    '/Filter/LZWDecode >>stream\n\x80\0\0\0\0\0',
    '/Filter [/Fl /Fl >>stream\n\x78\x9c',
  ];
  for (const unit of units) {
    it(`grows no faster than the file: ${JSON.stringify(unit)}`, () => {
      const times = growth((bytes) =>
        scanPdf(Buffer.from(unit.repeat(Math.ceil(bytes / unit.length)), 'latin1'), mebibyte),
      );
      assert.ok(times < 64, `16 times the input costs ${times.toFixed(0)} times as much`);
    });
  }

  it('is not lost on a page that saves its state without end', async () => {
    const content = Buffer.from(`${'q '.repeat(15_000)} BT /F1 12 Tf 20 200 Td (See https://text.example/b) Tj ET`);
    const started = performance.now();
    const extraction = await extractPdf(
      pdfFile({ actions: ['<< /S /URI /#55RI (https://hidden.example/) >>'], content }),
    );
    assert.deepEqual(urlsOf(extraction).slice(1), [hidden]);
    assert.deepEqual(codesOf(extraction), ['pdf-cut']);
    assert.ok(performance.now() - started < 4000);
  });
});

function base85(data: Buffer): Buffer {
  let text = '';
  for (let at = 0; at < data.length; at += 4) {
    const group = data.subarray(at, at + 4);
    let value = Buffer.concat([group, Buffer.alloc(4)]).readUInt32BE(0);
    let digits = '';
    for (let digit = 0; digit < 5; digit++) {
      digits = String.fromCharCode(33 + (value % 85)) + digits;
      value = Math.floor(value / 85);
    }
    text += group.length === 4 && digits === '!!!!!' ? 'z' : digits.slice(0, group.length + 1);
  }
  return Buffer.from(`${text}~>`);
}

/** Codes of nine bits; the table is cleared before longer ones are due. */
function lzw(data: Buffer): Buffer {
  const codes = [...data].flatMap((byte, index) => (index % 200 === 0 ? [256, byte] : [byte]));
  const bits = [...codes, 257].map((code) => code.toString(2).padStart(9, '0')).join('');
  return Buffer.from((bits.match(/.{1,8}/g) ?? []).map((eight) => Number.parseInt(eight.padEnd(8, '0'), 2)));
}

function runs(data: Buffer): Buffer {
  const pieces = [...data].map((byte) => Buffer.from([0, byte]));
  return Buffer.concat([...pieces, Buffer.from([128])]);
}

/** Each row as what differs from the one above. */
function predicted(data: Buffer): Buffer {
  const rows: Buffer[] = [];
  for (let at = 0; at < data.length; at += 5) {
    const row = Buffer.alloc(6, 2);
    for (let column = 0; column < 5; column++)
      row[column + 1] = ((data[at + column] ?? 0x20) - (at === 0 ? 0 : (data[at + column - 5] ?? 0)) + 256) % 256;
    rows.push(row);
  }
  return deflateSync(Buffer.concat(rows));
}
