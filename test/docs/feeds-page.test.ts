import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { loadConfig } from '../../src/config/load-config.js';
import { feedDefinition } from '../../src/feeds/definition.js';
import { formatSchema } from '../../src/feeds/formats/config.js';
import { docBlocks } from '../support/doc-blocks.js';
import { mappedEvents, summary } from '../support/preset-events.js';

const blocks = await docBlocks('docs/feeds.md', 'yaml');
const inReadme = (await docBlocks('README.md', 'yaml')).filter(({ text }) => text.startsWith('feeds:'));
const files = await docBlocks('docs/feeds.md', 'csv');

const whole = ['store', 'misp', 'feeds'];
/** A block shows a whole configuration, some of its keys, or some keys of a feed. */
function configuration(text: string): unknown {
  const shown = z.record(z.string(), z.unknown()).parse(parse(text));
  const base = { store: { kind: 'file', path: './var' }, misp: { kind: 'feed', path: './var/misp-feed' } };
  if (Object.keys(shown).every((key) => whole.includes(key))) return { ...base, ...shown };
  const feed = {
    ...{ source: './own.csv', format: { kind: 'csv' }, event: { info: '{a}', date: '{b}' } },
    attributes: [{ type: 'text', value: '{a}' }],
  };
  return { ...base, feeds: { shown: { ...feed, ...shown } } };
}

async function load(config: unknown) {
  const folder = await mkdtemp(join(tmpdir(), 'lurewatch-docs-'));
  try {
    const path = join(folder, 'lurewatch.yaml');
    await writeFile(path, stringify(config));
    return (await loadConfig(path)).config;
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('docs/feeds.md', () => {
  for (const { line, text } of blocks) {
    it(`has YAML at line ${line} that is a valid configuration`, async () => {
      await load(configuration(text));
    });
  }

  it('has examples of formats that are formats, one for each kind', async () => {
    const page = await readFile(new URL('../../../docs/feeds.md', import.meta.url), 'utf8');
    const examples = [...page.matchAll(/^\| `(\{ kind: .*? \})` \|/gm)].map(([, example = '']) => example);
    const kinds = examples.map((example) => formatSchema.parse(parse(example)).kind);
    assert.deepEqual([...new Set(kinds)].sort(), ['csv', 'json', 'jsonl', 'keyValue', 'list', 'log', 'misp', 'tsv']);
  });

  it('and README.md show feeds that are valid', async () => {
    assert.equal(inReadme.length, 1);
    for (const { text } of inReadme) await load(configuration(text));
  });

  it('has as many blocks as this test expects to find', () => assert.ok(blocks.length >= 9 && files.length === 1));

  it('makes of its five rows the two events that it tells of', async () => {
    const { feeds } = await load(configuration(blocks[0]?.text ?? ''));
    const definition = feeds.own === undefined ? undefined : feedDefinition(feeds.own);
    assert.ok(definition !== undefined);
    const { events, rejected } = await mappedEvents('own', definition.mapping, definition.format, files[0]?.text ?? '');
    assert.deepEqual(rejected, []);
    assert.deepEqual(
      events.map(({ event }) => event.uuid),
      ['2c9dbf70-9a21-5eeb-898c-37950f3e559d', '9cacdfea-bd4a-55de-afcc-3e54ddefb053'],
    );
    assert.deepEqual(events.map(summary), [
      [
        '2+3+4 2026-11-02 Phishing campaign Blue Invoice',
        'tags tlp:amber, own-feed, campaign:Blue Invoice',
        'Network activity/url | https://invoice.example/login | "landing page" | ids | from 2026-11-02T00:00:00.000000+00:00',
        'Network activity/ip-dst | 203.0.113.7 | "web server" | ids | from 2026-11-02T00:00:00.000000+00:00',
        'Payload delivery/md5 | 44d88612fea8a8f36de82e1278abb02f | "attachment, first wave" | ids | from 2026-11-03T00:00:00.000000+00:00',
      ],
      [
        '5+6 2026-11-05 Phishing campaign Grey Parcel',
        'tags tlp:amber, own-feed, campaign:Grey Parcel',
        'Network activity/domain | parcel-tracking.example | "sender domain" | ids | from 2026-11-05T00:00:00.000000+00:00',
        'Payload delivery/email-src | support@parcel-tracking.example | "sender" | ids | from 2026-11-05T00:00:00.000000+00:00',
      ],
    ]);
  });
});
