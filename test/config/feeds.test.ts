import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configSchema } from '../../src/config/schema.js';
import { configMistakes } from '../support/config-mistakes.js';

const misp = 'misp: { url: "https://misp.test", key: { env: K } }\n';

/** A feed whose columns are known, with what differs from one that is right. */
function feed({ source = './feed.csv', event = '', attribute = '', more = '' } = {}): string {
  return `${misp}feeds:
  own:
    source: ${source}
    format: { kind: csv, header: [name, url, seen] }
    event: { info: "{name}", date: "{seen}"${event} }
    attributes:
      - { type: url, value: "{url}"${attribute} }
${more}`;
}

describe('a feed in lurewatch.yaml', () => {
  it('is taken when nothing is wrong', async () => {
    assert.deepEqual(await configMistakes(feed()), []);
    const text = `${misp}feeds: { leaks: { preset: ransomwatch, source: ./a.tsv, at: "06:00", timezone: Asia/Tokyo } }\n`;
    assert.deepEqual(await configMistakes(text), []);
    for (const adopt of ['', ', adopt: true']) {
      const asIs = `${misp}feeds: { a: { source: "./a/*.json", format: { kind: misp${adopt} } } }\n`;
      assert.deepEqual(await configMistakes(asIs), []);
    }
    const byUuid =
      'groupBy: [uuid], event: { info: "{info}", date: "{date}" }, attributes: [{ type: text, value: "{info}" }]';
    for (const more of ['', `, ${byUuid}`]) {
      const address = `${misp}feeds: { a: { source: "https://a.test/feed/", format: { kind: misp }${more} } }\n`;
      assert.deepEqual(await configMistakes(address), []);
    }
  });

  it('may write its source short', () => {
    const source = (value: unknown) =>
      configSchema.parse({ feeds: { a: { preset: 'ransomwatch', source: value } } }).feeds.a?.source;
    assert.equal(source('./a.tsv')?.kind, 'path');
    assert.equal(source('https://feeds.test/a.tsv')?.kind, 'url');
    assert.equal(source({ url: 'https://feeds.test/a.tsv' })?.kind, 'url');
  });

  const ofMisp = (source: string, groupBy: string) => `${misp}feeds:
  own:
    source: ${source}
    format: { kind: misp }${groupBy}
    event: { info: "{info}", date: "{date}" }
    attributes: [{ type: text, value: "{info}" }]
`;

  it('of MISP may make one event of several where it is read as a whole', async () => {
    for (const source of ['./a/*.json', 'https://a.test/events.json']) {
      assert.deepEqual(await configMistakes(ofMisp(source, '\n    groupBy: [info]')), []);
    }
  });

  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'events of a feed of MISP at an address that would become one with others',
      ofMisp('https://a.test/feed/manifest.json', '\n    groupBy: [info]'),
      ['6:5 feeds.own.groupBy: must be [uuid] for a feed of MISP at an address, of which only what changed is fetched'],
    ],
    [
      'an unknown key of an attribute',
      feed({ attribute: ', unles: "N/A"' }),
      ['8:38 feeds.own.attributes[0].unles: unknown key; did you mean `unless`?'],
    ],
    [
      'an unknown key of a map that might be a text',
      feed({ attribute: ', split: { match: "," }' }),
      [
        '8:38 feeds.own.attributes[0].split.matches: is missing: must be text',
        '8:47 feeds.own.attributes[0].split.match: unknown key; did you mean `matches`?',
      ],
    ],
    [
      'an unknown key of a condition',
      feed({ attribute: ', when: { colum: name, equals: x }' }),
      ['8:46 feeds.own.attributes[0].when.colum: unknown key; did you mean `column`?'],
    ],
    [
      'an unknown key of a path, by what a path knows',
      feed({ source: '{ path: ./a.csv, maxBites: 5 }' }),
      ['4:30 feeds.own.source.maxBites: unknown key; did you mean `maxBytes`?'],
    ],
    [
      'a column that the feed does not have',
      feed({ event: ', tags: ["x:{nam}"]' }),
      ['6:53 feeds.own.event.tags[0]: the feed has no column `nam`; did you mean `name`?; it has name, url, seen'],
    ],
    [
      'a type that MISP does not have',
      feed().replace('type: url', 'type: ulr'),
      ['8:17 feeds.own.attributes[0].type: MISP has no type `ulr`; did you mean `url`?'],
    ],
    [
      'a category that its type cannot have',
      feed({ attribute: ', category: Other' }),
      [
        '8:48 feeds.own.attributes[0].category: MISP takes the type `url` in no category `Other`; possible are Payload delivery, Network activity, External analysis',
      ],
    ],
    [
      'a preset that there is not',
      `${misp}feeds: { a: { preset: urlhause, source: ./a.csv } }\n`,
      [
        '2:23 feeds.a.preset: there is no preset `urlhause`; did you mean `urlhaus`? (there are: ransomwatch, ransomwatch-json, ransomware-live, urlhaus, threatfox, malwarebazaar, feodo-tracker)',
      ],
    ],
    [
      'wrong options of a preset',
      `${misp}feeds: { a: { preset: urlhaus, source: ./a.csv, options: { formt: csv, toIds: 1 } } }\n`,
      [
        '2:60 feeds.a.options.formt: unknown key; did you mean `format`?',
        '2:79 feeds.a.options.toIds: must be true or false, but is a number (put it in quotes if it is meant as text)',
      ],
    ],
    [
      'options without a preset',
      feed({ more: '    options: { tidy: true }\n' }),
      ['9:5 feeds.own.options: are those of a preset, and none is named'],
    ],
    [
      'neither preset nor format',
      `${misp}feeds: { a: { source: ./a.csv } }\n`,
      ['2:10 feeds.a: needs a `preset`, or a `format` and what its rows become'],
    ],
    [
      'a part of a mapping beside events that are imported as they are',
      `${misp}feeds: { a: { source: ./a.json, format: { kind: misp }, groupBy: [uuid] } }\n`,
      ['2:57 feeds.a.groupBy: means nothing where events are imported as they are, without `event` and `attributes`'],
    ],
    [
      'a feed that may adopt events and makes its own',
      ofMisp('./a/*.json', '').replace('kind: misp', 'kind: misp, adopt: true'),
      [
        '5:27 feeds.own.format.adopt: means nothing beside `event` and `attributes`: such events have UUIDs of their own',
      ],
    ],
    [
      'a format without a mapping',
      `${misp}feeds: { a: { source: ./a.csv, format: { kind: csv } } }\n`,
      [
        '2:10 feeds.a.event: is missing: it says title and day of each event',
        '2:10 feeds.a.attributes: is missing: an event needs attributes or objects',
      ],
    ],
    [
      'a wrong format, by the one that is near',
      `${misp}feeds: { a: { source: ./a.csv, format: { kind: cvs, delimter: ";" }, event: { info: a, date: today }, attributes: [{ type: text, value: "{1}" }] } }\n`,
      [
        '2:48 feeds.a.format.kind: `cvs` is unknown: must be one of csv, tsv, json, jsonl, log, keyValue, list, misp; did you mean `csv`?',
        '2:53 feeds.a.format.delimter: unknown key; did you mean `delimiter`?',
      ],
    ],
    [
      'a source that is missing',
      `${misp}feeds: { a: { preset: ransomwatch } }\n`,
      ['2:10 feeds.a.source: is missing: must be a path, a glob, an https:// address, or a map with `path` or `url`'],
    ],
    [
      'an address that is not encrypted',
      feed({ source: 'http://feeds.test/a.csv' }),
      ['4:5 feeds.own.source.url: http:// is not encrypted: use https://, or `{ url: …, insecure: true }`'],
    ],
    [
      'an address that is not encrypted, behind another mistake',
      feed({ source: '{ url: "http://feeds.test/a.csv", stallTimout: 5s }' }),
      [
        '4:20 feeds.own.source.url: http:// is not encrypted: use https://, or `{ url: …, insecure: true }`',
        '4:47 feeds.own.source.stallTimout: unknown key; did you mean `stallTimeout`?',
      ],
    ],
    [
      'more than one kind of times',
      feed({ more: '    every: 1h\n    at: "06:00"\n    cron: "0 6 1 * *"\n' }),
      [
        '10:5 feeds.own.at: only one of `every`, `at` and `cron` may be given, and there is `every` already',
        '11:5 feeds.own.cron: only one of `every`, `at` and `cron` may be given, and there is `every` already',
      ],
    ],
    [
      'days without times',
      feed({ more: '    on: [monday]\n' }),
      ['9:5 feeds.own.on: needs `at`: the times of day on these days'],
    ],
    [
      'a time of day that is none',
      feed({ more: '    at: ["06:00", "6 pm"]\n' }),
      ['9:19 feeds.own.at[1]: must be a time of day, like "06:00"'],
    ],
    [
      'a day of the week that is none',
      feed({ more: '    at: "06:00"\n    on: [mondy]\n' }),
      [
        '10:10 feeds.own.on[0]: `mondy` is unknown: must be one of monday, tuesday, wednesday, thursday, friday, saturday, sunday; did you mean `monday`?',
      ],
    ],
    [
      'a time zone that is none',
      feed({ more: '    at: "06:00"\n    timezone: Asia/Tokio\n' }),
      ['10:15 feeds.own.timezone: must be a time zone, like Asia/Tokyo; did you mean `Asia/Tokyo`?'],
    ],
    [
      'a wrong zone of all dates, once',
      feed({ attribute: ', firstSeen: "{seen}"', more: '    dates: { zone: Mars/Olympus }\n' }),
      ['9:20 feeds.own.dates.zone: `Mars/Olympus` is no time zone; they are like Asia/Tokyo or UTC'],
    ],
    [
      'a sharing group that nothing names',
      feed({ event: ', distribution: 4' }),
      ['6:60 feeds.own.event.distribution: needs `sharingGroup` when it is 4'],
    ],
    [
      'a name that stands in no identity',
      `${misp}feeds: { Leaks: { preset: ransomwatch, source: ./a.tsv } }\n`,
      ['2:10 feeds.Leaks: the name must be lower-case letters, digits, - and _, at most 63 characters'],
    ],
  ];
  for (const [what, text, mistakes] of cases) {
    it(`with ${what} is refused, with place and advice`, async () => {
      assert.deepEqual(await configMistakes(text), mistakes);
    });
  }

  it('is refused where there is no MISP for it', async () => {
    assert.deepEqual(await configMistakes(feed().replace(misp, '')), [
      '2:3 feeds.own: has nowhere to go: configure `misp`',
    ]);
  });

  it('may leave its sharing group to `misp`', async () => {
    const grouped = feed({ event: ', distribution: 4' }).replace('{ env: K } }', '{ env: K }, sharingGroup: 7 }');
    assert.deepEqual(await configMistakes(grouped), []);
  });

  it('has all its mistakes told at once, whatever they are, and none twice', async () => {
    const told = await configMistakes(`feeds:
  a:
    format: { kind: csv, header: [name, url], delimter: ";" }
    event: { info: "{nam}", date: "{seen}" }
    attributes:
      - { type: urll, value: "{url}", toIds: yes please }
      - { value: "{url}", comment: "{ur}" }
      - { type: url, category: Other, value: "{url", repeated: keep }
    objects:
      - { name: file, attributes: [{ relation: md6, value: "{url}" }] }
    at: "25:00"
    cron: "* * * * *"
    publish: 1
`);
    assert.deepEqual(
      told.map((line) => line.replace(/^\S+ /, '').replace(/[:;,] .*/, '')),
      [
        'feeds.a.source',
        'feeds.a',
        'feeds.a.format.delimter',
        'feeds.a.event.info',
        'feeds.a.event.date',
        'feeds.a.attributes[0].type',
        'feeds.a.attributes[0].toIds',
        'feeds.a.attributes[1].type',
        'feeds.a.attributes[1].comment',
        'feeds.a.attributes[2].category',
        'feeds.a.attributes[2].value',
        'feeds.a.attributes[2].repeated',
        'feeds.a.objects[0].attributes[0].relation',
        'feeds.a.at',
        'feeds.a.cron',
        'feeds.a.publish',
      ],
    );
  });
});
