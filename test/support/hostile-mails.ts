/** Mails that try to crash, stall or blind a parser. Each also carries `visibleUrl` where a reader would see it. */
export const visibleUrl = 'https://visible.example/x';

export interface HostileMail {
  readonly name: string;
  readonly raw: Buffer;
}

export function textMail(body: string, headerLines: readonly string[] = []): Buffer {
  return rawMail([...headerLines, 'Content-Type: text/plain; charset=utf-8'], body);
}

export function htmlMail(body: string): Buffer {
  return rawMail(['Content-Type: text/html; charset=utf-8'], body);
}

export function rawMail(headerLines: readonly string[], body: string, encoding: BufferEncoding = 'utf8'): Buffer {
  const header = [
    'Message-ID: <hostile@attacker.example>',
    'From: Attacker <attacker@attacker.example>',
    'To: soc@example.com',
    ...headerLines,
    'Subject: Hostile',
  ];
  return Buffer.from(`${header.join('\r\n')}\r\n\r\n${body}\r\n`, encoding);
}

/** Text that sends backtracking expressions into quadratic or exponential time. */
export const textTraps: readonly { readonly name: string; readonly unit: string }[] = [
  { name: 'punycode labels', unit: 'xn--a.' },
  { name: 'labels', unit: 'a.' },
  { name: 'URLs without end', unit: 'http://a.b/c?d=' },
  { name: 'schemes', unit: 'http://' },
  { name: 'mail addresses', unit: 'a@a.b' },
  { name: 'at signs', unit: '@' },
  { name: 'mailto', unit: 'mailto:' },
  { name: 'brackets', unit: 'http://a.b/(((((' },
  { name: 'closing brackets', unit: 'http://a.b/)))))' },
  { name: 'hyphens', unit: 'a-' },
  { name: 'dots', unit: '.' },
  { name: 'slashes', unit: '//a' },
  { name: 'www', unit: 'www.' },
  { name: 'userinfo', unit: 'http://a:b@' },
  { name: 'short words', unit: 'a.bc ' },
  { name: 'exclamation', unit: 'a.com/!' },
];

export const htmlTraps: readonly { readonly name: string; readonly unit: string }[] = [
  { name: 'open elements', unit: '<div>' },
  { name: 'inline elements', unit: '<b>' },
  { name: 'unmatched closing tags', unit: '<b></i>' },
  { name: 'attributes', unit: '<a href=x ' },
  { name: 'unfinished tags', unit: '<' },
  { name: 'comments', unit: '<!--' },
  { name: 'conditional comments', unit: '<!--[if mso]>' },
  { name: 'entities', unit: '&#x41' },
  { name: 'ampersands', unit: '&' },
  { name: 'bases', unit: '<base href="https://b.example/">' },
  { name: 'srcset commas', unit: '<img srcset=",,,,,x">' },
  { name: 'refreshes', unit: '<meta http-equiv=refresh content=";;;;url=url=">' },
  { name: 'links', unit: '<a href="https://a.example/&amp;">a.example</a>' },
  { name: 'cdata', unit: '<![CDATA[' },
];

/** The trap repeated to so many bytes, with a URL before and behind it. */
export function trapMail(unit: string, bytes: number, html: boolean): Buffer {
  const trap = unit.repeat(Math.ceil(bytes / unit.length));
  const body = html ? `<p>${visibleUrl}</p>${trap}` : `${visibleUrl}\r\n\r\n${trap}`;
  return html ? htmlMail(body) : textMail(body);
}

export function deepMultiparts(depth: number): Buffer {
  const open = Array.from(
    { length: depth },
    (_, level) => `--b${level}\r\nContent-Type: multipart/mixed; boundary=b${level + 1}\r\n\r\n`,
  );
  const close = Array.from({ length: depth }, (_, level) => `--b${depth - level}--\r\n`);
  const leaf = `--b${depth}\r\nContent-Type: text/plain\r\n\r\nhttps://deep.example/x\r\n`;
  const first = `--b0\r\nContent-Type: text/plain\r\n\r\n${visibleUrl}\r\n`;
  return rawMail(['Content-Type: multipart/mixed; boundary=b0'], first + open.join('') + leaf + close.join(''));
}

export function deepMessages(depth: number): Buffer {
  return rawMail(
    ['Content-Type: message/rfc822'],
    `${'Content-Type: message/rfc822\r\n\r\n'.repeat(depth)}Subject: x\r\n\r\n${visibleUrl}`,
  );
}

/** Each can be read in two ways by its two types, and in both it holds the next one. */
export function messagesReadTwice(count: number): Buffer {
  const types = 'Content-Type:Date: x\r\nContent-Type: message/partial; number=1; total=1\r\n\r\nSubject: x\r\n';
  const file = Buffer.from(`Subject: x\r\n${types.repeat(count)}\r\n${visibleUrl}\r\n`);
  return rawMail(
    ['Content-Type: message/rfc822; name=inner.eml', 'Content-Transfer-Encoding: base64'],
    file.toString('base64').replaceAll(/.{76}/g, '$&\r\n'),
  );
}

export function manyParts(count: number): Buffer {
  const part = (index: number) => `--b\r\nContent-Type: text/plain\r\n\r\nhttps://part.example/${index}\r\n`;
  const parts = Array.from({ length: count }, (_, index) => part(index)).join('');
  return rawMail(['Content-Type: multipart/mixed; boundary=b'], `--b\r\n\r\n${visibleUrl}\r\n${parts}--b--`);
}

export function hostileMails(): readonly HostileMail[] {
  const parameters = Array.from({ length: 50_000 }, (_, index) => ` p${index}=v;`).join('');
  return [
    {
      name: '5,000 nested elements',
      raw: htmlMail(`<p>${visibleUrl}</p>${'<div>'.repeat(5000)}x${'</div>'.repeat(5000)}`),
    },
    { name: '5,000 nested multiparts', raw: deepMultiparts(5000) },
    { name: '5,000 nested messages', raw: deepMessages(5000) },
    { name: '18 messages that are read in two ways', raw: messagesReadTwice(18) },
    { name: '3,000 parts', raw: manyParts(3000) },
    { name: 'a header of a megabyte', raw: textMail(visibleUrl, [`X-Long: ${'a'.repeat(1_000_000)}`]) },
    { name: 'a folded header of a megabyte', raw: textMail(visibleUrl, [`X-Long: ${'a\r\n '.repeat(250_000)}`]) },
    { name: 'a Subject of a megabyte', raw: rawMail([`Subject: ${'=?utf-8?Q?a?= '.repeat(70_000)}`], visibleUrl) },
    { name: '100,000 headers', raw: textMail(visibleUrl, [`${'X: y\r\n'.repeat(100_000)}Z: y`]) },
    { name: '50,000 Content-Type parameters', raw: rawMail([`Content-Type: text/plain;${parameters}`], visibleUrl) },
    { name: 'an unknown character set', raw: rawMail(['Content-Type: text/plain; charset=x-"none"'], visibleUrl) },
    {
      name: 'bytes that are no text',
      raw: rawMail(['Content-Type: text/plain; charset=utf-8'], `\xff\xfe\x00 ${visibleUrl} \x80`, 'latin1'),
    },
    { name: '1,000 nested address groups', raw: rawMail([`To: ${'a: b; '.repeat(10_000)}`], visibleUrl) },
  ];
}
