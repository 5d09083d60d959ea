import type { Extraction } from '../../src/indicators/types.js';
import { extractMessage } from '../../src/mail/parse-message.js';
import { type CorpusMail, readCorpus } from '../../test/fixtures/mails/corpus.js';
import type { ExpectedMail } from '../../test/fixtures/mails/expected.js';
import { contenders } from '../extraction/contenders.js';
import { benchLimits } from '../extraction/limits.js';
import { Score } from '../extraction/score.js';
import type { SiteFreeScenario, TableRow } from '../scenario.js';

interface Measure {
  readonly name: string;
  found(extraction: Extraction): readonly string[];
  expected(mail: ExpectedMail): readonly string[];
}

const measures: readonly Measure[] = [
  { name: 'URLs', found: ({ urls }) => urls.map(urlOf), expected: ({ urls }) => urls.map(urlOf) },
  {
    name: 'URLs with their kind',
    found: ({ urls }) => urls.map(({ kind, url }) => `${kind} ${url}`),
    expected: ({ urls }) => urls.map(({ kind, url }) => `${kind} ${url}`),
  },
  {
    name: 'other indicators with their role',
    found: ({ indicators = [] }) => indicators.map(({ type, value, role }) => `${type} ${value} ${role}`),
    expected: ({ indicators }) => indicators.map(({ type, value, role }) => `${type} ${value} ${role}`),
  },
  {
    name: 'files',
    found: ({ attachments }) => attachments.map(({ fileName }, index) => `${index} ${fileName}`),
    expected: ({ attachments }) => attachments.map(({ fileName }, index) => `${index} ${fileName}`),
  },
  {
    name: 'carried mails',
    found: ({ originals = [] }) => originals.map(({ how, subject }) => `${how} ${subject}`),
    expected: ({ originals }) => originals.map(({ how, subject }) => `${how} ${subject}`),
  },
  {
    name: 'findings',
    found: ({ findings }) => findings.map(({ code }) => code),
    expected: ({ findings }) => findings,
  },
];

/** How much is found of what the mails of `test/fixtures/mails` hold, and how much that they do not. */
export const extractionFixtures: SiteFreeScenario = async ({ onProgress }) => {
  const corpus = await readCorpus();
  const extractions = new Map<CorpusMail, Extraction>();
  for (const mail of corpus) extractions.set(mail, await extractMessage(mail.raw, benchLimits));
  const scores = measures.map((measure) => scoreOf(measure, extractions));
  for (const line of scores[0]?.missed ?? []) onProgress(`extraction-fixtures: not found: ${line}`);
  for (const line of scores[0]?.wrong ?? []) onProgress(`extraction-fixtures: wrongly found: ${line}`);
  const rows = scores.map((score, index) => rowOf('Lurewatch', measures[index]?.name ?? '', score));
  // ioc-extractor takes no host below `.example`, which nearly all of the corpus have: it could not show what it can.
  for (const contender of contenders.filter(({ name }) => name === 'mailparser + linkify-it')) {
    const score = new Score();
    for (const { name, raw, expected } of corpus)
      score.add(
        (await urlsBy(contender.find, raw)).map((url) => `${name}: ${url}`),
        expected.urls.map(({ url }) => `${name}: ${url}`),
      );
    rows.push(rowOf(contender.name, 'URLs', score));
  }
  const [urls] = scores;
  return {
    name: 'extraction-fixtures',
    corpus: 'fixture',
    figures: [
      { name: 'mails', value: corpus.length, unit: '', goal: { atLeast: 80 } },
      { name: 'URLs, precision', value: 100 * (urls?.precision ?? Number.NaN), unit: '%' },
      { name: 'URLs, recall', value: 100 * (urls?.recall ?? Number.NaN), unit: '%' },
    ],
    tables: [{ title: 'extraction-fixtures', rows }],
  };
};

function urlOf({ url }: { readonly url: string }): string {
  return url;
}

function scoreOf({ found, expected }: Measure, extractions: ReadonlyMap<CorpusMail, Extraction>): Score {
  const score = new Score();
  for (const [mail, extraction] of extractions)
    score.add(
      found(extraction).map((line) => `${mail.name}: ${line}`),
      expected(mail.expected).map((line) => `${mail.name}: ${line}`),
    );
  return score;
}

/** mailparser throws at some of the mails, which finds nothing. */
async function urlsBy(find: (raw: Buffer) => Promise<readonly string[]>, raw: Buffer): Promise<readonly string[]> {
  try {
    return (await find(raw)).map((url) => (URL.canParse(url) ? new URL(url).href : url));
  } catch {
    return [];
  }
}

function rowOf(reader: string, what: string, score: Score): TableRow {
  return {
    reader,
    what,
    expected: score.expected,
    'precision %': 100 * score.precision,
    'recall %': 100 * score.recall,
    missed: score.missed.length,
    wrong: score.wrong.length,
  };
}
