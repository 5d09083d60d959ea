import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Extraction } from '../../../src/indicators/types.js';
import { attachedUrls, mailWith } from '../../support/attachments.js';
import {
  compoundFile,
  htmlInRtf,
  type MsgInput,
  msgFile,
  packagedObject,
  packedRtf,
} from '../../support/compound-file.js';
import { codesOf, extract, urlsOf } from '../../support/extraction.js';

function msg(input: MsgInput): Promise<Extraction> {
  return extract(mailWith([{ name: 'report.msg', bytes: msgFile(input) }]));
}

const headers = [
  'Received: from mx.evil.example',
  'From: "Bank" <a@evil.example>',
  'To: victim@corp.example',
  'Subject: =?utf-8?B?w5xiZXJ3ZWlzdW5n?=',
  'Message-ID: <sent@evil.example>',
  'Date: Mon, 2 Nov 2026 10:00:00 +0000',
  '',
].join('\r\n');

describe('an attached message of Outlook', () => {
  it('is a mail that the report carries, with its headers as they were sent', async () => {
    const extraction = await msg({ headers, body: 'see https://text.example/ now', subject: 'other' });
    assert.deepEqual(attachedUrls(extraction), ['text 2/report.msg!body.txt https://text.example/']);
    const [original, ...more] = extraction.originals ?? [];
    assert.deepEqual(more, []);
    assert.equal(original?.how, 'attached');
    assert.equal(original?.subject, 'Überweisung');
    assert.match(original?.from ?? '', /a@evil\.example/);
    assert.equal(original?.messageId, '<sent@evil.example>');
    assert.equal(original?.dateMs, Date.UTC(2026, 10, 2, 10));
    assert.deepEqual(original?.urls, ['https://text.example/']);
    assert.equal(extraction.subject, 'With attachments');
    assert.deepEqual(codesOf(extraction), []);
  });

  it('without such headers has those that Outlook knows', async () => {
    const from = { name: 'Müller "X"', address: 'm@evil.example' };
    const extraction = await msg({ subject: 'Grüße', from, messageId: '<known@evil.example>', body: 'x' });
    const [original] = extraction.originals ?? [];
    assert.equal(original?.subject, 'Grüße');
    assert.equal(original?.messageId, '<known@evil.example>');
    assert.match(original?.from ?? '', /Müller X.*m@evil\.example/);
  });

  it('is searched in its HTML, in its character set', async () => {
    const html = Buffer.from('<p>Пароль <a href="https://html.example/">click</a>', 'utf8');
    const koi = Buffer.concat([Buffer.from([0xf0, 0xc1, 0xd2]), Buffer.from('<a href="https://koi.example/">x</a>')]);
    assert.deepEqual(attachedUrls(await msg({ html, codePage: 65001 })), [
      'click 2/report.msg!body.html https://html.example/',
    ]);
    assert.deepEqual(attachedUrls(await msg({ html: koi, codePage: 20866 })), [
      'click 2/report.msg!body.html https://koi.example/',
    ]);
  });

  it('is searched in HTML that is packed into RTF', async () => {
    const rtf = htmlInRtf([
      { tag: '<html><body>' },
      { tag: '<a href="https://packed.example/a?b=1&amp;c=2">' },
      { text: "caf\\'e9 \\u8364 ?" },
      { tag: '</a>' },
      { text: '\\htmlrtf https://rtf-only.example/ \\htmlrtf0 ' },
    ]);
    const extraction = await msg({ rtf: packedRtf(rtf) });
    assert.deepEqual(attachedUrls(extraction), ['click 2/report.msg!body.rtf https://packed.example/a?b=1&c=2']);
    assert.equal(extraction.urls.find(({ kind }) => kind === 'click')?.shown, 'café €');
  });

  it('is searched in RTF that is RTF', async () => {
    const rtf =
      '{\\rtf1 {\\field{\\*\\fldinst HYPERLINK "https://field.example/"}{\\fldrslt x}} https://plain.example/ }';
    assert.deepEqual(
      urlsOf(await msg({ rtf: packedRtf(rtf) }))
        .slice(1)
        .sort(),
      ['https://field.example/', 'https://plain.example/'],
    );
  });

  it('has its files named and looked into; two of one name have two paths', async () => {
    const page = (host: string) => Buffer.from(`<html><a href="https://${host}.example/">x</a>`);
    const extraction = await msg({
      body: 'x',
      attachments: [
        { name: 'a.html', bytes: page('one') },
        { name: 'a.html', bytes: page('two') },
        { name: 'link', target: 'https://cloud.example/file' },
        { name: 'icon', object: { '\x01Ole10Native': packagedObject('c.html', page('three')) } },
      ],
    });
    assert.deepEqual(attachedUrls(extraction), [
      'text 2/report.msg!link https://cloud.example/file',
      'attachment 2/report.msg!a.html https://one.example/',
      'attachment 2/report.msg!a.html (2) https://two.example/',
      'attachment 2/report.msg!icon!c.html https://three.example/',
    ]);
    assert.deepEqual(codesOf(extraction), ['office-object']);
    assert.equal(extraction.originals?.[0]?.urls.length, 4);
  });

  it('may carry another, as deep as the limit of nesting', async () => {
    const nested = (depth: number): MsgInput => ({
      subject: `level ${depth}`,
      body: `https://level${depth}.example/`,
      attachments: depth === 0 ? [] : [{ name: 'inner', message: nested(depth - 1) }],
    });
    const bytes = mailWith([{ name: 'r.msg', bytes: msgFile(nested(3)) }]);
    const whole = await extract(bytes);
    assert.equal(whole.originals?.length, 4);
    assert.ok(attachedUrls(whole).includes('text 2/r.msg!inner!inner!inner!body.txt https://level0.example/'));
    assert.deepEqual(codesOf(whole), []);
    const cut = await extract(bytes, { depth: 4 });
    assert.ok(codesOf(cut).includes('depth-cut'));
    assert.equal(urlsOf(cut).includes('https://level0.example/'), false);
  });

  it('is known by its bytes, and other files of that form are none', async () => {
    const unnamed = await extract(mailWith([{ name: 'x.dat', bytes: msgFile({ body: 'https://a.example/' }) }]));
    assert.equal(unnamed.originals?.length, 1);
    const other = await extract(mailWith([{ name: 'x.msg', bytes: compoundFile({ any: Buffer.from('x') }) }]));
    assert.deepEqual(other.originals, []);
  });

  it('whose tables lead in a circle, or to sizes that cannot be, gives what can be read', async () => {
    const sound = msgFile({ body: 'https://a.example/', html: Buffer.alloc(20_000, '<p>x') });
    const table = sound.readUInt32LE(76);
    const directory = sound.readUInt32LE(48);
    const started = performance.now();
    for (const [sector, next] of [
      [directory, directory],
      [directory + 1, directory],
      [0, 0],
    ] as const) {
      const broken = Buffer.from(sound);
      broken.writeUInt32LE(next, 512 * (table + 1) + 4 * sector);
      assert.ok(urlsOf(await extract(mailWith([{ name: 'r.msg', bytes: broken }]))).length > 0);
    }
    for (let at = 512 * (directory + 1); at < 512 * (directory + 3); at += 4) {
      // A size that cannot be, then an entry that is its own neighbour.
      for (const value of [0x7fffffff, 1, 2]) {
        const broken = Buffer.from(sound);
        broken.writeUInt32LE(value, at);
        assert.ok(urlsOf(await extract(mailWith([{ name: 'r.msg', bytes: broken }]))).length > 0);
      }
    }
    const rtf = packedRtf('{\\rtf1 https://rtf.example/}');
    rtf.writeUInt32LE(0x7ffffff0, 0);
    assert.deepEqual(urlsOf(await msg({ rtf })).slice(1), ['https://rtf.example/']);
    assert.ok(performance.now() - started < 10_000);
  });

  it('of thousands of files is cut', async () => {
    const attachments = Array.from({ length: 1200 }, (_, index) => ({ name: `${index}`, bytes: Buffer.from('x') }));
    const extraction = await msg({ body: 'https://body.msg.example/', attachments });
    assert.deepEqual(codesOf(extraction), ['file-cut']);
    assert.equal(extraction.attachments.length, 501);
  });
});
