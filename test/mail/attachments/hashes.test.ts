import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { attachmentSink, keptBudget } from '../../../src/mail/attachments/attachment-sink.js';
import { extractMessage } from '../../../src/mail/parse-message.js';
import { base64Lines, mailWith } from '../../support/attachments.js';
import { codesOf, extract, limits } from '../../support/extraction.js';

function hashesOf(bytes: Buffer) {
  const hash = (name: string) => createHash(name).update(bytes).digest('hex');
  return { md5: hash('md5'), sha1: hash('sha1'), sha256: hash('sha256') };
}

function mail(encoding: string, body: string | Buffer, type = 'application/x-thing'): Buffer {
  const head = `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: ${type}; name=x\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(body), Buffer.from('\r\n--b--\r\n')]);
}

const binary = randomBytes(20_000);
const lines = Buffer.from('one\r\ntwo = 2\r\n\r\nthr\u00e9e\r\n');
const message = 'From: a@a.example\r\nSubject: s\r\n\r\nbody\r\n';

describe('the hashes of an attachment', () => {
  const encodings: readonly (readonly [string, Buffer, Buffer])[] = [
    ['base64', mail('base64', base64Lines(binary)), binary],
    ['base64 on one line', mail('base64', binary.toString('base64')), binary],
    ['base64 in pieces that are each padded', mail('base64', 'YQ==\r\nYmM=\r\nZA=='), Buffer.from('abcd')],
    ['base64 with rubbish between', mail('base64', 'Y!Q =\r\n=(Ym\r\nM)='), Buffer.from('abc')],
    ['base64 that ends too early', mail('base64', 'YWJjZ'), Buffer.from('abc')],
    [
      'quoted-printable',
      mail('quoted-printable', 'one\r\ntwo =3D =\r\n2\r\n\r\nthr=C3=A9e\r\n'.replace('=3D =\r\n', '=3D ')),
      lines,
    ],
    ['quoted-printable with soft line breaks', mail('quoted-printable', 'a=  \r\nb=\nc=4'), Buffer.from('abc=4')],
    ['7bit', mail('7bit', 'plain\r\nlines\r\n'), Buffer.from('plain\r\nlines\r\n')],
    ['7bit with an empty line at the end', mail('7bit', 'x\r\n\r\n'), Buffer.from('x\r\n\r\n')],
    ['8bit', mail('8bit', lines), lines],
    ['binary', mail('binary', Buffer.from('a\rb\n\rc\0\r')), Buffer.from('a\rb\n\rc\0\r')],
    ['nothing at all', mail('base64', ''), Buffer.alloc(0)],
    ['an attached message', mail('7bit', message, 'message/rfc822'), Buffer.from(message)],
    ['an attached message in base64', mail('base64', btoa(message), 'message/rfc822'), Buffer.from(message)],
  ];
  for (const [what, raw, expected] of encodings) {
    it(`are of its decoded bytes: ${what}`, async () => {
      for (const size of [raw.length, 1000, 7, 1]) {
        if (raw.length / size > 200_000) continue;
        const { attachments } = await extractMessage(pieces(raw, size), limits);
        const { md5, sha1, sha256, sizeBytes } = attachments[0] ?? {};
        assert.deepEqual({ md5, sha1, sha256 }, hashesOf(expected), `in pieces of ${size}`);
        assert.equal(sizeBytes, expected.length);
      }
    });
  }

  it('are of the whole, though only its beginning is kept', async () => {
    const large = Buffer.alloc(11 * 1024 * 1024, '-\n');
    const extraction = await extract(mailWith([{ name: 'large.txt', bytes: large }]));
    assert.equal(extraction.attachments[0]?.sha256, hashesOf(large).sha256);
    assert.ok(codesOf(extraction).includes('attachment-too-large'));
  });

  it('are there of a message in a message, and of what is attached to it', async () => {
    const inner = mailWith([{ name: 'x.bin', bytes: binary }]).toString('latin1');
    const raw = mail('7bit', inner.replaceAll('--b', '--c').replace('boundary="b"', 'boundary="c"'), 'message/rfc822');
    const { attachments } = await extract(raw);
    assert.deepEqual(
      attachments.map(({ part, sha256 }) => [part, sha256?.length]),
      [
        ['1', 64],
        ['1.2', 64],
      ],
    );
    assert.equal(attachments[1]?.sha256, hashesOf(binary).sha256);
  });
});

describe('an attachment that cannot be looked into', () => {
  it('leaves nothing in memory but its beginning', () => {
    const chunk = randomBytes(64 * 1024);
    const budget = keptBudget();
    const before = budget.leftBytes;
    const sink = attachmentSink({ encoding: '', hashed: true, budget, wanted: () => false }, (content) => {
      assert.equal(content.sizeBytes, 400 * chunk.length);
      assert.equal(content.kept, null);
      assert.equal(content.start.buffer.byteLength <= 8192, true);
    });
    for (let count = 0; count < 400; count++) sink.take(chunk);
    sink.close(false);
    assert.equal(budget.leftBytes, before);
  });
});

function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
