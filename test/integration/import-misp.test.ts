import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { MispFeedRevisionSink } from '../../src/misp/feed-revision-sink.js';
import type { MispAttribute, MispEvent } from '../../src/misp/types.js';
import { type FeedLab, withFeeds } from '../support/feed-labs.js';
import { Site } from '../support/lab.js';
import { organisation } from '../support/misp-feed.js';
import { held, revision, sendRevision, signal } from '../support/misp-revisions.js';
import { presetEvents } from '../support/preset-events.js';
import { presetFiles } from '../support/preset-files.js';

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

const format = { kind: 'misp' } as const;
/** Takes over what it finds. */
const adopting = { kind: 'misp', adopt: true } as const;

/** The events of all presets, each once. */
async function manyEvents(): Promise<readonly MispEvent[]> {
  const events = new Map<string, MispEvent>();
  for (const [preset, options, file] of presetFiles) {
    for (const { event } of (await presetEvents(preset, options, file)).events) {
      if (!events.has(event.uuid)) events.set(event.uuid, event);
    }
  }
  return [...events.values()];
}

/** Writes events as our own kind `feed` does, into a folder beside the configuration. */
async function writeFeed(lab: FeedLab, events: readonly MispEvent[]): Promise<void> {
  const folder = join(lab.lab.folder, 'feed');
  await mkdir(folder, { recursive: true });
  const sink = new MispFeedRevisionSink({ folder, organisation });
  for (const event of events) await sendRevision(sink, revision(event));
  await sink.settle(signal);
}

const content = ({ uuid, type, category, value, comment, to_ids, disable_correlation }: MispAttribute) =>
  [uuid, type, category, value, comment, to_ids, disable_correlation].join(' | ');

const simple: MispEvent = {
  ...{ uuid: '5b0c5a1e-8a3c-4c4e-9f8c-2a7d0a0b0c01', info: 'Theirs', date: '2026-03-01' },
  ...{ threat_level_id: '2', analysis: '1', distribution: '0', published: false },
  Tag: [{ name: 'tlp:green' }],
  Attribute: [
    {
      ...{ uuid: '5b0c5a1e-8a3c-4c4e-9f8c-2a7d0a0b0c11', type: 'domain', category: 'Network activity' },
      ...{ value: 'a.example', comment: '', to_ids: true, disable_correlation: false, Tag: [{ name: 'phase:2' }] },
    },
  ],
};
const added: MispAttribute = {
  ...{ uuid: '5b0c5a1e-8a3c-4c4e-9f8c-2a7d0a0b0c12', type: 'domain', category: 'Network activity' },
  ...{ value: 'b.example', comment: '', to_ids: true, disable_correlation: false },
};
const grown: MispEvent = { ...simple, Attribute: [...simple.Attribute, added] };

describe('an import of MISP events as they are', () => {
  it('puts every event, attribute and object of a feed folder into MISP with its UUID, and its indexes aside', () =>
    withFeeds(
      site,
      async (lab) => {
        const events = [...(await manyEvents()), simple];
        await writeFeed(lab, events);
        await lab.lab.worker();
        const result = await lab.import('folder');
        assert.deepEqual(
          [result.rows, result.created, result.rejected, result.warnings, result.problems],
          [events.length, events.length, 0, [], []],
        );
        for (const event of events) {
          const there = held(lab.misp, event);
          assert.deepEqual([there.info, there.date, there.published], [event.info, event.date, false]);
          assert.deepEqual([there.threat_level_id, there.analysis], [event.threat_level_id, event.analysis]);
          assert.deepEqual(
            there.tags,
            event.Tag.map(({ name }) => name),
          );
          assert.deepEqual(there.attributes.map(content), event.Attribute.map(content), event.info);
          assert.deepEqual(
            there.objects.map(({ uuid, name, comment, attributes }) => [
              uuid,
              name,
              comment,
              ...attributes.map(content),
            ]),
            (event.Object ?? []).map(({ uuid, name, comment, Attribute }) => [
              ...[uuid, name, comment],
              ...Attribute.map(content),
            ]),
          );
        }
        assert.deepEqual(held(lab.misp, simple).attributes[0]?.tags, ['phase:2']);

        const requests = lab.misp.requests.length;
        const again = await lab.import('folder');
        assert.deepEqual([again.unchanged, again.rejected], [events.length, 0]);
        assert.equal(lab.misp.requests.length, requests);
      },
      { feeds: { folder: { source: './feed/*', format } } },
    ));

  it('rejects an event that MISP has from elsewhere, whatever is in it, until the feed may adopt it', () =>
    withFeeds(
      site,
      async (lab) => {
        await lab.write('theirs.json', JSON.stringify([simple]));
        await lab.lab.worker();
        assert.equal((await lab.import('analyst')).created, 1);
        const before = structuredClone(held(lab.misp, simple));
        const own = { ...simple, uuid: '5b0c5a1e-8a3c-4c4e-9f8c-2a7d0a0b0c03', Attribute: [] };
        const bent = { ...grown, info: 'FALSE POSITIVE', date: '2001-01-01', Tag: [{ name: 'workflow:rejected' }] };
        await lab.write('theirs.json', JSON.stringify([bent, own]));
        for (const created of [1, 0]) {
          const result = await lab.import('strict');
          assert.deepEqual([result.created, result.updated, result.rejected], [created, 0, 1]);
          assert.deepEqual(
            result.rejects.map(({ code }) => code),
            ['LW_ROW_TAKEN'],
          );
          assert.match(result.rejects[0]?.reason ?? '', /did not write.*`adopt: true`/);
          assert.equal(result.rejectedFiles.length, 1);
        }
        assert.deepEqual(held(lab.misp, simple), before);

        await lab.write('theirs.json', JSON.stringify([own]));
        assert.equal((await lab.import('strict')).gone, 0);
        assert.deepEqual(held(lab.misp, simple), before);

        await lab.write('theirs.json', JSON.stringify([bent]));
        const result = await lab.import('adopting');
        assert.deepEqual([result.updated, result.rejected], [1, 0]);
        assert.deepEqual([held(lab.misp, simple).info, held(lab.misp, simple).attributes.length], [bent.info, 2]);
      },
      {
        feeds: {
          analyst: { source: './theirs.json', format },
          strict: { source: './theirs.json', format, tagGone: 'left' },
          adopting: { source: './theirs.json', format: adopting },
        },
      },
    ));

  it('leaves events of other organisations as they are, also where it may adopt, and rejects what would change them', () =>
    withFeeds(
      site,
      async (lab) => {
        const same = { ...simple, uuid: '5b0c5a1e-8a3c-4c4e-9f8c-2a7d0a0b0c02', Attribute: [] };
        await lab.write('theirs.json', JSON.stringify([simple, same]));
        await lab.lab.worker();
        await lab.import('theirs');
        for (const event of [simple, same]) held(lab.misp, event).foreign = true;
        const before = structuredClone(held(lab.misp, simple));
        await writeFeed(lab, [{ ...grown, info: 'Ours now' }, same]);
        const result = await lab.import('folder');
        assert.deepEqual([result.created, result.updated, result.rejected], [0, 0, 1]);
        assert.match(result.rejects[0]?.reason ?? '', /not authorised/);
        assert.equal(result.rejects[0]?.code, 'LW_ROW_REJECTED');
        assert.deepEqual(held(lab.misp, simple), before);
      },
      { feeds: { folder: { source: './feed/*.json', format: adopting }, theirs: { source: './theirs.json', format } } },
    ));

  it('sends what each of two feeds says of the same event, where the second may adopt', () =>
    withFeeds(
      site,
      async (lab) => {
        await lab.write('one.json', JSON.stringify([{ Event: simple }]));
        await lab.write('other.json', JSON.stringify({ response: [{ Event: grown }] }));
        await lab.lab.worker();
        assert.equal((await lab.import('one')).created, 1);
        assert.equal((await lab.import('other')).updated, 1);
        assert.deepEqual(
          held(lab.misp, simple).attributes.map(({ value }) => value),
          ['a.example', 'b.example'],
        );
      },
      { feeds: { one: { source: './one.json', format }, other: { source: './other.json', format: adopting } } },
    ));
});
