import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { lurewatch } from '../../bench/extraction/contenders.js';
import { foundShare } from '../../bench/extraction/found-share.js';
import { families } from '../../bench/extraction/pathological.js';
import { type PhishingMail, phishingMails } from '../../bench/extraction/phishing-mails.js';
import { Score } from '../../bench/extraction/score.js';
import { inFolder } from '../support/folder.js';
import { bench } from '../support/run-bench.js';

const reportSchema = z.object({
  scenarios: z.array(
    z.object({
      name: z.string(),
      figures: z.array(z.object({ name: z.string(), value: z.number(), unit: z.string() })),
      tables: z.array(z.object({ rows: z.array(z.record(z.string(), z.union([z.string(), z.number()]))) })),
    }),
  ),
});

describe('the benchmark of extraction', () => {
  it('measures beside other readers, and what is found of the fixtures, without any server', () =>
    inFolder(async (folder) => {
      const args = ['--mails', '20', '--rounds', '1', '--results', folder];
      const run = await bench('extraction-rate', 'extraction-fixtures', ...args);
      assert.equal(run.status, 0, run.errors);
      for (const words of ['Lurewatch', 'mailparser alone', 'postal-mime', 'ioc-extractor', 'precision'])
        assert.ok(run.output.includes(words), `${words} is not in\n${run.output}`);
      const [file = ''] = await readdir(folder);
      const report = reportSchema.parse(JSON.parse(await readFile(join(folder, file), 'utf8')));
      const [rate, fixtures] = report.scenarios;
      assert.deepEqual([rate?.name, fixtures?.name], ['extraction-rate', 'extraction-fixtures']);
      assert.equal(rate?.tables[0]?.rows.length, 7);
      for (const { name, value } of [...(rate?.figures ?? []), ...(fixtures?.figures ?? [])])
        assert.ok(Number.isFinite(value), name);
    }));
});

describe('mails shaped like phishing', () => {
  const mails = phishingMails(400);

  it('are the same for the same seed, and others for others', () => {
    const raw = (list: readonly PhishingMail[]) => list.map((mail) => mail.raw);
    assert.deepEqual(raw(phishingMails(5)), raw(mails.slice(0, 5)));
    assert.notDeepEqual(raw(phishingMails(5, 2)), raw(mails.slice(0, 5)));
  });

  it('have the sizes, shapes and links of real ones', () => {
    const sizes = mails.map(({ raw }) => raw.length).sort((one, other) => one - other);
    const middle = sizes[200] ?? 0;
    assert.ok(middle > 15_000 && middle < 25_000, `${middle} bytes`);
    assert.deepEqual([...new Set(mails.map(({ shape }) => shape))].sort(), ['html', 'image', 'pdf', 'text']);
    for (const { shape, links } of mails)
      assert.ok(links.length >= (shape === 'text' ? 2 : 5) && links.length <= 41, `${links.length} links`);
  });

  it('are found out, all of them', async () => {
    const { found, wrong, missed, extras } = await foundShare(lurewatch, mails.slice(0, 120));
    assert.deepEqual({ found, wrong, missed, extras }, { found: 1, wrong: 0, missed: [], extras: [] });
  });
});

describe('the score', () => {
  it('counts what is right, missed and wrong', () => {
    const score = new Score();
    score.add(['a', 'b', 'c', 'c'], ['a', 'd']);
    score.add([], ['e', 'f']);
    assert.deepEqual([score.expected, score.missed, score.wrong], [4, ['d', 'e', 'f'], ['b', 'c']]);
    assert.deepEqual([score.precision, score.recall], [1 / 3, 1 / 4]);
  });
});

describe('hostile families', () => {
  it('grow with the size that is asked for', () => {
    for (const { name, make } of families) {
      const [small, large] = [make(10_000).length, make(40_000).length];
      assert.ok(small >= 10_000 && small < 26_000, `${name}: ${small}`);
      assert.ok(large / small > 2.5 && large / small < 4.5, `${name}: ${small}, ${large}`);
    }
  });
});
