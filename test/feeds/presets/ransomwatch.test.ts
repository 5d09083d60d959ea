import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { mappingShape } from '../../../src/feeds/mapping/config.js';
import { mappedEvents, presetEvents, summary } from '../../support/preset-events.js';

/** UTF-8 read as Latin-1 once too often, as feeds have it. */
const mojibake = Buffer.from('Käserei Müller').toString('latin1');
const site = `http://${'abcdefgh'.repeat(7)}.onion`;
const lines = [
  'actor\tvictim\tfirst_seen\tpublished\turl',
  'lockbit3\tAcme GmbH\t2026-03-01 10:00:00.123456\t2026-02-28 09:00:00\thttps://leak.example/acme',
  'alphv\tNo Date Corp\t2026-03-01 10:05:00\tN/A\thttps://leak.example/nodate',
  'play\tEqual Dates\t2026-03-01 10:06:00\t2026-03-01 10:06:00\thttps://leak.example/equal',
  '',
  'clop\tSmith &amp;amp; Sons\t2026-03-01 10:07:00\tN/A\thttps://leak.example/smith?a=1&b=2',
  `8base\t${mojibake}\t2026-03-01 10:08:00\tN/A\thttps://leak.example/m`,
  'akira\tTrailing  \t2026-03-01 10:09:00\tN/A\thttps://leak.example/trailing  ',
  `bianlian\tTwo Sites\t2026-03-01 10:10:00\tN/A\t${site}/a https://leak.example/two`,
  'medusa\tNo Address\t2026-03-01 10:11:00\tN/A\t',
  'lockbit3\tAcme GmbH\t2026-03-01 10:00:00.123456\t2026-02-28 09:00:00\thttps://mirror.example/acme',
  'lockbit3\tAcme GmbH\t2026-03-02 00:00:00\tN/A\thttps://leak.example/acme',
  `rhysida\tOnion Only\t2026-03-01T10:12:00Z\tN/A\t${site}/post?id=1`,
  'qilin\tBad Published\t2026-03-01 10:13:00\tsoon\thttps://leak.example/bad',
  'royal\tBad Date\tyesterday\tN/A\thttps://leak.example/baddate',
  'royal\tNo Date\t\tN/A\thttps://leak.example/nofirst',
  'royal\tWrong Day\t2026-02-30 10:00:00\tN/A\thttps://leak.example/day',
  'royal\tToo Few\t2026-03-01 10:14:00',
  '\t\t\tN/A\thttps://leak.example/nobody',
  'hive\t😀 Smile\t2026-03-01 10:15:00\tN/A\thttps://leak.example/😀',
  'hive\t"Quoted" Inc.\t2026-03-01 10:16:00\tN/A\tleak.example/quoted',
  'hunters\t株式会社エークメ\t2026-03-01 10:17:00+09:00\t2026-03-01\thttps://leak.example/日本',
];
const file = `${lines.join('\r\n')}\r\n`;

/** In the order of the file: what is asked for in words is that each row is one event with these four attributes. */
const expected: readonly (readonly string[])[] = [
  [
    '2+11 2026-03-01 [ransomwatch] lockbit3 - victim:Acme GmbH(2026-03-01 10:00:00.123456)',
    'tags ransomwatch, actor:lockbit3',
    'External analysis/comment | Acme GmbH | "victim"',
    'Other/datetime | 2026-03-01T10:00:00.123456+0000 | "First Seen"',
    'Other/datetime | 2026-02-28T09:00:00.000000+0000 | "Published Date"',
    'Network activity/url | https://leak.example/acme | "Leak site" | ids',
    'Network activity/url | https://mirror.example/acme | "Leak site" | ids',
  ],
  [
    '3 2026-03-01 [ransomwatch] alphv - victim:No Date Corp(2026-03-01 10:05:00)',
    'tags ransomwatch, actor:alphv',
    'External analysis/comment | No Date Corp | "victim"',
    'Other/datetime | 2026-03-01T10:05:00.000000+0000 | "First Seen"',
    'Network activity/url | https://leak.example/nodate | "Leak site" | ids',
  ],
  [
    '4 2026-03-01 [ransomwatch] play - victim:Equal Dates(2026-03-01 10:06:00)',
    'tags ransomwatch, actor:play',
    'External analysis/comment | Equal Dates | "victim"',
    'Other/datetime | 2026-03-01T10:06:00.000000+0000 | "First Seen"',
    'Network activity/url | https://leak.example/equal | "Leak site" | ids',
    'warning 4: attributes[2] (datetime): left out, MISP would drop it: the event has this datetime already, by attributes[1] (datetime)',
  ],
  [
    '6 2026-03-01 [ransomwatch] clop - victim:Smith &amp;amp; Sons(2026-03-01 10:07:00)',
    'tags ransomwatch, actor:clop',
    'External analysis/comment | Smith &amp;amp; Sons | "victim"',
    'Other/datetime | 2026-03-01T10:07:00.000000+0000 | "First Seen"',
    'Network activity/url | https://leak.example/smith?a=1&b=2 | "Leak site" | ids',
  ],
  [
    `7 2026-03-01 [ransomwatch] 8base - victim:${mojibake}(2026-03-01 10:08:00)`,
    'tags ransomwatch, actor:8base',
    `External analysis/comment | ${mojibake} | "victim"`,
    'Other/datetime | 2026-03-01T10:08:00.000000+0000 | "First Seen"',
    'Network activity/url | https://leak.example/m | "Leak site" | ids',
  ],
  [
    '8 2026-03-01 [ransomwatch] akira - victim:Trailing  (2026-03-01 10:09:00)',
    'tags ransomwatch, actor:akira',
    'External analysis/comment | Trailing | "victim"',
    'Other/datetime | 2026-03-01T10:09:00.000000+0000 | "First Seen"',
    'Network activity/url | https://leak.example/trailing | "Leak site" | ids',
  ],
  [
    '9 2026-03-01 [ransomwatch] bianlian - victim:Two Sites(2026-03-01 10:10:00)',
    'tags ransomwatch, actor:bianlian',
    'External analysis/comment | Two Sites | "victim"',
    'Other/datetime | 2026-03-01T10:10:00.000000+0000 | "First Seen"',
    `Network activity/url | ${site}/a https://leak.example/two | "Leak site" | ids`,
  ],
  [
    '10 2026-03-01 [ransomwatch] medusa - victim:No Address(2026-03-01 10:11:00)',
    'tags ransomwatch, actor:medusa',
    'External analysis/comment | No Address | "victim"',
    'Other/datetime | 2026-03-01T10:11:00.000000+0000 | "First Seen"',
  ],
  [
    '12 2026-03-02 [ransomwatch] lockbit3 - victim:Acme GmbH(2026-03-02 00:00:00)',
    'tags ransomwatch, actor:lockbit3',
    'External analysis/comment | Acme GmbH | "victim"',
    'Other/datetime | 2026-03-02T00:00:00.000000+0000 | "First Seen"',
    'Network activity/url | https://leak.example/acme | "Leak site" | ids',
  ],
  [
    '13 2026-03-01 [ransomwatch] rhysida - victim:Onion Only(2026-03-01T10:12:00Z)',
    'tags ransomwatch, actor:rhysida',
    'External analysis/comment | Onion Only | "victim"',
    'Other/datetime | 2026-03-01T10:12:00.000000+0000 | "First Seen"',
    `Network activity/url | ${site}/post?id=1 | "Leak site" | ids`,
  ],
  [
    '14 2026-03-01 [ransomwatch] qilin - victim:Bad Published(2026-03-01 10:13:00)',
    'tags ransomwatch, actor:qilin',
    'External analysis/comment | Bad Published | "victim"',
    'Other/datetime | 2026-03-01T10:13:00.000000+0000 | "First Seen"',
    'Network activity/url | https://leak.example/bad | "Leak site" | ids',
    'warning 14: attributes[2] (datetime): left out, MISP would drop it: `soon` is no datetime: it is no date of ISO 8601; give its format with `date`',
  ],
  [
    '20 2026-03-01 [ransomwatch] hive - victim:\\u{1F600} Smile(2026-03-01 10:15:00)',
    'tags ransomwatch, actor:hive',
    'External analysis/comment | \\u{1F600} Smile | "victim"',
    'Other/datetime | 2026-03-01T10:15:00.000000+0000 | "First Seen"',
    'Network activity/url | https://leak.example/%F0%9F%98%80 | "Leak site" | ids',
  ],
  [
    '21 2026-03-01 [ransomwatch] hive - victim:"Quoted" Inc.(2026-03-01 10:16:00)',
    'tags ransomwatch, actor:hive',
    'External analysis/comment | "Quoted" Inc. | "victim"',
    'Other/datetime | 2026-03-01T10:16:00.000000+0000 | "First Seen"',
    'Network activity/url | leak.example/quoted | "Leak site" | ids',
  ],
  [
    '22 2026-03-01 [ransomwatch] hunters - victim:株式会社エークメ(2026-03-01 10:17:00+09:00)',
    'tags ransomwatch, actor:hunters',
    'External analysis/comment | 株式会社エークメ | "victim"',
    'Other/datetime | 2026-03-01T10:17:00.000000+0900 | "First Seen"',
    'Other/datetime | 2026-03-01T00:00:00.000000+0000 | "Published Date"',
    'Network activity/url | https://leak.example/日本 | "Leak site" | ids',
  ],
];

test('each row of a dirty file becomes the event that the original script makes of it', async () => {
  const { events } = await presetEvents('ransomwatch', {}, file);
  assert.deepEqual(events.map(summary), expected);
});

/** The same, as an analyst writes it into lurewatch.yaml. */
const byHand = `
groupBy: [actor, victim, first_seen]
event:
  info: "[ransomwatch] {actor} - victim:{victim}({first_seen})"
  date: "{first_seen|first:10}"
  tags: [ransomwatch, "actor:{actor}"]
  tlp: none
attributes:
  - { type: comment, category: External analysis, value: "{victim}", comment: victim }
  - { type: datetime, category: Other, value: "{first_seen}", comment: First Seen }
  - { type: datetime, category: Other, value: "{published}", comment: Published Date, unless: N/A }
  - { type: url, category: Network activity, value: "{url}", comment: Leak site }
`;

test('the preset is what one would write by hand', async () => {
  const mapping = z.strictObject(mappingShape).parse(parse(byHand));
  const { events } = await mappedEvents('ransomwatch', mapping, { kind: 'tsv' }, file);
  assert.deepEqual(events, (await presetEvents('ransomwatch', {}, file)).events);
});

test('rows that cannot become an event are rejected, each with its reason', async () => {
  const { rejected } = await presetEvents('ransomwatch', {}, file);
  const noDate = (value: string) =>
    `LW_ROW_DATE event.date: \`{first_seen|first:10}\`: \`${value}\` is no date by iso (UTC where it names no zone)`;
  assert.deepEqual(
    rejected.map(({ row, code, reason }) => `${row} ${code} ${reason}`),
    [
      `15 ${noDate('yesterday')}`,
      '16 LW_ROW_DATE event.date: `{first_seen|first:10}` has no value, and an event needs its day',
      `17 ${noDate('2026-02-30')}`,
      '18 LW_ROW_COLUMNS has 3 columns where the header has 5',
      '19 LW_ROW_VALUE groupBy: none of actor, victim, first_seen has a value, and they tell events apart',
    ],
  );
  assert.deepEqual(
    rejected.map(({ raw }) => raw),
    [lines[14], lines[15], lines[16], lines[17], lines[18]],
  );
});

async function eventOfRow(row: number, options: object): Promise<readonly string[]> {
  const { events } = await presetEvents('ransomwatch', options, file);
  const event = events.find(({ rows }) => rows.some((place) => place.row === row));
  assert.ok(event !== undefined, `row ${row} became an event`);
  return summary(event);
}

test('keepEqualDates: the one date says both', async () => {
  const lines = await eventOfRow(4, { keepEqualDates: true });
  assert.deepEqual(
    lines.filter((line) => line.includes('datetime')),
    ['Other/datetime | 2026-03-01T10:06:00.000000+0000 | "First Seen; Published Date"'],
  );
});

test('correlateDates: false disables the correlation of dates and of nothing else', async () => {
  const lines = await eventOfRow(2, { correlateDates: false });
  assert.deepEqual(
    lines.filter((line) => line.endsWith('uncorrelated')).map((line) => line.split(' | ')[0]),
    ['Other/datetime', 'Other/datetime'],
  );
});

test('toIds and onionToIds say which addresses sensors look for', async () => {
  assert.ok((await eventOfRow(2, { toIds: false })).every((line) => !line.endsWith('ids')));
  assert.ok((await eventOfRow(13, { onionToIds: false })).every((line) => !line.endsWith('ids')));
  assert.ok((await eventOfRow(3, { onionToIds: false })).at(-1)?.endsWith('ids'));
});

test('tidy: references of HTML are characters, and two addresses two attributes', async () => {
  const smith = await eventOfRow(6, { tidy: true });
  assert.equal(smith[0], '6 2026-03-01 [ransomwatch] clop - victim:Smith & Sons(2026-03-01 10:07:00)');
  assert.equal(smith[2], 'External analysis/comment | Smith & Sons | "victim"');
  const two = await eventOfRow(9, { tidy: true, onionToIds: false });
  assert.deepEqual(two.slice(-2), [
    'Network activity/url | https://leak.example/two | "Leak site" | ids',
    `Network activity/url | ${site}/a | "Leak site"`,
  ]);
});

test('as: object gives the same as one object ransomware-group-post a row', async () => {
  assert.deepEqual(await eventOfRow(3, { as: 'object' }), [
    '3 2026-03-01 [ransomwatch] alphv - victim:No Date Corp(2026-03-01 10:05:00)',
    'tags ransomwatch, actor:alphv',
    'object ransomware-group-post',
    '  title = Other/text | No Date Corp | from 2026-03-01T10:05:00.000000+00:00',
    '  entity-name = Other/text | No Date Corp',
    '  ransomware-group = Other/text | alphv | uncorrelated',
    '  leak-site-url = External analysis/link | https://leak.example/nodate',
  ]);
});

test('options do not change which event a row is', async () => {
  const uuids = async (options: object) =>
    (await presetEvents('ransomwatch', options, file)).events.map(({ event }) => event.uuid);
  const plain = await uuids({});
  assert.deepEqual(await uuids({ tidy: true, as: 'object', onionToIds: false }), plain);
  assert.equal(new Set(plain).size, expected.length);
});
