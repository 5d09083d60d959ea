import { z } from 'zod';
import { commentedCsv, feedTags, jsonById, nulls, per } from './abuse-ch.js';
import type { Preset } from './preset.js';
import { tlp } from './tlp.js';

const options = z.strictObject({
  format: z.enum(['csv', 'json']).default('csv').describe('Which of the two exports is read.'),
  per,
  toIds: z.boolean().default(true).describe('`to_ids` of the URLs.'),
  lastSeen: z
    .boolean()
    .default(false)
    .describe('True: `last_seen` is `last_online`, which moves with every export for each URL that is online.'),
  feedTags,
  tlp,
});
type Options = z.output<typeof options>;

const columns = [
  ...['id', 'dateadded', 'url', 'url_status', 'last_online', 'threat', 'tags', 'urlhaus_link', 'reporter'],
];

/** URLs from which malware is spread: csv_recent, csv_online, the full dump, or the same as JSON. */
export const urlhaus: Preset<typeof options> = {
  name: 'urlhaus',
  title: 'URLs that spread malware, from abuse.ch URLhaus (CSV or JSON export), an event a URL',
  documentation: 'https://urlhaus.abuse.ch/api/',
  options,
  build: (chosen) => ({
    format: chosen.format === 'csv' ? commentedCsv(columns) : jsonById('id'),
    groupBy: chosen.per === 'day' ? ['{dateadded|first:10}'] : ['id'],
    nulls,
    event: event(chosen),
    attributes: [
      {
        type: 'url',
        category: 'Network activity',
        value: '{url}',
        comment: '{threat|or:unknown threat}, reported by {reporter|or:somebody}, {urlhaus_link}',
        toIds: chosen.toIds,
        firstSeen: '{dateadded}',
        ...(chosen.lastSeen ? { lastSeen: '{last_online}' } : {}),
      },
    ],
  }),
};

function event({ per, tlp: tag, feedTags: withTags }: Options) {
  const date = '{dateadded}';
  if (per === 'day') return { info: '[urlhaus] URLs of {dateadded|first:10}', date, tags: ['urlhaus'], tlp: tag };
  const own = withTags ? ['urlhaus:{tags|split:,}'] : [];
  return { info: '[urlhaus] {url}', date, tags: ['urlhaus', 'threat:{threat}', ...own], tlp: tag };
}
