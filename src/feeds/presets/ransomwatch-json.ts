import { z } from 'zod';
import { postMapping, postOptions } from './leak-posts.js';
import type { Preset } from './preset.js';

const options = z.strictObject(postOptions);

/**
 * `posts.json` of ransomwatch, which has the first three fields, and of its forks, which have the others too
 * (data.ransomware.live/posts.json).
 */
export const ransomwatchJson: Preset<typeof options> = {
  name: 'ransomwatch-json',
  title: 'Posts of ransomware groups from ransomwatch (posts.json, and that of its forks), an event a post',
  documentation: 'https://github.com/joshhighet/ransomwatch',
  options,
  build: (chosen) => ({
    format: { kind: 'json' },
    groupBy: ['group_name', 'post_title', 'discovered'],
    ...postMapping('ransomwatch', columns, chosen),
  }),
};

const columns = {
  group: 'group_name',
  victim: 'post_title',
  discovered: 'discovered',
  published: 'published',
  description: 'description',
  website: 'website',
  leakSite: 'post_url',
  country: 'country',
  sector: 'activity',
};
