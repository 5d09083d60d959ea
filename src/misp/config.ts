import { z } from 'zod';
import { httpShape, secretRef, sinkShape } from '../config/fields.js';

const eventShape = {
  tlp: z
    .enum(['red', 'amber', 'amber+strict', 'green', 'clear'])
    .default('amber')
    .describe('Each event is tagged `tlp:…` with this.'),
  distribution: z
    .int()
    .min(0)
    .max(4)
    .default(0)
    .describe('0 organisation, 1 community, 2 connected communities, 3 all, 4 sharing group.'),
  sharingGroup: z.int().min(1).optional().describe('Sharing group id, for distribution 4.'),
  threatLevel: z.int().min(1).max(4).default(4).describe('1 high, 2 medium, 3 low, 4 undefined.'),
  analysis: z.int().min(0).max(2).default(0).describe('0 initial, 1 ongoing, 2 complete.'),
  toIds: z
    .boolean()
    .default(false)
    .describe(
      '`to_ids` of what a mail leads to: its URLs but images, shorteners and those to unsubscribe; files but images and texts; IP addresses in URLs; wallets.',
    ),
  objects: z
    .boolean()
    .default(true)
    .describe(
      'True: a mail is an `email` object that refers to `url` and `file` objects; false: plain attributes, without files. Feeds do not heed it.',
    ),
};

export const mispServerSchema = z.strictObject({
  kind: z.literal('server').default('server'),
  url: z.url({ protocol: /^https?$/ }).describe('Address of MISP.'),
  key: secretRef.describe('Authentication key.'),
  insecure: z.boolean().default(false).describe('True: allow http:// in `url`. The key then travels unencrypted.'),
  ...eventShape,
  ...sinkShape,
  ...httpShape,
  concurrency: z
    .int()
    .min(1)
    .max(64)
    .default(3)
    .describe('Requests at the same time, from one worker; more than two a core of MISP only add latency.'),
});

export const mispFeedSchema = z.strictObject({
  kind: z.literal('feed'),
  path: z
    .string()
    .min(1)
    .describe(
      'Directory of a MISP feed (manifest.json, one JSON an event, hashes.csv), relative to the configuration file.',
    ),
  organisation: z
    .strictObject({ name: z.string().min(1), uuid: z.uuid() })
    .default({ name: 'Lurewatch', uuid: 'd3ae2cb2-31c1-5f30-9f5b-0e5f3a3b8a4e' })
    .describe('The creator organisation that the feed names.'),
  ...eventShape,
  ...sinkShape,
});

export const mispSchema = z.discriminatedUnion('kind', [mispServerSchema, mispFeedSchema]);
export type MispConfig = z.output<typeof mispSchema>;
export type MispServerConfig = z.output<typeof mispServerSchema>;
export type MispFeedConfig = z.output<typeof mispFeedSchema>;
export type MispEventConfig = Pick<
  MispServerConfig,
  'tlp' | 'distribution' | 'sharingGroup' | 'threatLevel' | 'analysis' | 'toIds'
> & { readonly objects?: boolean };
