import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { generatedMail, generatedMails } from '../../bench/generated-mails.js';
import { identityOf } from '../../src/mail/identity.js';
import { inFolder } from '../support/folder.js';
import { bench } from '../support/run-bench.js';

const positive = z.number().positive();
const reportSchema = z.object({
  machine: z.object({ node: z.string(), cores: positive }),
  scenarios: z.tuple([
    z.object({
      name: z.literal('instant'),
      corpus: z.literal('generated'),
      figures: z.array(z.object({ name: z.string(), value: positive })),
      lurewatch: z.tuple([
        z.object({
          mails: z.number(),
          requests: z.number(),
          cases: z.number(),
          unreadAfter: z.number(),
          mailsPerSecond: positive,
          history: z.object({
            workflows: z.number(),
            events: positive,
            bytes: positive,
            stages: z.array(z.object({ name: z.string(), calls: positive, seconds: positive })),
          }),
        }),
      ]),
      loop: z.tuple([
        z.object({ mails: z.number(), requests: z.number(), cases: z.number(), mailsPerSecond: positive }),
      ]),
    }),
  ]),
});

describe('the benchmark', () => {
  it('measures a poll beside the loop, prints a table and keeps the figures', () =>
    inFolder(async (folder) => {
      const run = await bench('instant', '--mails', '40', '--rounds', '1', '--generated', '--results', folder);
      assert.equal(run.status, 0, run.errors);
      for (const words of ['Lurewatch', 'loop', 'of the loop', 'prepareAlerts', 'worker peak MB']) {
        assert.ok(run.output.includes(words), `${words} is not in\n${run.output}`);
      }
      const [file = ''] = await readdir(folder);
      assert.ok(run.output.includes(join(folder, file)), 'it says where the figures are');
      const report = reportSchema.parse(JSON.parse(await readFile(join(folder, file), 'utf8')));
      const [{ lurewatch, loop }] = report.scenarios;
      const { mails, requests, cases, unreadAfter, history } = lurewatch[0];
      assert.deepEqual({ mails, requests, cases, unreadAfter }, { mails: 40, requests: 40, cases: 40, unreadAfter: 0 });
      assert.deepEqual([loop[0].mails, loop[0].requests, loop[0].cases], [40, 40, 40]);
      assert.equal(history.workflows, 2, 'the poll and its one batch');
      assert.deepEqual(
        history.stages.map(({ name }) => name),
        ['workflow tasks', 'listUnread', 'prepareAlerts', '  fetch', '  extract', '  build', 'postAlerts', 'markSeen'],
      );
    }));

  it('says what is wrong with its arguments', async () => {
    for (const [args, words] of [
      [['quick'], /there is no scenario "quick"/],
      [['instant', '--mails', 'many'], /--mails takes a whole number/],
      [['feeds-read', '--rows', '0'], /--rows takes a whole number/],
      [['--speed'], /Unknown option '--speed'/],
    ] as const) {
      const { status, errors } = await bench(...args);
      assert.equal(status, 2, errors);
      assert.match(errors, words);
    }
  });
});

describe('generated mails', () => {
  it('are the same for the same number, and no two alike', () => {
    const mails = generatedMails(300);
    assert.equal(new Set(mails.map(identityOf)).size, 300);
    assert.deepEqual(generatedMail(7), mails[6]);
    const sizes = mails.map(({ length }) => length).sort((left, right) => left - right);
    const median = sizes[150] ?? 0;
    assert.ok(median > 15_000 && median < 35_000, `${median} bytes`);
  });

  it('carry their attachment where it is asked for', () => {
    const [small, large] = generatedMails(2, { attachment: { sizeBytes: 1_000_000, every: 2 } });
    assert.ok((small?.length ?? 0) < 100_000);
    assert.ok((large?.length ?? 0) > 1_300_000);
  });
});
