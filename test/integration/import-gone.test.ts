import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ImportFeedResult } from '../../src/workflows/feed-types.js';
import { type FeedLab, type PlainRow, plainCsv, plainFeed, plainRows, withFeeds } from '../support/feed-labs.js';
import { Site } from '../support/lab.js';

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

const feeds = { plain: { ...plainFeed, tagGone: 'left-the-feed' } };

describe('a tag that MISP does not take', { concurrency: 2 }, () => {
  it('of the feed itself is a warning of the first row that has it, with a code, in result and report', () =>
    withFeeds(site, async (lab) => {
      await lab.write('feed.csv', plainCsv(plainRows(2)));
      await lab.lab.worker();
      lab.misp.role.tagEditor = false;
      const { warnings, warned, report = '' } = await lab.import();
      const [{ reason, ...warning } = { reason: '' }] = warnings;
      assert.ok('file' in warning && warning.row >= 2);
      assert.deepEqual([warned, warning.file, warning.code], [1, './feed.csv', 'LW_WARN_TAG_REFUSED']);
      assert.match(reason, /^MISP left out the tag plain/);
      const [kept] = await (await lab.lab.store()).readMany([report]);
      assert.ok(kept?.toString().includes(JSON.stringify({ code: 'LW_WARN_TAG_REFUSED', reason })));
    }));

  it('is a warning of the result and no mark, and the next import tries again', () =>
    afterImportOf(3, async (lab) => {
      await lab.write('feed.csv', plainCsv(plainRows(2)));
      lab.misp.role.tagEditor = false;
      const refused = await marked(lab);
      assert.deepEqual([refused.gone, refused.warned, refused.warnings.length], [0, 1, 1]);
      const [{ reason, ...warning } = { reason: '' }] = refused.warnings;
      assert.deepEqual(warning, { event: eventOf(lab, 'row-3').uuid, code: 'LW_WARN_NOT_MARKED' });
      assert.match(reason, /^did not get the tag left-the-feed: .*perm_tag_editor/);
      assert.ok(reason.length <= 300);
      assert.deepEqual(eventOf(lab, 'row-3').tags, ['plain']);

      lab.misp.role.tagEditor = true;
      assert.deepEqual(await marked(lab), { gone: 1, warned: 0, warnings: [] });
      assert.deepEqual(eventOf(lab, 'row-3').tags, ['plain', 'left-the-feed']);
      assert.deepEqual(await marked(lab), { gone: 0, warned: 0, warnings: [] });
    }));

  it('has some of many events in the result and counts them all, beside the warnings of rows', () =>
    afterImportOf(
      60,
      async (lab) => {
        const unknown = { name: 'row-1', url: 'nowhere at all', seen: '2026-03-01' };
        const dated = Array.from({ length: 120 }, (): PlainRow => unknown);
        await lab.write('feed.csv', plainCsv([{ name: 'row-1' }, ...dated]));
        lab.misp.role.tagEditor = false;
        const { gone, warned, warnings } = await marked(lab);
        assert.deepEqual([gone, warned, warnings.length], [0, 120 + 59, 100]);
        const codes = warnings.map(({ code }) => code).sort();
        assert.deepEqual([codes.indexOf('LW_WARN_VALUE'), codes.lastIndexOf('LW_WARN_NOT_MARKED')], [20, 19]);
      },
      { feeds: { plain: { ...feeds.plain, attributes: [{ type: 'link', value: '{url}' }] } } },
    ));

  it('is not asked for again where a person removed the event, and that is no mark', () =>
    afterImportOf(3, async (lab) => {
      await lab.write('feed.csv', plainCsv(plainRows(2)));
      lab.misp.deleteEvent(eventOf(lab, 'row-3').uuid);
      assert.deepEqual(await marked(lab), { gone: 0, warned: 0, warnings: [] });
      const asked = lab.misp.requests.length;
      assert.deepEqual(await marked(lab), { gone: 0, warned: 0, warnings: [] });
      assert.equal(lab.misp.requests.length, asked);
    }));
});

/** A laboratory whose worker has imported so many rows. */
function afterImportOf(
  rows: number,
  work: (lab: FeedLab) => Promise<void>,
  options: Parameters<typeof withFeeds>[2] = { feeds },
): Promise<void> {
  const begin = async (lab: FeedLab) => {
    await lab.write('feed.csv', plainCsv(plainRows(rows)));
    await lab.lab.worker();
    await lab.import();
    await work(lab);
  };
  return withFeeds(site, begin, options);
}

function eventOf(lab: FeedLab, row: string) {
  const event = [...lab.misp.events.values()].find(({ info }) => info === `Seen: ${row}`);
  assert.ok(event !== undefined, `MISP has no event of ${row}`);
  return event;
}

/** Imports, and answers what its result says of the marking. */
async function marked(lab: FeedLab): Promise<Pick<ImportFeedResult, 'gone' | 'warned' | 'warnings'>> {
  const { gone, warned, warnings } = await lab.import();
  return { gone, warned, warnings };
}
