import { z } from 'zod';
import { duration } from '../config/fields.js';

const hourMs = 60 * 60 * 1000;
const usual = '24h';

/** `campaigns` of a mailbox. */
export const campaignsSchema = z
  .union(
    [
      z.boolean(),
      z.strictObject({
        window: duration
          .refine((ms) => ms >= hourMs && ms <= 31 * 24 * hourMs, 'must be between 1h and 31d')
          .prefault(usual)
          .describe('How long after the first mail of a campaign its copies get the same key.'),
      }),
    ],
    'must be true, false or { window: 24h }',
  )
  .prefault(false)
  .describe(
    'The copies of one mail carry one grouping key (`source_grouping_identifier`), so that the SOAR can show one case: docs/campaigns.md. `true`: within 24h.',
  );

/** Undefined: alerts of this mailbox get no grouping key. */
export function campaignWindowMs(campaigns: z.output<typeof campaignsSchema>): number | undefined {
  if (typeof campaigns === 'object') return campaigns.window;
  return campaigns ? duration.parse(usual) : undefined;
}
