import assert from 'node:assert/strict';
import { test } from 'node:test';
import { presetEvents, summary } from '../../support/preset-events.js';
import { onion, ransomwatchPosts } from '../../support/preset-files.js';

async function outcome(options: object, file: string) {
  const { events, rejected } = await presetEvents('ransomwatch-json', options, file);
  return { events: events.map(summary), rejected: rejected.map(({ row, code, reason }) => `${row} ${code} ${reason}`) };
}

test('ransomwatch-json makes an object for each post, with as much as there is in its version of the file', async () => {
  const { events, rejected } = await outcome({}, ransomwatchPosts);
  assert.deepEqual(events, [
    [
      '1 2026-03-01 [ransomwatch] lockbit3 - Acme GmbH',
      'tags tlp:clear, ransomwatch, actor:lockbit3',
      'object ransomware-group-post',
      '  title = Other/text | Acme GmbH | from 2026-03-01T10:00:00.123456+00:00',
      '  entity-name = Other/text | Acme GmbH',
      '  ransomware-group = Other/text | lockbit3 | uncorrelated',
    ],
    [
      '2 2026-03-02 [ransomwatch] play - Smith & Sons',
      'tags tlp:clear, ransomwatch, actor:play, country:DE',
      'object ransomware-group-post',
      '  title = Other/text | Smith & Sons | from 2026-03-02T11:00:00.000000+00:00',
      '  entity-name = Other/text | Smith & Sons',
      '  ransomware-group = Other/text | play | uncorrelated',
      '  date-published = Other/datetime | 2026-03-01T08:00:00.000000+0000 | uncorrelated',
      '  website = External analysis/link | https://www.smith.example',
      `  leak-site-url = External analysis/link | ${onion}/post?id=1`,
      '  geo = Other/text | DE | uncorrelated',
    ],
    [
      '3 2026-03-02 [ransomwatch] play - 株式会社エークメ',
      'tags tlp:clear, ransomwatch, actor:play',
      'object ransomware-group-post',
      '  title = Other/text | 株式会社エークメ | from 2026-03-02T12:00:00.000000+00:00',
      '  entity-name = Other/text | 株式会社エークメ',
      '  ransomware-group = Other/text | play | uncorrelated',
      'warning 3: objects[0] (ransomware-group-post) date-published: left out: `{published}`: `soon` is no date by iso (UTC where it names no zone)',
      'warning 3: objects[0] (ransomware-group-post) website: left out, MISP would drop it: `https://acme.example/日本` is no link: a link holds no blanks and no characters beyond ASCII: percent-encode them',
      'warning 3: objects[0] (ransomware-group-post) leak-site-url: left out, MISP would drop it: `/post/2` is no link: a link needs its scheme, like https://',
    ],
  ]);
  assert.deepEqual(rejected, [
    '4 LW_ROW_DATE event.date: `{discovered}` has no value, and an event needs its day',
    '5 LW_ROW_VALUE groupBy: none of group_name, post_title, discovered has a value, and they tell events apart',
  ]);
});

test('ransomwatch-json gives the same as attributes', async () => {
  const { events, rejected } = await outcome({ as: 'attributes' }, ransomwatchPosts);
  assert.deepEqual(events, [
    [
      '1 2026-03-01 [ransomwatch] lockbit3 - Acme GmbH',
      'tags tlp:clear, ransomwatch, actor:lockbit3',
      'Targeting data/target-org | Acme GmbH | "Victim" | from 2026-03-01T10:00:00.123456+00:00',
      'Attribution/threat-actor | lockbit3 | "Ransomware group"',
    ],
    [
      '2 2026-03-02 [ransomwatch] play - Smith & Sons',
      'tags tlp:clear, ransomwatch, actor:play, country:DE',
      'Targeting data/target-org | Smith & Sons | "Victim" | from 2026-03-02T11:00:00.000000+00:00',
      'Attribution/threat-actor | play | "Ransomware group"',
      'Other/datetime | 2026-03-01T08:00:00.000000+0000 | "Published" | uncorrelated',
      'External analysis/link | https://www.smith.example | "Website of the victim"',
      `Network activity/url | ${onion}/post?id=1 | "Leak site"`,
      'Targeting data/target-location | DE | "Country of the victim" | uncorrelated',
    ],
    [
      '3 2026-03-02 [ransomwatch] play - 株式会社エークメ',
      'tags tlp:clear, ransomwatch, actor:play',
      'Targeting data/target-org | 株式会社エークメ | "Victim" | from 2026-03-02T12:00:00.000000+00:00',
      'Attribution/threat-actor | play | "Ransomware group"',
      'Network activity/url | /post/2 | "Leak site"',
      'warning 3: attributes[2] (datetime): left out: `{published}`: `soon` is no date by iso (UTC where it names no zone)',
      'warning 3: attributes[3] (link): left out, MISP would drop it: `https://acme.example/日本` is no link: a link holds no blanks and no characters beyond ASCII: percent-encode them',
    ],
  ]);
  assert.deepEqual(rejected, [
    '4 LW_ROW_DATE event.date: `{discovered}` has no value, and an event needs its day',
    '5 LW_ROW_VALUE groupBy: none of group_name, post_title, discovered has a value, and they tell events apart',
  ]);
});
