import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { createExtractionPool } from '../../src/indicators/extraction-pool.js';
import { codesOf, limits, urlsOf } from '../support/extraction.js';
import {
  deepMessages,
  deepMultiparts,
  hostileMails,
  htmlTraps,
  manyParts,
  messagesReadTwice,
  rawMail,
  textTraps,
  trapMail,
  visibleUrl,
} from '../support/hostile-mails.js';

describe('hostile mail', () => {
  const pool = createExtractionPool({ threads: 2 });
  after(() => pool.close());

  it('each still becomes an extraction with what people would see, and its neighbours are unharmed', async () => {
    const mails = hostileMails();
    const neighbour = rawMail([], 'https://neighbour.example/');
    const jobs = mails.flatMap(({ raw }) => [{ bytes: raw }, { bytes: neighbour }]);
    const extractions = await pool.extractMany(jobs, limits);
    for (const [index, { name }] of mails.entries()) {
      const extraction = extractions[index * 2];
      const beside = extractions[index * 2 + 1];
      assert.ok(extraction && beside);
      assert.ok(urlsOf(extraction).includes(visibleUrl), name);
      assert.deepEqual(
        codesOf(extraction).filter((code) => /^(?:time|memory|attachments)-cut$/.test(code)),
        [],
        name,
      );
      assert.deepEqual(urlsOf(beside), ['https://neighbour.example/'], name);
      assert.deepEqual(codesOf(beside), [], name);
    }
  });

  const cuts: readonly (readonly [string, Buffer, string])[] = [
    ['5,000 nested multiparts', deepMultiparts(5000), 'depth-cut'],
    ['5,000 nested messages', deepMessages(5000), 'depth-cut'],
    ['200 messages that are read in two ways', messagesReadTwice(200), 'depth-cut'],
    ['3,000 parts', manyParts(3000), 'parts-cut'],
    ['a header of a megabyte', rawMail([`X-Long: ${'a'.repeat(1_000_000)}`], visibleUrl), 'header-cut'],
    [
      '50,000 Content-Type parameters',
      hostileMails().find(({ name }) => name.startsWith('50,000'))?.raw ?? Buffer.alloc(0),
      'header-cut',
    ],
    ['17 MB of text', rawMail([], `${visibleUrl}\r\n${'text\r\n'.repeat(2_900_000)}`), 'text-cut'],
  ];
  for (const [what, raw, code] of cuts) {
    it(`of ${what} says ${code}`, async () => {
      const extraction = await pool.extract({ bytes: raw }, limits);
      assert.ok(codesOf(extraction).includes(code), codesOf(extraction).join());
      assert.ok(urlsOf(extraction).includes(visibleUrl));
    });
  }

  for (const [html, traps] of [
    [false, textTraps],
    [true, htmlTraps],
  ] as const) {
    for (const { name, unit } of traps) {
      it(`made of ${name} (${html ? 'HTML' : 'text'}) is read in full at 10, 40 and 160 kB`, async () => {
        const jobs = [10_000, 40_000, 160_000].map((bytes) => ({ bytes: trapMail(unit, bytes, html) }));
        for (const extraction of await pool.extractMany(jobs, limits)) {
          assert.ok(urlsOf(extraction).includes(visibleUrl));
          assert.equal(
            codesOf(extraction).some((code) => code === 'time-cut' || code === 'memory-cut'),
            false,
          );
        }
      });
    }
  }
});
