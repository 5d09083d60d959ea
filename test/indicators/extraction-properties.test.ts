import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createExtractionPool } from '../../src/indicators/extraction-pool.js';
import { extractMessage } from '../../src/mail/parse-message.js';
import { readCorpus } from '../fixtures/mails/corpus.js';
import { faultOf } from '../fuzz/check-extraction.js';
import { mutatedMail } from '../fuzz/mutated-mail.js';
import { codesOf, extract, limits, urlsOf } from '../support/extraction.js';
import { htmlMail, textMail } from '../support/hostile-mails.js';
import { anyUrl } from '../support/url-arbitrary.js';

/** What mail is made of, in any order. */
const pieces = fc.constantFrom(
  ...['Content-Type: text/html; charset=utf-8\r\n', 'Content-Type: multipart/mixed; boundary=b\r\n', 'Subject: =?utf-8?B?'],
  ...['Content-Transfer-Encoding: base64\r\n', 'Content-Transfer-Encoding: quoted-printable\r\n', 'Message-ID: <a@b>\r\n'],
  ...['Content-Disposition: attachment; filename=a.zip\r\n', 'Content-Type: message/rfc822\r\n', 'charset=utf-16\r\n'],
  ...['\r\n\r\n', '\r\n', '\n', '--b\r\n', '--b--\r\n', '=\r\n', '=3D', '?=', 'aHR0cHM6Ly9hLmV4YW1wbGUv', 'PK\x03\x04', '%PDF-1.7\n'],
  ...['https://a.example/', '<a href="', '">', '<base href="', 'hxxp[:]//', '[.]', 'atob("', '<script>', '<!--', '\u{1f642}', '\ud83d'],
); // biome-ignore format: a word list

const corpus = (await readCorpus()).map(({ raw }) => raw);

/** What tells how a message is encoded comes behind line endings, which are of it too. */
const emptyLinesFirst = Buffer.from(
  'Content-Transfer-Encoding: base64\r\nContent-Type: message/rfc822\r\n\r\n\r\nContent-Type: text/html\r\n',
);

/** What the pool says of a mail whose reading did not come to its end in time. */
const gaveUpSteps: ReadonlySet<string> = new Set(['read-plainly', 'read-simply', 'not-read']);

describe('whatever bytes come', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 600 }).map((array) => Buffer.from(array)),
    fc
      .array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 60 })
      .map((all) => Buffer.from(all.join(''))),
    fc.array(pieces, { maxLength: 60 }).map((all) => Buffer.from(all.join(''), 'utf16le')),
  );

  it('give a result that is well formed', () =>
    fc.assert(
      fc.asyncProperty(bytes, async (raw) => assert.equal(faultOf(await extract(raw)), null)),
      { numRuns: 500 },
    ));

  it('give the same result, in how many pieces they may come', () =>
    fc.assert(
      fc.asyncProperty(bytes, fc.integer({ min: 1, max: 50 }), async (raw, size) => {
        const chunks = Array.from({ length: Math.ceil(raw.length / size) }, (_, index) =>
          raw.subarray(index * size, (index + 1) * size),
        );
        assert.deepEqual(await extractMessage(chunks, limits), await extract(raw));
      }),
      { numRuns: 200, examples: [[emptyLinesFirst, 1]] },
    ));

  it('give an answer of the threads each, none of them counted above its deadline', (test) => {
    const pool = createExtractionPool({ threads: 1 });
    test.after(() => pool.close());
    const mutated = fc.nat().map((number) => mutatedMail(corpus, 23, number).raw);
    // Much more than any of these takes: what the pool counts goes on while a busy machine does other things.
    const patient = { ...limits, seconds: 60 };
    return fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(bytes, mutated), { minLength: 1, maxLength: 6 }), async (mails) => {
        const answers = await pool.extractMany(
          mails.map((raw) => ({ bytes: raw })),
          patient,
        );
        assert.equal(answers.length, mails.length);
        for (const answer of answers) {
          // `time-cut`, too: a reading that went over the deadline.
          assert.equal(faultOf(answer), null);
          assert.ok(
            codesOf(answer).every((code) => !gaveUpSteps.has(code)),
            codesOf(answer).join(' '),
          );
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('what was found', () => {
  const urls = fc.array(anyUrl({ unicode: true, anySign: false }), { minLength: 1, maxLength: 12 });

  it('is found again in a text that lists it, and nothing else', () =>
    fc.assert(
      fc.asyncProperty(urls, async (written) => {
        const once = urlsOf(await extract(textMail(written.join('\r\n'))));
        const again = urlsOf(await extract(textMail(once.join('\r\n'))));
        assert.deepEqual(again, once);
      }),
      { numRuns: 200 },
    ));

  it('is found again in a page that links it, and nothing else', () => {
    const links = fc.array(anyUrl({ unicode: true, anySign: true }), { minLength: 1, maxLength: 12 });
    const page = (list: readonly string[]) =>
      htmlMail(
        list.map((url) => `<a href="${url.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}">x</a>`).join('\n'),
      );
    return fc.assert(
      fc.asyncProperty(links, async (written) => {
        const once = urlsOf(await extract(page(written)));
        assert.deepEqual(urlsOf(await extract(page(once))), once);
      }),
      { numRuns: 200 },
    );
  });
});
