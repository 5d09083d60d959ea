import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codesOf, extract, urlsOf } from '../support/extraction.js';
import { uuencoded } from '../support/uuencoded.js';

const hidden = 'https://hidden.example/path';
/** As it stands here no scheme is in it: what is not read as HTML gives nothing. */
const page = '<html><body><p>Dear customer</p><a href="https&#58;//hidden.example/path">Verify</a></body></html>';
/** Without what tells a page from text. */
const fragment = page.replace('<html><body>', '');
const base64 = Buffer.from(page).toString('base64');
const folded = base64.replaceAll(/.{76}/g, '$&\r\n');
const html = 'Content-Type: text/html; charset=utf-8';
const encoded = 'Content-Transfer-Encoding: base64';

function mail(header: readonly string[], body: string): string {
  return `${['Subject: s', 'MIME-Version: 1.0', ...header].join('\r\n')}\r\n\r\n${body}\r\n`;
}

function secondPart(header: readonly string[], body: string): string {
  const first = '--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n';
  return mail(
    ['Content-Type: multipart/mixed; boundary=b'],
    `${first}--b\r\n${header.join('\r\n')}\r\n\r\n${body}\r\n--b--`,
  );
}

function finds(cases: Readonly<Record<string, string | Buffer>>, findings: readonly string[] = []): void {
  for (const [what, raw] of Object.entries(cases)) {
    it(`is found in spite of ${what}`, async () => {
      const extraction = await extract(raw);
      assert.deepEqual(urlsOf(extraction), [hidden]);
      assert.deepEqual(codesOf(extraction), findings);
    });
  }
}

const latin = Buffer.from(page.replace('Dear', 'D\xe9ar'), 'latin1').toString('base64');

describe('a link in Base64', () => {
  finds({
    'a hyphen that is no letter of it': mail([html, encoded], `${base64.slice(0, 10)}-${base64.slice(10)}`),
    'an underscore in each line': mail([html, encoded], folded.replaceAll('\r\n', '_\r\n')),
    'letters of the alphabet for URLs': mail(
      [html, encoded],
      Buffer.from(`${page}<p>\u00fe\u00ff\u00be?</p>`).toString('base64url'),
    ),
    'signs that make each line look like text': mail(
      ['Content-Type: text/html; charset=iso-8859-1', encoded],
      latin.replaceAll(/(.{20})(.{20})/g, '$1 . $2\r\n'),
    ),
    'padding that pads nothing': mail([html, encoded], `${base64.slice(0, 6)}=${base64.slice(6)}`),
    'padding that counts as a letter': mail(
      [html, encoded],
      `${base64.slice(0, 4)}PG=${Buffer.from('\n').toString('base64').slice(0, 1)}${base64.slice(4)}`,
    ),
    'a page that is declared to be Base64 and is none': mail(
      [html, encoded],
      page.replaceAll(' ', '\n').replaceAll('<p>', '\n<p>'),
    ),
    'a transfer encoding in an encoded word': mail([html, 'Content-Transfer-Encoding: =?utf-8?B?YmFzZTY0?='], folded),
  });

  it('is not sought in text that merely begins with a long word', async () => {
    assert.deepEqual(urlsOf(await extract(mail(['Content-Type: text/plain'], `${'a'.repeat(70)}\r\nHello`))), []);
  });
});

describe('a part whose header has a line that is none', () => {
  const lines = {
    'no colon': 'garbage',
    'a byte of 8 bits in the name': 'X-\xe9: x',
    'a colon first': ': x',
    'a name of 150 letters': `X-${'a'.repeat(150)}: x`,
    'a blank in the name': 'X foo: x',
    'the line of a mailbox': 'From a@b.example Mon Nov  2 08:00:00 2026',
    'dashes that are no boundary': '-- x',
  };
  finds(
    Object.fromEntries(
      Object.entries(lines).flatMap(([what, line]) => [
        [`${what}, before what it is`, Buffer.from(secondPart([line, html, encoded], folded), 'latin1')],
        [`${what}, before its encoding`, Buffer.from(secondPart([html, line, encoded], folded), 'latin1')],
      ]),
    ),
  );
  finds({
    'the rest of the header being text to other programs': secondPart(
      ['Content-Type: text/html', 'garbage', encoded],
      page,
    ),
    'an encoding that says otherwise before it': secondPart(
      [html, 'Content-Transfer-Encoding: 7bit', 'garbage', encoded],
      folded,
    ),
    'no empty line behind the header at all': mail(
      ['Content-Type: multipart/mixed; boundary=b'],
      `--b\r\n${html}\r\n${page}\r\n--b--`,
    ),
    'a comment that is opened in that line': secondPart(['garbage <!--', html], fragment),
  });

  it('gives the text once where both readings have it', async () => {
    const raw = secondPart(['Content-Type: text/plain', 'Hello,'], 'https://a.example/\r\n\r\nBye');
    assert.deepEqual(urlsOf(await extract(raw)), ['https://a.example/']);
  });

  it('names its file once, and looks into each of the readings', async () => {
    const file = 'Content-Type: application/octet-stream; name=a.bin';
    const sizes = async (header: readonly string[], body: string) =>
      (await extract(secondPart(header, body))).attachments.map(({ sizeBytes }) => sizeBytes);
    const plain = 'Content-Transfer-Encoding: 7bit';
    assert.deepEqual(await sizes([file, encoded, 'garbage'], 'AAECAw=='), [4]);
    assert.deepEqual(await sizes([file, 'garbage', encoded], 'AAECAw=='), [4]);
    assert.deepEqual(await sizes([file, encoded, plain], 'AAECAw=='), [4]);
    assert.deepEqual(await sizes([file, plain, encoded], 'AAECAw=='), [4]);
    const pdf = Buffer.from('%PDF-1.4 <</URI (https://link.example/)>>').toString('base64');
    assert.deepEqual(await sizes([file, plain, 'garbage', encoded], pdf), [41]);
    const page = Buffer.from('<html><a href="https://page.example/">x</a>').toString('base64');
    const shown = `-->${page}<!DOCTYPE html><a href="https://again.example/">`;
    const two = await extract(secondPart([file.replace('.bin', '.html'), encoded, plain], shown));
    assert.equal(two.attachments.length, 1);
    assert.ok(urlsOf(two).includes('https://again.example/'));
  });

  it('names no file where nothing is left', async () => {
    const file = ['Content-Type: application/octet-stream; name=a.bin', encoded];
    const joined = `--b\r\n${[...file, 'AAECAw=='].join('\r\n')}\r\n--b--`;
    const one = await extract(mail(['Content-Type: multipart/mixed; boundary=b'], joined));
    assert.deepEqual(
      one.attachments.map(({ sizeBytes }) => sizeBytes),
      [4],
    );
  });

  it('is given up after 256 kB, which is said', async () => {
    const raw = secondPart([html, ...Array.from({ length: 6000 }, () => 'x'.repeat(60)), encoded], folded);
    assert.deepEqual(codesOf(await extract(raw)), ['header-cut']);
  });
});

describe('a link in lines that end strangely', () => {
  const plain = mail([html, encoded], folded);
  finds({
    'two carriage returns before each line feed': plain.replaceAll('\r\n', '\r\r\n'),
    'carriage returns alone': plain.replaceAll('\r\n', '\r'),
    'carriage returns alone, in a multipart': secondPart([html, encoded], folded).replaceAll('\r\n', '\r'),
    'carriage returns alone, in one part': mail(
      ['Content-Type: multipart/mixed; boundary=b'],
      `--b\r\n\r\nHello\r--b\r${html}\r${encoded}\r\r${base64}\r\n--b--`,
    ),
    'carriage returns alone around all parts': mail(
      ['Content-Type: multipart/mixed; boundary=b'],
      `Hello\r--b\r${html}\r${encoded}\r\r${base64}\r--b--`,
    ),
    'carriage returns alone, in a part of 200 kB': mail(
      ['Content-Type: multipart/mixed; boundary=b'],
      `--b\r\n\r\nHello\r--b\r${html}\r${encoded}\r\r${Buffer.from(`${page}${' \n'.repeat(75_000)}`)
        .toString('base64')
        .replaceAll(/.{76}/g, '$&\r')}\r--b--`,
    ),
    'a field behind a carriage return': mail([`X-A: b\r${html}\r${encoded}`], folded),
    'quoted-printable with two carriage returns': mail(
      [html, 'Content-Transfer-Encoding: quoted-printable'],
      page.replaceAll('=', '=3D').replaceAll(/.{30}/g, '$&=\r\r\n'),
    ),
  });
  finds({ 'line feeds behind 4 kB without': `${`X: ${'a'.repeat(100)}\r`.repeat(50)}${plain}` }, ['boundary-guessed']);

  it('comes back however small the pieces are that the mail comes in', async () => {
    const raw = Buffer.from(secondPart([html, encoded], folded).replaceAll('\r\n', '\r'));
    async function* bytes() {
      for (const byte of raw) yield Buffer.from([byte]);
    }
    const { extractMessage } = await import('../../src/mail/parse-message.js');
    const extraction = await extractMessage(bytes(), { sizeBytes: 1e6, depth: 20, seconds: 10 });
    assert.deepEqual(urlsOf(extraction), [hidden]);
  });
});

describe('a part that says twice what it is', () => {
  const other = 'Content-Transfer-Encoding: 7bit';
  finds({
    'an encoding first that it is not in': mail([html, other, encoded], folded),
    'an encoding last that it is not in': mail([html, encoded, other], folded),
    'a type first that it is not': mail(['Content-Type: text/plain', html], fragment),
    'another boundary first': mail(
      ['Content-Type: multipart/mixed; boundary=a', 'Content-Type: multipart/mixed; boundary=b'],
      `--b\r\n${html}\r\n${encoded}\r\n\r\n${folded}\r\n--b--`,
    ),
    'another boundary in the same field': mail(
      ['Content-Type: multipart/mixed; boundary=a; boundary=b'],
      `--b\r\n${html}\r\n${encoded}\r\n\r\n${folded}\r\n--b--`,
    ),
    'being a multipart too': mail(
      [html, 'Content-Type: multipart/mixed; boundary=b'],
      `${page}\r\n--b\r\n\r\nx\r\n--b--`,
    ),
    'being a page too': mail(['Content-Type: multipart/mixed; boundary=b', html], `--b\r\n\r\nx\r\n--b--\r\n${page}`),
    'another character set first': Buffer.from(
      mail(
        ['Content-Type: text/html; charset=us-ascii; charset=utf-16le', encoded],
        Buffer.from(page, 'utf16le').toString('base64'),
      ),
    ),
  });
});

describe('a link in a part that is declared in an unusual way', () => {
  const inParts = `--b\r\n${html}\r\n${encoded}\r\n\r\n${folded}\r\n--b--\r\n`;
  const multipart = 'Content-Type: multipart/mixed; boundary=b';
  finds({
    'a comment before the encoding': mail([html, 'Content-Transfer-Encoding: (a (b)) base64'], folded),
    'a comment before the type': mail(['Content-Type: (x) text/html'], fragment),
    'a comment within the type': mail(['Content-Type: text/(x)html'], fragment),
    'quotes around the type': mail(['Content-Type: "text/html"'], fragment),
    'blanks around the slash': mail(['Content-Type: multipart / mixed; boundary=b'], inParts),
    'a comma behind the type': mail(['Content-Type: text/html, charset=utf-8'], fragment),
    'a hundred blanks before the colon': mail([`Content-Type${' '.repeat(100)}: text/html`], fragment),
    'the type of a watch': secondPart(['Content-Type: text/watch-html'], fragment),
    'a multipart in Base64': mail([multipart, encoded], Buffer.from(inParts).toString('base64')),
    'a message that is declared to be Base64 and is none': mail(
      ['Content-Type: message/rfc822', encoded],
      mail([html], page),
    ),
  });
  finds(
    {
      'a multipart in quoted-printable': mail(
        ['Content-Type: multipart/mixed; boundary="b=1"', 'Content-Transfer-Encoding: quoted-printable'],
        `--b=3D1\r\n${html}\r\n\r\n${page.replaceAll('=', '=3D')}\r\n--b=3D1--`,
      ),
    },
    ['boundary-guessed'],
  );

  it('is found where a message only points to its content', async () => {
    const type = `Content-Type: message/external-body; access-type=URL; URL="${hidden}"`;
    assert.deepEqual(urlsOf(await extract(secondPart([type], 'Content-Type: text/html\r\n'))), [hidden]);
  });

  it('is found between commands of enriched text', async () => {
    const raw = secondPart(['Content-Type: text/enriched'], 'https://hid<bold>den</bold>.example/path');
    assert.ok(urlsOf(await extract(raw)).includes(hidden));
  });

  it('is found in ASCII that is declared UTF-16', async () => {
    assert.deepEqual(urlsOf(await extract(mail(['Content-Type: text/html; charset=utf-16'], page))), [hidden]);
  });

  it('is found in UTF-16 that is declared ASCII, and in UTF-32', async () => {
    const wide = Buffer.from(page, 'utf16le');
    const wider = Buffer.from([...page].flatMap((letter) => [letter.charCodeAt(0), 0, 0, 0]));
    for (const [charset, bytes] of [
      ['us-ascii', wide],
      ['utf-32le', wider],
    ] as const) {
      const raw = mail([`Content-Type: text/html; charset=${charset}`, encoded], bytes.toString('base64'));
      assert.deepEqual(urlsOf(await extract(raw)), [hidden]);
    }
  });

  it('is found between zeros', async () => {
    const raw = mail([html], page.replace('href', 'hr\0ef'));
    assert.deepEqual(urlsOf(await extract(raw)), [hidden]);
  });

  it('is found between escape sequences that change nothing', async () => {
    const raw = mail(['Content-Type: text/plain; charset=iso-2022-jp'], 'https://hid\x1b(J\x1b(Bden.example/path');
    assert.deepEqual(urlsOf(await extract(raw)), [hidden]);
  });
});

describe('relative links', () => {
  const link = '<html><a href="path">x</a>';
  finds({
    'Content-Base alone telling the rest': mail([html, 'Content-Base: https://hidden.example/'], link),
    'Content-Location alone telling the rest': mail([html, 'Content-Location: https://hidden.example/a.html'], link),
    'the multipart alone telling the rest': mail(
      ['Content-Type: multipart/related; boundary=b', 'Content-Location: <https://hidden.example/>'],
      `--b\r\n${html}\r\nContent-Location: a.html\r\n\r\n${link}\r\n--b--`,
    ),
  });

  it('are of the document that says more itself', async () => {
    const raw = mail([html, 'Content-Base: https://other.example/'], `<base href="https://hidden.example/">${link}`);
    assert.ok(urlsOf(await extract(raw)).includes(hidden));
    assert.ok(!urlsOf(await extract(raw)).includes('https://other.example/path'));
  });
});

describe('uuencode', () => {
  const file = uuencoded('invoice.html', Buffer.from(page));

  it('is undone as a transfer encoding, under each of its names', async () => {
    for (const name of ['uuencode', 'x-uuencode', 'uue', 'X-UUE']) {
      const raw = mail([html, `Content-Transfer-Encoding: ${name}`], file);
      assert.deepEqual(urlsOf(await extract(raw)), [hidden]);
    }
  });

  it('is undone for attached files', async () => {
    const raw = secondPart(
      ['Content-Type: application/octet-stream; name=a.html', 'Content-Transfer-Encoding: uue'],
      file,
    );
    const extraction = await extract(raw);
    assert.equal(extraction.attachments[0]?.sizeBytes, page.length);
    assert.deepEqual(urlsOf(extraction), [hidden]);
  });

  it('gives the files that stand in a text, and takes them out of it', async () => {
    const two = uuencoded('Rechnung.bin', Buffer.from([0, 1, 2, 255]));
    const raw = mail(
      ['Content-Type: text/plain'],
      `https://text.example/\r\n\r\n${file}\r\n${two}\r\nwww.end.example.com`,
    );
    const extraction = await extract(raw);
    assert.deepEqual(
      extraction.attachments.map(({ fileName, sizeBytes }) => [fileName, sizeBytes]),
      [
        ['invoice.html', page.length],
        ['Rechnung.bin', 4],
      ],
    );
    assert.deepEqual(urlsOf(extraction), ['https://text.example/', 'http://www.end.example.com/', hidden]);
  });

  it('leaves a text alone that only has the word', async () => {
    const raw = mail(['Content-Type: text/plain'], 'begin 644 things\r\nlower case, https://text.example/\r\nend');
    const extraction = await extract(raw);
    assert.deepEqual(extraction.attachments, []);
    assert.deepEqual(urlsOf(extraction), ['https://text.example/']);
  });
});
