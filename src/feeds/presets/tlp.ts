import { z } from 'zod';

/** An option of presets for feeds that anybody may read: `misp.tlp` is about one's own events. */
export const tlp = z
  .enum(['red', 'amber', 'amber+strict', 'green', 'clear', 'none'])
  .default('clear')
  .describe('The tag `tlp:…`; `none`: no such tag. The feed is public.');
