import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { z } from 'zod';
import { type FeedLab, plainCsv, plainFeed, plainRows, withFeeds } from '../support/feed-labs.js';
import { Site } from '../support/lab.js';

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

const feeds = { plain: { ...plainFeed, tagGone: 'left-the-feed' } };
const markedSchema = z.object({ gone: z.number(), warnings: z.array(z.string()) });

describe('a tag that MISP does not take', { concurrency: 2 }, () => {
  it('is a warning and no mark, and the next import tries again', () =>
    withFeeds(
      site,
      async (lab) => {
        await lab.write('feed.csv', plainCsv(plainRows(3)));
        await lab.lab.worker();
        await lab.import();
        await lab.write('feed.csv', plainCsv(plainRows(2)));
        lab.misp.role.tagEditor = false;
        const refused = await marked(lab);
        assert.equal(refused.gone, 0);
        const { uuid } = eventOf(lab, 'row-3');
        assert.deepEqual(refused.warnings.length, 1);
        assert.match(
          refused.warnings[0] ?? '',
          new RegExp(`${uuid} did not get the tag left-the-feed: .*perm_tag_editor`),
        );
        assert.ok((refused.warnings[0] ?? '').length <= 300);
        assert.deepEqual(eventOf(lab, 'row-3').tags, ['plain']);

        lab.misp.role.tagEditor = true;
        assert.deepEqual(await marked(lab), { gone: 1, warnings: [] });
        assert.deepEqual(eventOf(lab, 'row-3').tags, ['plain', 'left-the-feed']);
        assert.deepEqual(await marked(lab), { gone: 0, warnings: [] });
      },
      { feeds },
    ));

  it('is not asked for again where a person removed the event, and that is no mark', () =>
    withFeeds(
      site,
      async (lab) => {
        await lab.write('feed.csv', plainCsv(plainRows(3)));
        await lab.lab.worker();
        await lab.import();
        await lab.write('feed.csv', plainCsv(plainRows(2)));
        lab.misp.deleteEvent(eventOf(lab, 'row-3').uuid);
        assert.deepEqual(await marked(lab), { gone: 0, warnings: [] });
        const asked = lab.misp.requests.length;
        assert.deepEqual(await marked(lab), { gone: 0, warnings: [] });
        assert.equal(lab.misp.requests.length, asked);
      },
      { feeds },
    ));
});

function eventOf(lab: FeedLab, row: string) {
  const event = [...lab.misp.events.values()].find(({ info }) => info === `Seen: ${row}`);
  assert.ok(event !== undefined, `MISP has no event of ${row}`);
  return event;
}

/** Imports, and answers what all parts of the marking said. */
async function marked(lab: FeedLab): Promise<z.output<typeof markedSchema>> {
  const handle = await lab.start();
  await handle.result();
  const { events } = await handle.fetchHistory();
  const results = (events ?? []).flatMap(({ activityTaskCompletedEventAttributes: completed }) => {
    const data = completed?.result?.payloads?.[0]?.data;
    const result = markedSchema.safeParse(data ? JSON.parse(Buffer.from(data).toString('utf8')) : undefined);
    return result.success ? [result.data] : [];
  });
  return {
    gone: results.reduce((sum, { gone }) => sum + gone, 0),
    warnings: results.flatMap(({ warnings }) => warnings),
  };
}
