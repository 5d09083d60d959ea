import { z } from 'zod';
import type { PresetInput } from './preset.js';
import { tlp } from './tlp.js';

/** Posts of ransomware groups about their victims, as monitors of leak sites publish them in JSON. */

export const postOptions = {
  as: z
    .enum(['object', 'attributes'])
    .default('object')
    .describe('An object `ransomware-group-post` in each event, or plain attributes.'),
  toIds: z
    .boolean()
    .default(false)
    .describe('True: `to_ids` of the addresses of leak sites. Most are .onion, which no sensor meets.'),
  description: z.boolean().default(true).describe('What the group, or the monitor, writes about the victim.'),
  tlp,
};
const optionsSchema = z.strictObject(postOptions);
type PostOptions = z.output<typeof optionsSchema>;

/** What a monitor calls things. */
export interface PostColumns {
  readonly group: string;
  readonly victim: string;
  readonly discovered: string;
  /** The day that the group names. */
  readonly published: string;
  readonly description: string;
  /** Of the victim. */
  readonly website: string;
  /** The post on the leak site. */
  readonly leakSite: string;
  readonly country: string;
  readonly sector: string;
  /** The monitor's own page about the post. */
  readonly page?: string;
  readonly screenshot?: string;
}

type RelationRule = NonNullable<PresetInput['objects']>[number]['attributes'][number];
type AttributeRule = NonNullable<PresetInput['attributes']>[number];

/** @param feed the tag of its events, and the beginning of their titles */
export function postMapping(feed: string, columns: PostColumns, chosen: PostOptions): Omit<PresetInput, 'format'> {
  const victim = clean(columns.victim);
  const rules = postRules(columns, chosen);
  return {
    nulls: ['N/A', 'n/a', 'None', 'null', 'Not Found', '-'],
    event: {
      info: `[${feed}] {${columns.group}} - ${victim}`,
      date: `{${columns.discovered}}`,
      tags: [feed, `actor:{${columns.group}}`, `country:{${columns.country}}`],
      tlp: chosen.tlp,
    },
    ...(chosen.as === 'object'
      ? { objects: [{ name: 'ransomware-group-post', attributes: rules.map(asRelation) }] }
      : { attributes: rules.map(asAttribute) }),
  };
}

type PostRule = RelationRule & {
  /** What it is as a plain attribute. */
  readonly plain: Pick<AttributeRule, 'type' | 'category' | 'comment'>;
};

function postRules(columns: PostColumns, chosen: PostOptions): readonly PostRule[] {
  const text = (comment: string) => ({ type: 'text', category: 'External analysis', comment });
  const link = (comment: string) => ({ type: 'link', category: 'External analysis', comment });
  const victim = clean(columns.victim);
  // Victims are given with and without a scheme, and a link needs one.
  const hasScheme = { column: columns.website, matches: '(?i)^\\s*https?://' };
  const website = { relation: 'website', plain: link('Website of the victim'), toIds: false };
  const published = { type: 'datetime', category: 'Other', comment: 'Published' };
  return [
    {
      relation: 'title',
      value: victim,
      firstSeen: `{${columns.discovered}}`,
      plain: { type: 'target-org', category: 'Targeting data', comment: 'Victim' },
    },
    ...(chosen.as === 'object' ? [{ relation: 'entity-name', value: victim, plain: text('Victim') }] : []),
    {
      relation: 'ransomware-group',
      value: clean(columns.group),
      plain: { type: 'threat-actor', category: 'Attribution', comment: 'Ransomware group' },
    },
    {
      relation: 'date-published',
      value: `{${columns.published}}`,
      date: { optional: true },
      correlate: false,
      plain: published,
    },
    { ...website, value: `{${columns.website}|trim}`, when: hasScheme },
    { ...website, value: `https://{${columns.website}|trim}`, unless: hasScheme },
    {
      relation: 'leak-site-url',
      value: `{${columns.leakSite}|trim}`,
      toIds: chosen.toIds,
      plain: { type: 'url', category: 'Network activity', comment: 'Leak site' },
    },
    ...(chosen.description
      ? [
          {
            relation: 'description',
            value: clean(columns.description),
            correlate: false,
            plain: text('Description'),
          },
        ]
      : []),
    {
      relation: 'geo',
      value: `{${columns.country}}`,
      correlate: false,
      plain: { type: 'target-location', category: 'Targeting data', comment: 'Country of the victim' },
    },
    { relation: 'sector', value: clean(columns.sector), correlate: false, plain: text('Sector of the victim') },
    ...linkRule('link', columns.page, link('Page about the post')),
    ...linkRule('proof', columns.screenshot, link('Screenshot of the post')),
  ];
}

function linkRule(relation: string, column: string | undefined, plain: PostRule['plain']): readonly PostRule[] {
  return column === undefined ? [] : [{ relation, value: `{${column}}`, correlate: false, plain }];
}

function clean(column: string): string {
  return `{${column}|unescape|trim}`;
}

function asRelation({ plain: _plain, ...rule }: PostRule): RelationRule {
  return rule;
}

function asAttribute({ relation: _relation, plain, ...rule }: PostRule): AttributeRule {
  return { ...rule, ...plain };
}
