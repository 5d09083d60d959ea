import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Extraction } from '../../../src/indicators/types.js';
import { attachedUrls, attachmentNamed, mailWith } from '../../support/attachments.js';
import { htmlInRtf, packedRtf } from '../../support/compound-file.js';
import { codesOf, extract, urlsOf } from '../../support/extraction.js';
import { type TnefInput, tnefFile } from '../../support/tnef-file.js';

function winmail(input: TnefInput): Promise<Extraction> {
  return extract(mailWith([{ name: 'winmail.dat', type: 'application/ms-tnef', bytes: tnefFile(input) }]));
}

const page = Buffer.from('<html><a href="https://inner.example/">x</a>');

describe('TNEF', () => {
  it('is the mail once more: its texts are searched as those of the mail', async () => {
    const rtf = packedRtf(htmlInRtf([{ tag: '<a href="https://rtf.example/">' }, { text: 'x' }]));
    const html = Buffer.from('<a href="https://html.example/">x</a>');
    const extraction = await winmail({ body: 'https://text.example/', html, rtf });
    assert.deepEqual(attachedUrls(extraction), [
      'click 2/winmail.dat!body.html https://html.example/',
      'click 2/winmail.dat!body.rtf https://rtf.example/',
      'text 2/winmail.dat!body.txt https://text.example/',
    ]);
    assert.deepEqual(extraction.originals, []);
    assert.deepEqual(codesOf(extraction), []);
  });

  it('has its files under their long names, hashed and looked into', async () => {
    const attachments = [
      { title: 'INVOIC~1.HTM', longName: 'invoice of today.html', bytes: page },
      { title: 'b.exe', bytes: Buffer.from('MZ') },
    ];
    const extraction = await winmail({ attachments });
    assert.deepEqual(attachedUrls(extraction), [
      'attachment 2/winmail.dat!invoice of today.html https://inner.example/',
    ]);
    assert.deepEqual(
      extraction.attachments.map(({ fileName, type }) => [fileName, type]),
      [
        ['winmail.dat', 'application/vnd.ms-tnef'],
        ['invoice of today.html', 'text/html'],
        ['b.exe', 'application/x-msdownload'],
      ],
    );
    assert.equal(attachmentNamed(extraction, 'b.exe').sizeBytes, 2);
  });

  it('may hold messages, which the mail carries', async () => {
    const inner = { subject: 'Inner', messageId: '<i@evil.example>', body: 'https://carried.example/' };
    const extraction = await winmail({ attachments: [{ title: 'Inner', message: inner }] });
    assert.deepEqual(attachedUrls(extraction), ['text 2/winmail.dat!Inner!body.txt https://carried.example/']);
    const [original] = extraction.originals ?? [];
    assert.deepEqual([original?.subject, original?.messageId], ['Inner', '<i@evil.example>']);
    assert.deepEqual(original?.urls, ['https://carried.example/']);
  });

  it('is known by its bytes alone', async () => {
    const extraction = await extract(mailWith([{ name: 'x', bytes: tnefFile({ body: 'https://a.example/' }) }]));
    assert.deepEqual(urlsOf(extraction).slice(1), ['https://a.example/']);
  });

  it('that nests deeper than the limit is cut', async () => {
    let input: TnefInput = { body: 'https://deepest.example/' };
    for (let level = 0; level < 30; level++) input = { attachments: [{ title: 'm', message: input }] };
    const extraction = await winmail(input);
    assert.ok(codesOf(extraction).includes('depth-cut'));
    assert.equal(urlsOf(extraction).includes('https://deepest.example/'), false);
  });

  it('of ten thousand files is cut', async () => {
    const attachments = Array.from({ length: 10_000 }, (_, index) => ({ title: `${index}`, bytes: Buffer.from('x') }));
    const extraction = await winmail({ body: 'https://a.example/', attachments });
    assert.deepEqual(codesOf(extraction), ['file-cut']);
    assert.equal(extraction.attachments.length, 501);
  });

  it('that ends early or counts what is not there gives what can be read', async () => {
    const bytes = tnefFile({ body: 'https://a.example/', attachments: [{ title: 'a.html', bytes: page }] });
    const cut = await extract(mailWith([{ name: 'w', bytes: bytes.subarray(0, bytes.length - 40) }]));
    assert.ok(urlsOf(cut).includes('https://a.example/'));
    assert.deepEqual(codesOf(cut), ['attachment-unreadable']);
    for (let at = 6; at < bytes.length; at += 3) {
      const broken = Buffer.from(bytes);
      broken.fill(0xff, at, Math.min(at + 4, broken.length));
      assert.ok(urlsOf(await extract(mailWith([{ name: 'w', bytes: broken }]))).length > 0);
    }
  });
});
