import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { base64Lines, mailWith, pdfFile } from '../support/attachments.js';
import { htmlInRtf, msgFile, packedRtf } from '../support/compound-file.js';
import { extract, urlsOf } from '../support/extraction.js';
import { htmlMail, rawMail, textMail } from '../support/hostile-mails.js';
import { field, officeFile, relationships, run, wordDocument } from '../support/office-file.js';
import { qrPng } from '../support/qr-images.js';
import { tnefFile } from '../support/tnef-file.js';
import { anyUrl, type UrlFreedom } from '../support/url-arbitrary.js';
import { zipFile } from '../support/zip-file.js';

type Place = (url: string) => Buffer | Promise<Buffer>;

/** As an HTML attribute in double quotes. */
function attribute(url: string): string {
  return `"${url.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"`;
}

function link(url: string): string {
  return `<a href=${attribute(url)}>open</a>`;
}

function coded(url: string, code: (point: number) => string): string {
  return Array.from(url, (character) => code(character.codePointAt(0) ?? 0)).join('');
}

function quotedPrintable(bytes: Buffer): string {
  const signs = Array.from(bytes, (byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`);
  return (signs.join('').match(/.{1,72}/g) ?? []).join('=\r\n');
}

const inText: Readonly<Record<string, Place>> = {
  'running text': (url) => textMail(`See ${url} and go.`),
  'angle brackets': (url) => textMail(`<${url}>`),
  'round brackets': (url) => textMail(`(see ${url})`),
  'the end of a line': (url) => textMail(`Here:\r\n${url}\r\nBye`),
  'text in Base64': (url) =>
    rawMail(
      ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: base64'],
      base64Lines(Buffer.from(url)),
    ),
  'text in quoted-printable': (url) =>
    rawMail(
      ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: quoted-printable'],
      quotedPrintable(Buffer.from(`See ${url}`)),
    ),
  'text in UTF-16': (url) =>
    rawMail(
      ['Content-Type: text/plain; charset=utf-16le', 'Content-Transfer-Encoding: base64'],
      base64Lines(Buffer.from(`See ${url} there`, 'utf16le')),
    ),
  'text in GB18030': (url) =>
    rawMail(
      ['Content-Type: text/plain; charset=gb18030', 'Content-Transfer-Encoding: base64'],
      base64Lines(iconv.encode(`请看 ${url} 谢谢`, 'gb18030')),
    ),
  'text between tags': (url) => htmlMail(`<p>See ${url.replaceAll('&', '&amp;')} and go</p>`),
  'a text file': (url) => mailWith([{ name: 'note.txt', type: 'text/plain', bytes: Buffer.from(`See ${url} there`) }]),
};

const inMarkup: Readonly<Record<string, Place>> = {
  a: (url) => htmlMail(link(url)),
  'a in single quotes': (url) => htmlMail(`<a href='${url.replaceAll('&', '&amp;').replaceAll("'", '&#39;')}'>x</a>`),
  'a in capitals': (url) => htmlMail(`<A TARGET=_blank HREF = ${attribute(url)} >x</A>`),
  area: (url) => htmlMail(`<map><area shape=rect href=${attribute(url)}></map>`),
  form: (url) => htmlMail(`<form method=post action=${attribute(url)}>`),
  button: (url) => htmlMail(`<form><button formaction=${attribute(url)}>Send</button>`),
  input: (url) => htmlMail(`<form><input type=image formaction=${attribute(url)}>`),
  iframe: (url) => htmlMail(`<iframe src=${attribute(url)}></iframe>`),
  img: (url) => htmlMail(`<img width=1 src=${attribute(url)}>`),
  link: (url) => htmlMail(`<link rel=stylesheet href=${attribute(url)}>`),
  script: (url) => htmlMail(`<script src=${attribute(url)}></script>`),
  embed: (url) => htmlMail(`<embed src=${attribute(url)}>`),
  object: (url) => htmlMail(`<object data=${attribute(url)}></object>`),
  video: (url) => htmlMail(`<video poster=${attribute(url)}></video>`),
  source: (url) => htmlMail(`<video><source src=${attribute(url)}></video>`),
  body: (url) => htmlMail(`<body background=${attribute(url)}>`),
  td: (url) => htmlMail(`<table><tr><td background=${attribute(url)}>`),
  'a link in SVG': (url) => htmlMail(`<svg><a xlink:href=${attribute(url)}><text>x</text></a></svg>`),
  'an Outlook comment': (url) => htmlMail(`<!--[if mso]>${link(url)}<![endif]-->`),
  srcdoc: (url) => htmlMail(`<iframe srcdoc=${attribute(link(url))}></iframe>`),
  'a document in a link': (url) =>
    htmlMail(`<a href="data:text/html;base64,${Buffer.from(link(url)).toString('base64')}">x</a>`),
  'decimal references': (url) => htmlMail(`<a href="${coded(url, (point) => `&#${point};`)}">x</a>`),
  'hexadecimal references': (url) => htmlMail(`<a href="${coded(url, (point) => `&#x${point.toString(16)};`)}">x</a>`),
  'blanks and line feeds': (url) =>
    htmlMail(`<a href="\r\n\t ${attribute(`${url.slice(0, 3)}\t${url.slice(3, 5)}\r\n${url.slice(5)}`).slice(1, -1)} ">x</a>`),
  'HTML in Base64': (url) =>
    rawMail(
      ['Content-Type: text/html; charset=utf-8', 'Content-Transfer-Encoding: base64'],
      base64Lines(Buffer.from(link(url))),
    ),
  'HTML in quoted-printable': (url) =>
    rawMail(
      ['Content-Type: text/html; charset=utf-8', 'Content-Transfer-Encoding: quoted-printable'],
      quotedPrintable(Buffer.from(link(url))),
    ),
  'HTML in UTF-16': (url) =>
    rawMail(
      ['Content-Type: text/html; charset=utf-16le', 'Content-Transfer-Encoding: base64'],
      base64Lines(Buffer.from(`<html><body>${link(url)}</body></html>`, 'utf16le')),
    ),
  'a multipart': (url) =>
    rawMail(
      ['Content-Type: multipart/alternative; boundary=b'],
      `--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${link(url)}\r\n--b--`,
    ),
  'an attached message': (url) => rawMail(['Content-Type: message/rfc822'], htmlMail(link(url)).toString()),
  'an attached message in Base64': (url) => mailWith([{ name: 'a.eml', type: 'message/rfc822', bytes: htmlMail(link(url)) }]),
  'a message in a message': (url) => {
    const inner = mailWith([{ name: 'b.eml', type: 'message/rfc822', bytes: htmlMail(link(url)) }]);
    return mailWith([{ name: 'a.eml', type: 'message/rfc822', bytes: inner }]);
  },
  'an attached page': (url) => mailWith([{ name: 'page.html', type: 'text/html', bytes: Buffer.from(link(url)) }]),
  'an attached page in UTF-16': (url) =>
    mailWith([{ name: 'page.htm', bytes: Buffer.from(`\ufeff<html>${link(url)}</html>`, 'utf16le') }]),
  zip: (url) =>
    mailWith([{ name: 'a.zip', bytes: zipFile([{ name: 'page.html', bytes: Buffer.from(link(url)) }]) }]),
  'zip in zip': (url) => {
    const inner = zipFile([{ name: 'page.html', bytes: Buffer.from(link(url)), stored: true }]);
    return mailWith([{ name: 'a.zip', bytes: zipFile([{ name: 'b.zip', bytes: inner }]) }]);
  },
  gzip: (url) => mailWith([{ name: 'page.html.gz', bytes: gzipSync(link(url)) }]),
}; // biome-ignore format: a place on a line

/** What encloses the URL would end it. */
const inHeader: Readonly<Record<string, Place>> = {
  Subject: (url) => rawMail([`Subject: See ${url} now`], 'x'),
  'a Subject in Base64': (url) =>
    rawMail([`Subject: =?utf-8?B?${Buffer.from(`See ${url}`).toString('base64')}?=`], 'x'),
};

interface FilePlace extends UrlFreedom {
  readonly place: Place;
  /** A host without a path may be half of one, to which a script adds the rest. */
  readonly withPath?: true;
  /** Of what takes long to read. */
  readonly runs?: number;
}

const ascii = { unicode: false, anySign: true };
const anything = { unicode: true, anySign: true };
const plain = { unicode: false, anySign: false };

function fileIn(name: string, bytes: Buffer | string): Buffer {
  return mailWith([{ name, bytes: Buffer.from(bytes) }]);
}

function calendar(...properties: readonly string[]): Buffer {
  const lines = ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', ...properties, 'END:VEVENT', 'END:VCALENDAR', ''];
  return fileIn('invite.ics', lines.join('\r\n'));
}

function xmlText(url: string): string {
  return url.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function rtfText(text: string): string {
  return text.replaceAll(/[\\{}]/g, '\\$&');
}

/** As a script has it in double quotes. */
function scriptText(url: string): string {
  return JSON.stringify(url).replaceAll('<', '\\u003c');
}

const inFiles: Readonly<Record<string, FilePlace>> = {
  'a link of a PDF': { ...ascii, runs: 3, place: (url) => fileIn('a.pdf', pdfFile({ links: [`(${url.replaceAll(/[\\()]/g, '\\$&')})`] })) },
  'a link of a PDF in hexadecimal': { ...ascii, runs: 3, place: (url) => fileIn('a.pdf', pdfFile({ links: [`<${Buffer.from(url).toString('hex')}>`] })) },
  'a relationship of an Office document': {
    ...anything,
    runs: 3,
    place: (url) => fileIn('a.docx', officeFile({
      'word/document.xml': wordDocument([run('Open')]),
      'word/_rels/document.xml.rels': relationships([{ type: 'hyperlink', target: xmlText(url) }]),
    })),
  },
  'a field of an Office document': {
    ...plain,
    runs: 3,
    place: (url) => fileIn('a.docx', officeFile({ 'word/document.xml': wordDocument([field([`HYPERLINK "${xmlText(url)}"`], 'Open')]) })),
  },
  'the URL of a calendar': { ...plain, unicode: true, place: (url) => calendar(`URL:${url}`) },
  'the text of a calendar': { ...plain, place: (url) => calendar(`DESCRIPTION:Join ${url.replaceAll(/[\\,;]/g, '\\$&')} now`.replaceAll(/.{60}/g, '$&\r\n ')) },
  'HTML in winmail.dat': { ...ascii, place: (url) => fileIn('winmail.dat', tnefFile({ html: Buffer.from(link(url)) })) },
  'RTF in winmail.dat': { ...ascii, place: (url) => fileIn('winmail.dat', tnefFile({ rtf: packedRtf(htmlInRtf([{ tag: `<a href=${attribute(url)}>` }, { text: 'x' }])) })) },
  'HTML in .msg': { ...anything, place: (url) => fileIn('a.msg', msgFile({ codePage: 65001, html: Buffer.from(link(url)) })) },
  'text in .msg': { ...plain, unicode: true, place: (url) => fileIn('a.msg', msgFile({ body: `See ${url} now` })) },
  'a field of RTF': { ...plain, place: (url) => fileIn('a.rtf', `{\\rtf1{\\field{\\*\\fldinst HYPERLINK "${rtfText(url)}"}{\\fldrslt x}}}`) },
  'a QR code': { ...plain, runs: 3, place: async (url) => mailWith([{ name: 'a.png', type: 'image/png', bytes: await qrPng(url, 3) }]) },
  'a constant of a script': {
    ...plain,
    withPath: true,
    unicode: true,
    place: (url) => fileIn('page.html', `<script>location.href = ${scriptText(url)};</script>`),
  },
  'a sum of a script': {
    ...plain,
    withPath: true,
    unicode: true,
    place: (url) => fileIn('page.html', `<script>var a = ${scriptText(url.slice(0, 5))}; open(a + ${scriptText(url.slice(5))});</script>`),
  },
  'atob in a script': {
    ...plain,
    withPath: true,
    place: (url) => htmlMail(`<script>location = atob("${Buffer.from(url).toString('base64')}")</script>`),
  },
  'List-Unsubscribe': { ...plain, place: (url) => rawMail([`List-Unsubscribe: <mailto:a@b.example>, <${url}>`], 'x') },
}; // biome-ignore format: a place on a line

function comesBack(places: Readonly<Record<string, Place>>, url: fc.Arbitrary<string>): void {
  for (const [name, place] of Object.entries(places)) it(`in: ${name}`, () => comesBackFrom(place, url, 60));
}

function comesBackFrom(place: Place, url: fc.Arbitrary<string>, numRuns: number): Promise<void> {
  return fc.assert(
    fc.asyncProperty(url, async (written) => {
      const found = urlsOf(await extract(await place(written)));
      const { href } = new URL(written);
      assert.ok(found.includes(href), `${written} gave ${JSON.stringify(found)} and not ${href}`);
    }),
    { numRuns },
  );
}

describe('any URL comes back from running text', () => comesBack(inText, anyUrl({ unicode: true, anySign: false })));
describe('any URL comes back from HTML and files', () => comesBack(inMarkup, anyUrl({ unicode: true, anySign: true })));
describe('any URL comes back from a header', () => comesBack(inHeader, anyUrl({ unicode: false, anySign: false })));
describe('any URL comes back from files of each kind', () => {
  for (const [name, { place, withPath, runs = 15, ...freedom }] of Object.entries(inFiles)) {
    const url = anyUrl(freedom).filter((written) => withPath === undefined || /:\/\/[^/?#]+\//.test(written));
    it(`in: ${name}`, () => comesBackFrom(place, url, runs));
  }
});
