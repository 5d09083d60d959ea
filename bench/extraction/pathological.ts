import { gzipSync } from 'node:zlib';
import { mailWith } from '../../test/support/attachments.js';
import { htmlMail, htmlTraps, rawMail, textMail, textTraps, visibleUrl } from '../../test/support/hostile-mails.js';
import { zipFile } from '../../test/support/zip-file.js';

/** Inputs that send careless code into quadratic or exponential time. */
export interface Family {
  readonly name: string;
  make(bytes: number): Buffer;
}

function repeated(unit: string, bytes: number): string {
  return unit.repeat(Math.ceil(bytes / unit.length));
}

function inText(name: string, unit: string, end = ''): Family {
  return { name: `text: ${name}`, make: (bytes) => textMail(`${visibleUrl} ${repeated(unit, bytes)}${end}`) };
}

function inHtml(name: string, unit: string, start = '', end = ''): Family {
  return {
    name: `HTML: ${name}`,
    make: (bytes) => htmlMail(`<p>${visibleUrl}</p>${start}${repeated(unit, bytes)}${end}`),
  };
}

function inHeader(name: string, line: (bytes: number) => string): Family {
  return { name: `header: ${name}`, make: (bytes) => rawMail([line(bytes)], visibleUrl) };
}

function inFile(name: string, fileName: string, content: (bytes: number) => Buffer): Family {
  return { name: `file: ${name}`, make: (bytes) => mailWith([{ name: fileName, bytes: content(bytes) }]) };
}

const texts: readonly Family[] = [
  ...textTraps.map(({ name, unit }) => inText(name, unit)),
  inText('Punycode labels in a URL', 'xn--a.', '/'),
  inText('defanged schemes', 'hxxp[.]'),
  inText('defanged dots', 'a[.]'),
  inText('dots in words', ' dot '),
  inText('defanged colons', 'hxxps[:]//a '),
  inText('nested brackets', '[('),
  inText('digits', '7'),
  inText('digits and dots', '1.1.'),
  inText('hexadecimal digits', 'deadbeef'),
  inText('Base64', 'aHR0cHM6Ly9h'),
  inText('Base58', 'bc1qar0srr7xfkvy5l643lydnw9re59gtzzwf5mdq'),
  inText('colons', '2001:db8:'),
  inText('CVE ids', 'CVE-2026-'),
  inText('quoted lines', '> '),
  inText('forwarded headers', 'From: a@b.example\r\n'),
  inText('forwards', '---------- Forwarded message ---------\r\nFrom: a@b.example\r\nSubject: x\r\nDate: x\r\nTo: y\r\n\r\n'),
  inText('forwards in quotes', '> -----Original Message-----\r\n> From: a@b.example\r\n> Sent: x\r\n> To: y\r\n> Subject: x\r\n'),
  inText('blanks', ' '),
  inText('empty lines', '\r\n'),
  inText('tabs and letters', '\ta'),
  inText('wrapped links', 'https://urldefense.com/v3/__https://a.example/__;!!'),
  inText('percent signs', 'http://a.b/%25%25'),
  inText('letters of other scripts', '例え.'),
  inText('combining marks', 'a\u0301'),
]; // biome-ignore format: a family on a line

const pages: readonly Family[] = [
  ...htmlTraps.map(({ name, unit }) => inHtml(name, unit)),
  inHtml('nested tables', '<table><tr><td>'),
  inHtml('nested links', '<a href="https://a.example/">'),
  inHtml('unclosed quotes', '<a href="https://a.example/ '),
  inHtml('one unclosed attribute', 'https://a.example/ ', '<a href="'),
  inHtml('one unclosed comment', '-- >', '<!--'),
  inHtml('one unclosed script', 'var a = "', '<script>'),
  inHtml('plus signs in a script', '"a"+', '<script>x='),
  inHtml('brackets in a script', '(', '<script>x='),
  inHtml('lists in a script', '["a",', '<script>x='),
  inHtml('atob in a script', 'atob(', '<script>x='),
  inHtml('slashes in a script', '/', '<script>x='),
  inHtml('comments in a script', '/*', '<script>x='),
  inHtml('escapes in a script', '\\u0041', '<script>x="', '"'),
  inHtml('names in a script', 'var a="b";', '<script>'),
  inHtml('named entities', '&amp;lt;'),
  inHtml('numbers of characters', '&#065'),
  inHtml('names of no entity', '&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'),
  inHtml('ampersands in a link', '&', '<a href="https://a.example/'),
  inHtml('titles', '<title>&lt;'),
  inHtml('half end tags', '</b'),
  inHtml('ends of comments', '--!', '<!--'),
  inHtml('urls in CSS', 'url(', '<style>'),
  inHtml('closed urls in CSS', 'url("https://a.example/x");', '<style>'),
  inHtml('comments in CSS', '/*', '<style>'),
  inHtml('escapes in CSS', '\\75 rl(', '<style>'),
  inHtml('imports in CSS', '@import ', '<style>'),
  inHtml('documents in attributes', '<iframe srcdoc="&lt;a href=x&gt;">'),
  inHtml('documents in links', '<a href="data:text/html,%3Ca href=x%3E">'),
  inHtml('blockquotes', '<blockquote>'),
  inHtml('blanks in a link', ' ', '<a href="https://a.example/', '">x</a>'),
  inHtml('line feeds in a link', '\n', '<a href="', 'https://a.example/">x</a>'),
  inHtml('the text of a link', 'b.example ', '<a href="https://a.example/">', '</a>'),
]; // biome-ignore format: a family on a line

const headers: readonly Family[] = [
  inHeader('Content-Type parameters', (bytes) => `Content-Type: text/plain;${numbered((index) => ` p${index}=v;`, bytes)}`),
  inHeader('continued parameters', (bytes) => `Content-Type: text/plain;${numbered((index) => ` name*${index}=v;`, bytes)}`),
  inHeader('quotes', (bytes) => `Content-Type: text/plain; name="${repeated('\\"', bytes)}`),
  inHeader('comments', (bytes) => `From: ${repeated('(', bytes)}`),
  inHeader('addresses', (bytes) => `To: ${repeated('a@b.example,', bytes)}`),
  inHeader('angle brackets', (bytes) => `To: ${repeated('<', bytes)}`),
  inHeader('encoded words', (bytes) => `Subject: ${repeated('=?utf-8?Q?a?= ', bytes)}`),
  inHeader('unfinished encoded words', (bytes) => `Subject: ${repeated('=?utf-8?', bytes)}`),
  inHeader('folds', (bytes) => `X: ${repeated('a\r\n ', bytes)}`),
  inHeader('Received', (bytes) => repeated('Received: from a (b [192.0.2.1]) by c\r\n', bytes).trimEnd()),
  inHeader('Authentication-Results', (bytes) => `Authentication-Results: a; ${repeated('spf=pass (', bytes)}`),
  inHeader('List-Unsubscribe', (bytes) => `List-Unsubscribe: ${repeated('<https://a.example/', bytes)}`),
  inHeader('Message-IDs', (bytes) => `References: ${repeated('<a@b>', bytes)}`),
]; // biome-ignore format: a family on a line

const structures: readonly Family[] = [
  { name: 'structure: lines like boundaries', make: (bytes) => multipart(repeated('--b \r\n--bb\r\n', bytes)) },
  { name: 'structure: boundaries', make: (bytes) => multipart(repeated('--b\r\n', bytes)) },
  { name: 'structure: closed boundaries', make: (bytes) => multipart(repeated('--b--\r\n', bytes)) },
  { name: 'structure: dashes', make: (bytes) => multipart(repeated('--', bytes)) },
  { name: 'structure: guessed boundaries', make: (bytes) => rawMail(['Content-Type: multipart/mixed; boundary=q'], `${visibleUrl}\r\n${repeated('--x\r\nContent-Type: text/plain\r\n\r\n', bytes)}`) },
  { name: 'structure: carriage returns in a header', make: (bytes) => multipart(`--b\r\nContent-Type: text/plain${repeated('\r', bytes)}x\r\n`) },
  { name: 'structure: files that hold all that follows', make: (bytes) => multipart(`${repeated('--b\r\nContent-Type: text/html; name=a.html\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n', bytes)}`) },
  { name: 'structure: nested messages', make: (bytes) => rawMail(['Content-Type: message/rfc822'], `${repeated('Content-Type: message/rfc822\r\n\r\n', bytes)}`) },
  { name: 'structure: nested multiparts', make: (bytes) => multipart(numbered((index) => `--b${index === 0 ? '' : index - 1}\r\nContent-Type: multipart/mixed; boundary=b${index}\r\n\r\n`, bytes)) },
  { name: 'structure: Base64 lines', make: (bytes) => encoded('base64', repeated(`${'QUFB'.repeat(19)}\r\n`, bytes)) },
  { name: 'structure: one Base64 line', make: (bytes) => encoded('base64', repeated('QUFB', bytes)) },
  { name: 'structure: padded Base64', make: (bytes) => encoded('base64', repeated('QQ==', bytes)) },
  { name: 'structure: padded letters in Base64', make: (bytes) => encoded('base64', repeated('A=', bytes)) },
  { name: 'structure: other signs in Base64', make: (bytes) => encoded('base64', repeated('<A=', bytes)) },
  { name: 'structure: letters of URLs in Base64', make: (bytes) => encoded('base64', repeated('A-_', bytes)) },
  { name: 'structure: quoted-printable', make: (bytes) => encoded('quoted-printable', repeated('=3D', bytes)) },
  { name: 'structure: equals signs', make: (bytes) => encoded('quoted-printable', repeated('=', bytes)) },
  { name: 'structure: soft line breaks', make: (bytes) => encoded('quoted-printable', repeated('= \t', bytes)) },
]; // biome-ignore format: a family on a line

const files: readonly Family[] = [
  inFile('PDF objects', 'a.pdf', (bytes) => Buffer.from(`%PDF-1.7\n${repeated('1 0 obj <<', bytes)}`)),
  inFile('PDF objects with unclosed strings', 'a.pdf', (bytes) =>
    Buffer.from(`%PDF-1.7\n${numbered((index) => `${index + 1} 0 obj (\n`, bytes)}`),
  ),
  inFile('PDF objects with unclosed arrays', 'a.pdf', (bytes) =>
    Buffer.from(`%PDF-1.7\n${numbered((index) => `${index + 1} 0 obj [<< /A 1 >> endobj\n`, bytes)}`),
  ),
  inFile('PDF links', 'a.pdf', (bytes) => Buffer.from(`%PDF-1.7\n${repeated('/URI (', bytes)}`)),
  inFile('PDF streams', 'a.pdf', (bytes) => Buffer.from(`%PDF-1.7\n${repeated('stream\n', bytes)}`)),
  inFile('zip headers', 'a.zip', (bytes) => Buffer.from(repeated('PK\x03\x04', bytes), 'latin1')),
  inFile('zip directories', 'a.zip', (bytes) => Buffer.from(repeated('PK\x05\x06', bytes), 'latin1')),
  inFile('gzip members', 'a.gz', (bytes) => Buffer.concat(Array.from({ length: Math.ceil(bytes / 21) }, () => gzipSync('x')))),
  inFile('a page', 'a.html', (bytes) => Buffer.from(repeated('<script>atob("', bytes))),
  inFile('a message', 'a.eml', (bytes) => Buffer.from(`Subject: x\r\n${repeated('X: y\r\n', bytes)}\r\n`)),
  inFile('an SVG', 'a.svg', (bytes) => Buffer.from(`<svg>${repeated('<set attributeName="href" to="', bytes)}`)),
  inFile('groups of RTF', 'a.rtf', (bytes) => Buffer.from(`{\\rtf1 ${repeated('{\\*\\x ', bytes)}`)),
  inFile('links of RTF', 'a.rtf', (bytes) => Buffer.from(`{\\rtf1 ${repeated('{\\field{\\*\\fldinst HYPERLINK "https://a.example/"}', bytes)}`)),
  inFile('elements of an Office document', 'a.docx', (bytes) => office('word/document.xml', `<w:document>${repeated('<w:p><w:r><w:t>a', bytes)}`)),
  inFile('relationships of an Office document', 'a.docx', (bytes) => office('word/_rels/document.xml.rels', `<Relationships>${repeated('<Relationship Target="https://a.example/" TargetMode="External"/>', bytes)}`)),
  inFile('attributes of TNEF', 'winmail.dat', (bytes) => Buffer.concat([Buffer.from('789f3e220100', 'hex'), Buffer.from('010690080004000000000000000000'.repeat(Math.ceil(bytes / 15)), 'hex')])),
  inFile('sectors of an Outlook message', 'a.msg', (bytes) => Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(bytes, 1)])),
  inFile('strings of a program', 'a.lnk', (bytes) => Buffer.concat([Buffer.from('4c0000000114020000000000c000000000000046', 'hex'), Buffer.from(repeated('h\0t\0t\0p\0:\0/\0/\0', bytes))])),
  inFile('headers of tar', 'a.tar', (bytes) => Buffer.alloc(bytes, 'a.txt\0')),
  inFile('a calendar', 'a.ics', (bytes) => Buffer.from(`BEGIN:VCALENDAR\r\n${repeated('BEGIN:VEVENT\r\nURL:https://a.example/\r\n ', bytes)}`)),
]; // biome-ignore format: a family on a line

export const families: readonly Family[] = [...texts, ...pages, ...headers, ...structures, ...files];

function multipart(body: string): Buffer {
  return rawMail(['Content-Type: multipart/mixed; boundary=b'], `--b\r\n\r\n${visibleUrl}\r\n${body}`);
}

function office(name: string, content: string): Buffer {
  return zipFile([
    { name: '[Content_Types].xml', bytes: Buffer.from('<Types/>'), stored: true },
    { name, bytes: Buffer.from(content), stored: true },
  ]);
}

function encoded(encoding: string, body: string): Buffer {
  return rawMail(['Content-Type: text/plain; charset=utf-8', `Content-Transfer-Encoding: ${encoding}`], body);
}

function numbered(unit: (index: number) => string, bytes: number): string {
  const units: string[] = [];
  for (let length = 0; length < bytes; length += units.at(-1)?.length ?? bytes) units.push(unit(units.length));
  return units.join('');
}
