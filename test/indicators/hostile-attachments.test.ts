import assert from 'node:assert/strict';
import { after, describe, it, type TestContext } from 'node:test';
import { createExtractionPool, type ExtractionPoolOptions } from '../../src/indicators/extraction-pool.js';
import { bodyUrl, mailWith, packedStream, pdfFile } from '../support/attachments.js';
import { codesOf, limits, urlsOf } from '../support/extraction.js';
import { deepMessages, deepMultiparts, rawMail } from '../support/hostile-mails.js';
import { zipFile } from '../support/zip-file.js';

const hostileThread = new URL('../support/hostile-thread.js', import.meta.url);
const soon = { ...limits, seconds: 2 };
const page = Buffer.from('<a href="https://page.example/">x</a>');
const neighbour = rawMail([], 'https://neighbour.example/');

describe('a hostile attachment', () => {
  const pool = createExtractionPool({ threads: 1 });
  after(() => pool.close());

  function hostileThreads(test: TestContext, options: Partial<ExtractionPoolOptions> = {}) {
    const created = createExtractionPool({ threads: 1, threadFile: hostileThread, ...options });
    test.after(() => created.close());
    return created;
  }

  const attached: readonly (readonly [string, string, Buffer])[] = [
    ['5,000 nested multiparts', 'a.eml', deepMultiparts(5000)],
    ['5,000 nested messages', 'a.eml', deepMessages(5000)],
    ['a PDF of nothing but streams', 'a.pdf', Buffer.from(`%PDF-1.7\n${'1 0 obj <<>> stream\n'.repeat(50_000)}`)],
    ['a PDF of objects that contain each other', 'a.pdf', pdfFile({ trailer: '/Prev 9 /Prev 0 /XRefStm 9' })],
    ['a PDF whose pages are their own parents', 'a.pdf', loopingPdf()],
    ['a PDF of very deep arrays', 'a.pdf', pdfFile({ moreObjects: ['['.repeat(200_000)] })],
    [
      'a PDF packed twice',
      'a.pdf',
      pdfFile({ moreObjects: [packedStream(Buffer.alloc(10_000), '/Filter /FlateDecode')] }),
    ],
    ['a zip of nothing but headers', 'a.zip', Buffer.from('PK\x03\x04'.repeat(500_000), 'latin1')],
    ['a zip of nothing but directory entries', 'a.zip', Buffer.from('PK\x01\x02'.repeat(500_000), 'latin1')],
    ['a gzip of nothing', 'a.gz', Buffer.from('\x1f\x8b\x08', 'latin1')],
    ['HTML of unfinished tags', 'a.html', Buffer.from(`<html>${'<'.repeat(300_000)}`)],
    ['text of punycode labels', 'a.txt', Buffer.from('xn--a.'.repeat(50_000))],
    ['header lines without end', 'a.eml', Buffer.from('X-A: b\r\n '.repeat(100_000))],
  ];
  for (const [what, name, bytes] of attached) {
    it(`of ${what} costs neither the body nor the next attachment nor the next mail`, async () => {
      const files = [
        { name, bytes },
        { name: 'page.html', bytes: page },
      ];
      const [extraction, beside] = await pool.extractMany([{ bytes: mailWith(files) }, { bytes: neighbour }], limits);
      assert.ok(extraction && beside);
      assert.ok(urlsOf(extraction).includes(bodyUrl));
      assert.ok(urlsOf(extraction).includes('https://page.example/'));
      for (const code of ['time-cut', 'memory-cut', 'parser-failed', 'attachments-cut']) {
        assert.equal(codesOf(extraction).includes(code), false, code);
      }
      assert.deepEqual(urlsOf(beside), ['https://neighbour.example/']);
    });
  }

  it('that takes all the time is given up; everything else of the mail is still read', async (test) => {
    const stalling = mailWith([{ name: 'page.html', bytes: page }], ['X-Heavy: y', 'X-Stall: y']);
    const jobs = [{ bytes: neighbour }, { bytes: stalling }, { bytes: neighbour }];
    const [before, extraction, behind] = await hostileThreads(test).extractMany(jobs, soon);
    assert.ok(before && extraction && behind);
    assert.deepEqual(codesOf(extraction), ['attachments-cut']);
    assert.deepEqual(urlsOf(extraction), [bodyUrl, 'https://page.example/']);
    assert.equal(extraction.attachments[0]?.sha256?.length, 64);
    for (const beside of [before, behind]) assert.deepEqual(urlsOf(beside), ['https://neighbour.example/']);
  });

  it('that takes all the memory, or ends the thread, is given up too', async (test) => {
    const threads = hostileThreads(test, { threadMemoryMb: 64 });
    for (const trap of ['X-Devour: y', 'X-Exit: y', 'X-Throw: y']) {
      const extraction = await threads.extract({ bytes: mailWith([], ['X-Heavy: y', trap]) }, limits);
      assert.deepEqual(codesOf(extraction), ['attachments-cut'], trap);
      assert.deepEqual(urlsOf(extraction), [bodyUrl], trap);
    }
  });

  it('of which the PDF library leaves a failed promise behind ends no thread; other code that does is a defect', async (test) => {
    const threads = hostileThreads(test);
    const read = async (header: string) =>
      codesOf(await threads.extract({ bytes: rawMail([header], 'Hello') }, limits));
    assert.deepEqual(await read('X-Stray-Of-Pdf: y'), []);
    assert.equal((await read('X-Stray: y'))[0], 'parser-failed');
  });

  it('in a mail that is too much without it leaves a plain reading', async (test) => {
    const raw = mailWith([], ['X-Heavy: y', 'X-Heavy-Always: y', 'X-Stall: y']);
    const extraction = await hostileThreads(test).extract({ bytes: raw }, soon);
    assert.equal(codesOf(extraction)[0], 'time-cut');
    assert.deepEqual(urlsOf(extraction), [bodyUrl]);
  });

  it('that keeps the PDF library busy far beyond the deadline costs only what the library would have found', async () => {
    const busy = mailWith([{ name: 'busy.pdf', bytes: busyPdf() }]);
    // No clock is looked at. The deadline leaves room for what is read again without the library, which takes
    // milliseconds, and to its end the library would read for minutes.
    const jobs = [{ bytes: busy }, { bytes: neighbour }];
    const [extraction, beside] = await pool.extractMany(jobs, { ...limits, seconds: 6 });
    assert.ok(extraction && beside);
    assert.deepEqual(codesOf(extraction), ['attachments-cut']);
    assert.deepEqual(urlsOf(extraction), [bodyUrl, 'https://link.example/']);
    assert.deepEqual(urlsOf(beside), ['https://neighbour.example/']);
  });

  it('leaves the others of the mail their turn: messages and small texts come first', async () => {
    const bomb = zipFile(
      Array.from({ length: 8 }, (_, index) => ({ name: `${index}.bin`, bytes: Buffer.alloc(9_000_000) })),
    );
    const extraction = await pool.extract(
      {
        bytes: mailWith([
          { name: 'bomb.zip', bytes: bomb },
          { name: 'page.html', bytes: page },
        ]),
      },
      limits,
    );
    assert.deepEqual(codesOf(extraction), ['archive-cut']);
    assert.deepEqual(urlsOf(extraction), [bodyUrl, 'https://page.example/']);
  });

  it('large and of no kind that is opened costs the thread no memory', async () => {
    const large = mailWith([{ name: 'film.mp4', bytes: Buffer.alloc(25_000_000, '\0\x01\x02\x03') }]);
    const extraction = await pool.extract({ bytes: large }, limits);
    assert.equal(extraction.attachments[0]?.sizeBytes, 25_000_000);
    assert.deepEqual(codesOf(extraction), []);
  });
});

/** One page that draws the same large form again and again: small, and quickly searched for links. */
function busyPdf(): Buffer {
  const form = packedStream(
    Buffer.from(`BT /F1 12 Tf ${'1 0 0 1 9 9 Tm '.repeat(70_000)}(https://drawn.example/) Tj ET`),
    '/Type /XObject /Subtype /Form /BBox [0 0 300 300] /Resources << /Font << /F1 3 0 R >> >>',
  );
  return pdfFile({
    links: ['(https://link.example/)'],
    content: Buffer.from('/Drawn Do '.repeat(2000)),
    resources: '/XObject << /Drawn 6 0 R >>',
    moreObjects: [form],
  });
}

function loopingPdf(): Buffer {
  const whole = pdfFile({ links: ['(https://loop.example/)'] }).toString('latin1');
  return Buffer.from(whole.replace('/Kids [4 0 R]', '/Kids [2 0 R]').replace('/Count 1', '/Count 9'), 'latin1');
}
