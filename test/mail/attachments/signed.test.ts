import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readCms } from '../../../src/mail/attachments/signed-data.js';
import { attachedUrls, base64Lines, mailWith } from '../../support/attachments.js';
import { codesOf, extract, urlsOf } from '../../support/extraction.js';
import { growth } from '../../support/processor-time.js';
import { smimeSample } from '../../support/smime-samples.js';

const url = 'https://signed.attacker.example/';

describe('a mail that is signed as a whole', () => {
  for (const sample of ['whole', 'inPieces'] as const) {
    it(`is read as the mail's own text: ${sample}`, async () => {
      const header = [
        'Subject: signed',
        'Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m',
      ];
      const lines = [...header, 'Content-Transfer-Encoding: base64', '', base64Lines(smimeSample(sample)), ''];
      const { urls, originals } = await extract(lines.join('\r\n'));
      assert.deepEqual(
        urls.map((found) => [found.kind, found.url]),
        [['click', url]],
      );
      assert.deepEqual(originals, [], 'it carries nobody');
    });

    it(`is read as an attached file, whatever it is called: ${sample}`, async () => {
      const raw = mailWith([{ name: 'invoice.bin', bytes: smimeSample(sample) }]);
      assert.deepEqual(attachedUrls(await extract(raw)), [`click 2/invoice.bin!1 ${url}`]);
    });
  }

  it('is read as far as it goes where it was cut off', async () => {
    for (const sample of ['whole', 'inPieces'] as const) {
      const bytes = smimeSample(sample);
      const end = bytes.indexOf('open</a>');
      assert.deepEqual(attachedUrls(await extract(mailWith([{ name: 'a.p7m', bytes: bytes.subarray(0, end) }]))), [
        `click 2/a.p7m!1 ${url}`,
      ]);
    }
  });

  it('a signature beside the text encloses nothing', async () => {
    const extraction = await extract(mailWith([{ name: 'smime.p7s', bytes: smimeSample('detached') }]));
    assert.deepEqual([attachedUrls(extraction), codesOf(extraction)], [[], []]);
  });

  it('an encrypted one says that it could not be searched', async () => {
    const extraction = await extract(mailWith([{ name: 'smime.p7m', bytes: smimeSample('encrypted') }]));
    assert.deepEqual([attachedUrls(extraction), codesOf(extraction)], [[], ['message-encrypted']]);
  });

  it('another within it, and another, end at the limit of nesting', async () => {
    const oid = Buffer.from('06092a864886f70d010702', 'hex');
    const sized = (tag: number, ...content: readonly Buffer[]) => {
      const all = Buffer.concat(content);
      return Buffer.concat([Buffer.from([tag, 0x84]), uint32(all.length), all]);
    };
    const data = Buffer.from('06092a864886f70d010701', 'hex');
    const number = Buffer.from('020101', 'hex');
    const wrapped = (entity: Buffer) =>
      sized(
        0x30,
        oid,
        sized(0xa0, sized(0x30, number, sized(0x31), sized(0x30, data, sized(0xa0, sized(0x04, entity))))),
      );
    let entity = Buffer.from(`Content-Type: text/plain\r\n\r\n${url}\r\n`);
    const head = 'Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n';
    for (let depth = 0; depth < 5; depth++) entity = Buffer.concat([Buffer.from(head), wrapped(entity)]);
    assert.deepEqual(urlsOf(await extract(entity)), [url]);
    const cut = await extract(entity, { depth: 3 });
    assert.deepEqual([urlsOf(cut), codesOf(cut)], [[], ['depth-cut']]);
  });
});

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

describe('hostile signed data', () => {
  const start = smimeSample('inPieces').subarray(0, 60);

  it('any bytes give a result', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(60), (bytes, kept) => {
        readCms(Buffer.concat([start.subarray(0, kept), bytes]));
      }),
      { numRuns: 2000 },
    );
  });

  for (const piece of ['0400', '2480', '3080', '04', '0000', '040141', '248004014100000000']) {
    it(`takes time linear in its bytes: ${piece}`, () => {
      const times = growth((bytes) => readCms(Buffer.concat([start, Buffer.alloc(bytes, Buffer.from(piece, 'hex'))])));
      assert.ok(times < 64, `16 times the input costs ${times.toFixed(0)} times as much`);
    });
  }
});
