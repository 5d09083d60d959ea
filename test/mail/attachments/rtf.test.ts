import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Extraction } from '../../../src/indicators/types.js';
import { attachedUrls, mailWith } from '../../support/attachments.js';
import { compoundFile, packagedObject } from '../../support/compound-file.js';
import { codesOf, extract, urlsOf } from '../../support/extraction.js';

function rtf(body: string, name = 'a.rtf'): Promise<Extraction> {
  return extract(mailWith([{ name, bytes: Buffer.from(`{\\rtf1\\ansi\\ansicpg1252 ${body}}`, 'latin1') }]));
}

describe('an attached RTF file', () => {
  const places: readonly (readonly [string, string])[] = [
    ['the code of a field', '{\\field{\\*\\fldinst{HYPERLINK "https://a.example/b"}}{\\fldrslt here}}'],
    ['the code of a field in pieces', '{\\field{\\*\\fldinst {HYPERLINK }{"https://a.ex}{\\b ample/b"}}{\\fldrslt x}}'],
    ['a text', 'see https://a.example/b now'],
    ['a text in pieces', 'see {\\b https://a.}{\\i example/b} now'],
    ['escaped letters', "see \\'68ttps://a.ex\\u97 ?mple/b now"],
    ['the link of a shape', '{\\*\\hl{\\hlfr x}{\\hlsrc https://a.example/b}}'],
    ['a property', '{\\*\\userprops{\\propname x}{\\staticval https://a.example/b}}'],
  ];
  for (const [what, body] of places) {
    it(`is searched: ${what}`, async () => {
      const extraction = await rtf(body);
      assert.deepEqual(attachedUrls(extraction), ['attachment 2 https://a.example/b']);
      assert.deepEqual(codesOf(extraction), []);
    });
  }

  it('is known by its first bytes, and says that it loads a template', async () => {
    const extraction = await rtf('{\\*\\template https://remote.example/t.dotm}', 'letter.doc');
    assert.deepEqual(attachedUrls(extraction), ['attachment 2 https://remote.example/t.dotm']);
    assert.deepEqual(codesOf(extraction), ['office-remote']);
    assert.equal(extraction.attachments[0]?.type, 'application/rtf');
  });

  it('has the objects in it named and looked into, however their digits stand', async () => {
    const page = Buffer.from('<html><a href="https://inner.example/">x</a>');
    const compound = compoundFile({ '\x01Ole10Native': packagedObject('open.html', page) });
    const digits = Buffer.concat([Buffer.from('0105000002000000', 'hex'), compound]).toString('hex');
    const spread = digits.replaceAll(/(.{61})/g, '$1\r\n{\\*\\x y}\\par ');
    const extraction = await rtf(`{\\object\\objemb{\\*\\objclass Package}{\\*\\objdata ${spread}}}`);
    assert.deepEqual(attachedUrls(extraction), ['attachment 2/a.rtf!object1.ole!open.html https://inner.example/']);
    assert.deepEqual(codesOf(extraction), ['office-object']);
  });

  it('has no text in fonts, pictures and what programs may pass over', async () => {
    const extraction = await rtf(
      '{\\fonttbl{\\f0 https://font.example/;}}{\\*\\unknown https://unknown.example/}{\\pict 8950 https://pict.example/}\\bin5 {{{{{https://text.example/',
    );
    assert.deepEqual(urlsOf(extraction).slice(1), ['https://text.example/']);
  });

  it('of a million groups is read to its end in linear time', async () => {
    const started = performance.now();
    const extraction = await rtf(`${'{'.repeat(1_000_000)}${'\\x{}'.repeat(200_000)} https://end.example/`);
    assert.deepEqual(codesOf(extraction), ['file-cut']);
    assert.deepEqual(urlsOf(extraction).slice(1), ['https://end.example/']);
    assert.ok(performance.now() - started < 10_000);
  });
});
