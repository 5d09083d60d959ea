import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mailWith } from '../support/attachments.js';
import { codesOf, extract, urlsOf } from '../support/extraction.js';
import { zipFile } from '../support/zip-file.js';

const binHex = '(This file must be converted with BinHex 4.0)\r\n\r\n:$f*TEQKPH#!!!!!!!!!:\r\n';
const yEnc = '=ybegin part=1 line=128 size=9 name=a.html\r\nabcdefghi\r\n=yend size=9\r\n';
const mail = (header: string, body: string) => `${header}\r\n\r\n${body}`;

describe('a part in an encoding that is not undone', () => {
  const cases: Readonly<Record<string, string | Buffer>> = {
    'BinHex in a text': mail('Subject: s', `Hello\r\n${binHex}`),
    'yEnc in a text': mail('Subject: s', `Hello\r\n${yEnc}`),
    'yEnc in a text in Base64': mail('Content-Transfer-Encoding: base64', Buffer.from(yEnc).toString('base64')),
    'yEnc as the transfer encoding': mail('Content-Type: image/png\r\nContent-Transfer-Encoding: x-yenc', 'abc'),
    'BinHex by its type': mail('Content-Type: application/mac-binhex40', 'abc'),
    'BinHex in a file of another name': mailWith([{ name: 'a.bin', bytes: Buffer.from(binHex) }]),
    'BinHex in a zip': mailWith([{ name: 'a.zip', bytes: zipFile([{ name: 'a.hqx', bytes: Buffer.from('x') }]) }]),
  };
  for (const [what, raw] of Object.entries(cases))
    it(`is told of: ${what}`, async () => assert.deepEqual(codesOf(await extract(raw)), ['encoding-unread']));

  it('is not told of where a text only speaks of it', async () => {
    const text = `> =ybegin line=128\r\nSee "${binHex.trim().slice(0, 30)}" and =ybegin in https://a.example/`;
    assert.deepEqual(codesOf(await extract(mail('Subject: s', text))), []);
  });
});

describe('a message in pieces', () => {
  const piece = (parameters: string) =>
    mail(`Content-Type: message/partial; id="a@b"; ${parameters}`, mail('Subject: s', '<html>https://a.example/'));

  it('is told of, and each piece is searched by itself', async () => {
    for (const parameters of ['number=1; total=2', 'number=2', 'number=1; total=12']) {
      const extraction = await extract(piece(parameters));
      assert.deepEqual(codesOf(extraction), ['message-partial'], parameters);
      assert.deepEqual(urlsOf(extraction), ['https://a.example/'], parameters);
    }
  });

  it('that has only one is a message', async () => {
    for (const parameters of ['number=1; total=1', 'total="1"; number=1']) {
      const extraction = await extract(piece(parameters));
      assert.deepEqual([codesOf(extraction), extraction.originals?.[0]?.subject], [[], 's'], parameters);
    }
  });
});
