import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { type FindingCode, findingCodes } from '../../src/indicators/findings.js';
import type { Extraction } from '../../src/indicators/types.js';
import { urlFlags, urlKinds } from '../../src/indicators/types.js';
import { wrappingServices } from '../../src/indicators/unwrap/services.js';
import { authenticationBy } from '../../src/mail/authentication-results.js';
import { corpusFolder, readCorpus } from '../fixtures/mails/corpus.js';
import type { ExpectedMail } from '../fixtures/mails/expected.js';
import { corpusFiles } from '../fixtures/mails/make/corpus-mails.js';
import { codesOf, extract } from '../support/extraction.js';

const corpus = await readCorpus();

/** Which kinds of URL have no mail yet. */
const kindsWithoutMail: readonly string[] = [];

/** Which findings no mail of the corpus shows: tests of their own do. */
const findingsWithoutMail: readonly FindingCode[] = [
  // Only large mails show these, and such that take long.
  ...(['size-cut', 'header-cut', 'text-cut', 'fields-cut', 'urls-cut', 'url-cut', 'indicators-cut'] as const),
  ...(['attachment-too-large', 'attachments-cut', 'time-cut', 'memory-cut', 'parser-failed'] as const),
  ...(['file-cut', 'office-cut', 'images-cut', 'read-plainly', 'read-simply', 'not-read'] as const),
];

describe('in the corpus', () => {
  for (const { name, raw, expected } of corpus)
    it(`${expected.shows} (${name})`, async () => {
      const extraction = await extract(raw);
      assertUrls(extraction, expected);
      assertAbsent(extraction, expected);
      assert.deepEqual(indicatorLines(extraction.indicators ?? []), indicatorLines(expected.indicators));
      assertEach(extraction.attachments, expected.attachments, 'attachment');
      assertEach(extraction.originals ?? [], expected.originals, 'original');
      assert.deepEqual(codesOf(extraction).sort(), [...expected.findings].sort());
      for (const field of ['subject', 'from', 'to', 'messageId'] as const)
        if (expected[field] !== undefined) assert.equal(extraction[field], expected[field]);
      assertAuthentication(extraction, expected);
    });
});

describe('the corpus', () => {
  it('is what its sources make, byte for byte', async () => {
    const made = corpusFiles();
    const names = (await readdir(corpusFolder)).filter((file) => /\.(?:eml|json)$/.test(file));
    assert.deepEqual(names.sort(), [...made.keys()].sort());
    for (const [name, bytes] of made)
      assert.ok(bytes.equals(await readFile(`${corpusFolder}${name}`)), `${name} is not as its source makes it`);
  });

  it('has a mail for each form of each protection service', () => {
    const wrapped = corpus.flatMap(({ expected }) => expected.urls.filter(({ wrappers }) => wrappers !== undefined));
    const missing = wrappingServices.filter(
      ({ name, hosts, path }) =>
        !wrapped.some(({ wrappers, original = '', url }) => {
          const outer = new URL(URL.canParse(original) ? original : url);
          const rest = outer.href.slice(outer.origin.length);
          return wrappers?.includes(name) && path.test(rest) && hosts.some((host) => isHost(outer.hostname, host));
        }),
    );
    assert.deepEqual(
      missing.map(({ name, path }) => `${name} ${path}`),
      [],
    );
  });

  it('has a mail for each kind and flag of a URL', () => {
    const urls = corpus.flatMap(({ expected }) => expected.urls);
    const missing = [
      ...urlKinds.filter((kind) => !urls.some((found) => found.kind === kind)),
      ...urlFlags.filter((flag) => !urls.some(({ flags }) => flags?.includes(flag))),
    ];
    assert.deepEqual(missing, kindsWithoutMail);
  });

  it('has a mail for each finding that a small mail can show', () => {
    const shown = new Set(corpus.flatMap(({ expected }) => expected.findings));
    const missing = findingCodes.filter((code) => !shown.has(code));
    assert.deepEqual([...missing].sort(), [...findingsWithoutMail].sort());
  });

  it('stays small enough to be read', () => {
    for (const { name, raw } of corpus) assert.ok(raw.length < 32 * 1024, name);
  });
});

/** All URLs and no others; of what is expected of one, flags and wrappers are all it has. */
function assertUrls({ urls }: Extraction, expected: ExpectedMail): void {
  assert.deepEqual(urls.map(({ url }) => url).sort(), expected.urls.map(({ url }) => url).sort());
  for (const one of expected.urls) {
    const found = urls.find(({ url }) => url === one.url);
    const { flags = [], wrappers = [], ...more } = { ...found };
    const { flags: expectedFlags = [], wrappers: expectedWrappers = [], ...expectedMore } = one;
    assert.deepEqual([...flags].sort(), [...expectedFlags].sort(), `flags of ${one.url}`);
    assert.deepEqual(wrappers, expectedWrappers, `wrappers of ${one.url}`);
    assert.deepEqual(pick(more, expectedMore), expectedMore);
  }
}

function assertAbsent({ urls, indicators = [] }: Extraction, { absent }: ExpectedMail): void {
  const values = new Set([
    ...urls.flatMap(({ url }) => [url, new URL(url).hostname]),
    ...indicators.map(({ value }) => value),
  ]);
  assert.deepEqual(
    absent.filter((value) => values.has(value)),
    [],
  );
}

function indicatorLines(indicators: ExpectedMail['indicators'] | NonNullable<Extraction['indicators']>): string[] {
  return indicators
    .map(({ type, value, role, position }) => `${type} ${value} ${role}${position === undefined ? '' : ` ${position}`}`)
    .sort();
}

/** As many, in order, each with what is expected of it. */
function assertEach(found: readonly object[], expected: readonly object[], what: string): void {
  assert.equal(found.length, expected.length, `${what}s: ${JSON.stringify(found)}`);
  for (const [index, one] of expected.entries()) assert.deepEqual(pick(found[index] ?? {}, one), one);
}

function assertAuthentication({ authentication = [] }: Extraction, expected: ExpectedMail): void {
  if (expected.authentication === undefined) return;
  const { host, results } = expected.authentication;
  const believed = authenticationBy(host, authentication) ?? [];
  assert.deepEqual(
    believed.map(({ method, result }) => `${method}=${result}`),
    results,
  );
}

/** Of the first what the second has. */
function pick(from: object, like: object): object {
  return Object.fromEntries(Object.entries(from).filter(([name]) => Object.hasOwn(like, name)));
}

/** `*.example.com`: any name below; `google.*`: under any suffix. */
function isHost(host: string, pattern: string): boolean {
  if (pattern.startsWith('*.')) return host.endsWith(pattern.slice(1));
  return pattern.endsWith('.*') ? host.startsWith(pattern.slice(0, -1)) : host === pattern;
}
