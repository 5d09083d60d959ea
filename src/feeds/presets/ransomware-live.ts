import { z } from 'zod';
import { postMapping, postOptions } from './leak-posts.js';
import type { Preset } from './preset.js';

const options = z.strictObject({
  api: z
    .enum(['v2', 'pro'])
    .default('v2')
    .describe('`v2`: a list, from api.ransomware.live/v2. `pro`: `{ victims: […] }`, from api-pro.ransomware.live.'),
  ...postOptions,
});

/** Victims as ransomware.live lists them: recentvictims, victims/<year>/<month>, groupvictims/<group>. */
export const ransomwareLive: Preset<typeof options> = {
  name: 'ransomware-live',
  title: 'Victims that ransomware groups name, from the API of ransomware.live (JSON), an event a victim',
  documentation: 'https://api.ransomware.live/apidocs',
  options,
  build: ({ api, ...chosen }) => ({
    format: { kind: 'json', path: api === 'pro' ? 'victims' : '' },
    // Its own id of a victim is made of these two.
    groupBy: ['group', 'victim'],
    ...postMapping('ransomware-live', { ...common, ...columns[api] }, chosen),
  }),
};

const common = {
  group: 'group',
  victim: 'victim',
  discovered: 'discovered',
  published: 'attackdate',
  description: 'description',
  country: 'country',
  sector: 'activity',
  screenshot: 'screenshot',
};

const columns = {
  v2: { website: 'domain', leakSite: 'claim_url', page: 'url' },
  pro: { website: 'website', leakSite: 'post_url', page: 'permalink' },
};
