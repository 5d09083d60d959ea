import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createExtractionPool } from '../../src/indicators/extraction-pool.js';
import { extract } from '../support/extraction.js';
import { textMail } from '../support/hostile-mails.js';
import { type Failure, readChecked, runCampaign } from './campaign.js';
import { faultOf, lateFault } from './check-extraction.js';
import { fuzzCorpus } from './fuzz-corpus.js';
import { mutatedMail } from './mutated-mail.js';
import { mutations } from './mutations.js';

describe('mutated mails', () => {
  it('are all read, in time, and give what is well formed', async () => {
    const failures: Failure[] = [];
    const result = await runCampaign({
      corpus: await fuzzCorpus(),
      seed: 20261122,
      // The machine may have other things to do.
      deadlineSeconds: 10,
      goOn: (done) => done < 400,
      onFailure: (failure) => failures.push(failure),
    });
    assert.deepEqual(
      failures.map(({ number, how, fault }) => ({ number, how, fault })),
      [],
    );
    assert.equal(result.done, 400);
  });

  it('are the same for the same seed and number, and others for others', async () => {
    const corpus = await fuzzCorpus();
    assert.deepEqual(mutatedMail(corpus, 7, 3), mutatedMail(corpus, 7, 3));
    assert.notDeepEqual(mutatedMail(corpus, 7, 3).raw, mutatedMail(corpus, 7, 4).raw);
    assert.notDeepEqual(mutatedMail(corpus, 7, 3).raw, mutatedMail(corpus, 8, 3).raw);
    const used = new Set(Array.from({ length: 400 }, (_, number) => mutatedMail(corpus, 7, number).how).flat());
    assert.deepEqual(
      Object.keys(mutations).filter((name) => !used.has(name)),
      [],
    );
  });
});

describe('the check of an answer', () => {
  it('tells what is wrong with it', async () => {
    const good = await extract(textMail('https://a.example/'));
    assert.equal(faultOf(good), null);
    const url = { url: 'https://a.example/', kind: 'text' } as const;
    const bad = [
      [{ ...good, messageId: 'half \ud83d' }, /half a character/],
      [{ ...good, dateMs: Number.NaN }, /no extraction/],
      [{ ...good, findings: [{ code: 'parser-failed', text: '' }] }, /^parser-failed$/],
      [{ ...good, urls: [url, url] }, /twice/],
      [{ ...good, urls: [{ ...url, url: 'https://a.example' }] }, /not written as/],
      [{ ...good, urls: [{ ...url, url: 'javascript:x' }] }, /scheme/],
      [{ ...good, urls: [{ ...url, url: 'a.example' }] }, /no URL/],
    ] as const;
    for (const [extraction, words] of bad) assert.match(faultOf(extraction) ?? '', words);
    assert.equal(faultOf({ ...good, subject: 'a literal \\ud83d' }), null);
  });

  it('tells of attachments that took too long, and not of those that were given up at once', () => {
    assert.equal(lateFault(['attachments-cut'], 1100, 2), 'attachments-cut');
    assert.equal(lateFault(['attachments-cut'], 900, 2), null);
    assert.equal(lateFault(['archive-cut'], 1100, 2), null);
  });

  it('tells of a thread that dies', async () => {
    const pool = createExtractionPool({
      threads: 1,
      threadFile: new URL('../support/hostile-thread.js', import.meta.url),
    });
    try {
      assert.equal((await readChecked(pool, textMail('x', ['X-Throw: y']))).fault, 'parser-failed');
      assert.equal((await readChecked(pool, textMail('x', ['X-Stall: y']), 0.2)).fault, 'time-cut');
    } finally {
      await pool.close();
    }
  });
});
