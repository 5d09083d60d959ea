import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { MispAttribute, MispTag } from '../../src/misp/types.js';
import { withFeeds } from '../support/feed-labs.js';
import { Site } from '../support/lab.js';
import { presetEvents } from '../support/preset-events.js';
import { presetFiles } from '../support/preset-files.js';

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

/** Feeds `feed-0`, `feed-1` and so on, each of the file `feed-0.txt` and so on. */
const named = presetFiles.map(([preset, options, file], index) => ({ name: `feed-${index}`, preset, options, file }));
const feeds = Object.fromEntries(
  named.map(({ name, preset, options }) => [name, { preset, options, source: `./${name}.txt` }]),
);

const content = (attributes: readonly Pick<MispAttribute, 'type' | 'category' | 'value' | 'to_ids'>[]) =>
  attributes.map(({ type, category, value, to_ids }) => `${category}/${type} ${value} ${to_ids}`);
const tagNames = (tags: readonly MispTag[]) => tags.map(({ name }) => name);

describe('an import by a preset', () => {
  it('puts everything of its rows into MISP, which drops none of it', () =>
    withFeeds(
      site,
      async (lab) => {
        await lab.lab.worker();
        for (const { name, preset, options, file } of named) {
          await lab.write(`${name}.txt`, file);
          const { events, rejected } = await presetEvents(preset, options, file);
          lab.misp.events.clear();
          const result = await lab.import(name);
          assert.deepEqual(
            [result.created, result.rejected, result.problems],
            [events.length, rejected.length, []],
            `${preset} ${JSON.stringify(options)}`,
          );
          const stored = [...lab.misp.events.values()];
          for (const { event } of events) {
            const there = stored.find(({ info }) => info === event.info) ?? assert.fail(`no ${event.info}`);
            assert.deepEqual(content(there.attributes), content(event.Attribute), event.info);
            assert.deepEqual(
              there.objects.map(({ name: template, attributes }) => [template, ...content(attributes)]),
              (event.Object ?? []).map(({ name: template, Attribute }) => [template, ...content(Attribute)]),
            );
            assert.deepEqual(there.tags, tagNames(event.Tag));
          }
        }
      },
      { feeds },
    ));
});
