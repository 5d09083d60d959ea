import { z } from 'zod';
import { commentedCsv, feedTags, jsonById, nulls, per } from './abuse-ch.js';
import type { Preset } from './preset.js';
import { tlp } from './tlp.js';

const options = z.strictObject({
  format: z
    .enum(['json', 'csv'])
    .default('json')
    .describe('Which of the two exports is read. JSON names its fields; the columns of the CSV have changed before.'),
  per,
  toIdsFrom: z
    .int()
    .min(0)
    .max(101)
    .default(50)
    .describe('`to_ids` from this `confidence_level` on; 0: always, 101: never.'),
  compromisedToIds: z
    .boolean()
    .default(false)
    .describe('True: `to_ids` also for honest sites that were broken into (`is_compromised`).'),
  galaxy: z.boolean().default(true).describe('The malware as a cluster of the Malpedia galaxy, whose names these are.'),
  references: z.boolean().default(true).describe('The report that an indicator is from, as a link.'),
  feedTags,
  tlp,
});
type Options = z.output<typeof options>;

const columns = [
  ...['first_seen_utc', 'ioc_id', 'ioc_value', 'ioc_type', 'threat_type', 'fk_malware', 'malware_alias'],
  ...['malware_printable', 'last_seen_utc', 'confidence_level', 'is_compromised', 'reference', 'tags', 'anonymous'],
  'reporter',
];

/** From the types of ThreatFox to those of MISP. */
const types = {
  'ip:port': 'ip-dst|port',
  domain: 'domain',
  url: 'url',
  md5_hash: 'md5',
  sha1_hash: 'sha1',
  sha256_hash: 'sha256',
  sha3_384_hash: 'sha3-384',
  envelope_from: 'email-src',
  body_from: 'email-src',
};

/** Indicators of malware: recent or full export. Their own JSON and CSV, not the answers of the API. */
export const threatfox: Preset<typeof options> = {
  name: 'threatfox',
  title: 'Indicators of malware from abuse.ch ThreatFox (JSON or CSV export), an event an indicator',
  documentation: 'https://threatfox.abuse.ch/export/',
  options,
  build: (chosen) => ({
    format: chosen.format === 'csv' ? commentedCsv(columns) : jsonById('ioc_id'),
    groupBy: chosen.per === 'day' ? ['{first_seen_utc|first:10}'] : ['ioc_id'],
    nulls: [...nulls, 'Unknown malware'],
    event: event(chosen),
    attributes: [...indicators(chosen), ...(chosen.references ? [reference] : [])],
  }),
};

/** A condition needs a word, also where none is meant. */
const nothing = 'no level';

/** One rule for `to_ids`, and as many for its absence as there are reasons, of which one applies at a time. */
function indicators({ toIdsFrom, compromisedToIds }: Options) {
  const indicator = {
    type: { column: 'ioc_type', map: types },
    value: '{ioc_value}',
    comment:
      '{malware_printable|or:unknown malware}, {threat_type}, confidence {confidence_level}, https://threatfox.abuse.ch/ioc/{ioc_id}/',
    firstSeen: '{first_seen_utc}',
    lastSeen: '{last_seen_utc}',
  };
  // An indicator without a level is below all others.
  const levels = ['', ...Array.from({ length: 101 }, (_, level) => String(level))];
  const lowest = toIdsFrom === 0 ? 0 : toIdsFrom + 1;
  const trusted = { column: 'confidence_level', equals: levels.slice(lowest).concat(nothing) };
  const compromised = { column: 'is_compromised', equals: ['true', 'True', '1'] };
  const doubtful = { ...indicator, unless: trusted, toIds: false };
  if (compromisedToIds) return [{ ...indicator, when: trusted, toIds: true }, doubtful];
  const untrusted = { column: 'confidence_level', equals: levels.slice(0, lowest).concat(nothing) };
  return [
    { ...indicator, when: trusted, unless: compromised, toIds: true },
    doubtful,
    { ...indicator, when: compromised, unless: untrusted, toIds: false },
  ];
}

const reference = {
  type: 'link',
  category: 'External analysis',
  value: '{reference}',
  comment: 'Report on {ioc_value}',
  when: { matches: '^https?://' },
};

function event({ per, galaxy, feedTags: withTags, tlp: tag }: Options) {
  const date = '{first_seen_utc}';
  if (per === 'day') {
    return { info: '[threatfox] Indicators of {first_seen_utc|first:10}', date, tags: ['threatfox'], tlp: tag };
  }
  return {
    info: '[threatfox] {malware_printable|or:unknown malware} - {ioc_value}',
    date,
    tags: [
      ...['threatfox', 'threat:{threat_type}', 'malware:{malware_printable}'],
      ...(withTags ? ['threatfox:{tags|split:,}'] : []),
    ],
    tlp: tag,
    galaxies: galaxy ? [{ type: 'malpedia', cluster: '{malware_printable}' }] : [],
  };
}
