import { z } from 'zod';
import type { Preset } from './preset.js';

const options = z.strictObject({
  keepEqualDates: z
    .boolean()
    .default(false)
    .describe(
      'MISP drops `published` where it equals `first_seen`. True: the one date then says `First Seen; Published Date`.',
    ),
  correlateDates: z
    .boolean()
    .default(true)
    .describe(
      'False: dates do not correlate. All rows of one crawl have the same, and would be linked with each other.',
    ),
  toIds: z
    .boolean()
    .default(true)
    .describe('`to_ids` of the addresses. In the object they are links, which have none.'),
  onionToIds: z
    .boolean()
    .default(true)
    .describe('False: no `to_ids` for .onion addresses, which no sensor ever meets.'),
  tidy: z
    .boolean()
    .default(false)
    .describe('True: `&amp;` and the like become characters, and several addresses in one field an attribute each.'),
  as: z
    .enum(['attributes', 'object'])
    .default('attributes')
    .describe('`object`: the same as one MISP object `ransomware-group-post` for each row.'),
});
type Options = z.output<typeof options>;

/** A monitor of the sites where ransomware groups publish their victims, as a tab-separated file. */
export const ransomwatch: Preset<typeof options> = {
  name: 'ransomwatch',
  title: 'Victims on the leak sites of ransomware groups (TSV: actor, victim, first_seen, published, url)',
  documentation: 'https://github.com/joshhighet/ransomwatch',
  options,
  build: (chosen) => {
    const { actor, victim } = names(chosen);
    return {
      format: { kind: 'tsv', header: true },
      groupBy: ['actor', 'victim', 'first_seen'],
      event: {
        info: `[ransomwatch] ${actor} - victim:${victim}({first_seen})`,
        date: '{first_seen|first:10}',
        tags: ['ransomwatch', `actor:${actor}`],
        tlp: 'none',
      },
      ...(chosen.as === 'object' ? { objects: [post(chosen)] } : { attributes: attributes(chosen) }),
    };
  },
};

function names({ tidy }: Options): { readonly actor: string; readonly victim: string } {
  return tidy
    ? { actor: '{actor|unescape|trim}', victim: '{victim|unescape|trim}' }
    : { actor: '{actor}', victim: '{victim}' };
}

function attributes(chosen: Options) {
  const repeated = chosen.keepEqualDates ? 'joinComments' : 'leaveOut';
  const date = { type: 'datetime', category: 'Other', correlate: chosen.correlateDates, repeated } as const;
  return [
    { type: 'comment', category: 'External analysis', value: names(chosen).victim, comment: 'victim' },
    { ...date, value: '{first_seen}', comment: 'First Seen' },
    { ...date, value: '{published}', comment: 'Published Date', unless: 'N/A' },
    ...addresses(chosen),
  ];
}

const onion = { matches: '(?i)\\.onion(?::\\d+)?(?:[/?#\\s]|$)' };

/** One rule for all addresses, or one for .onion and one for the others. */
function addresses(chosen: Options) {
  const { toIds, onionToIds } = chosen;
  const site = { type: 'url', category: 'Network activity', ...address(chosen), comment: 'Leak site', toIds };
  if (!toIds || onionToIds) return [site];
  return [
    { ...site, unless: onion },
    { ...site, when: onion, toIds: false },
  ];
}

function address({ tidy }: Options) {
  return { value: '{url}', ...(tidy ? { split: { matches: '[\\s,;]+' } } : {}) };
}

function post(chosen: Options) {
  const { actor, victim } = names(chosen);
  return {
    name: 'ransomware-group-post',
    attributes: [
      { relation: 'title', value: victim, firstSeen: '{first_seen}' },
      { relation: 'entity-name', value: victim },
      { relation: 'ransomware-group', value: actor },
      // Its template disables the correlation of dates itself.
      { relation: 'date-published', value: '{published}', unless: 'N/A' },
      { relation: 'leak-site-url', ...address(chosen) },
    ],
  };
}
