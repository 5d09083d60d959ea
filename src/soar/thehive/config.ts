import { z } from 'zod';
import { httpShape, originalShape, secretRef, sinkShape } from '../../config/fields.js';

/** Lengths are those of TheHive's own API description (5.6, InputCreateAlert). */
export const thehiveTargetSchema = z
  .strictObject({
    kind: z.literal('thehive'),
    url: z.url({ protocol: /^https?$/ }).describe('Root of TheHive, like `https://thehive.example.com`.'),
    key: secretRef.describe('API key of a user that may create alerts (`manageAlert/create`).'),
    version: z
      .union([z.literal(5), z.literal(4)])
      .default(5)
      .describe('Major version of TheHive.'),
    organisation: z
      .string()
      .regex(/^[\x20-\x7e]+$/, 'must be the name of an organisation, in ASCII: it travels in a header')
      .optional()
      .describe('Organisation that gets the alerts; by default the one TheHive gives the user.'),
    type: z.string().min(1).max(32).default('mail').describe('`type` of the alerts.'),
    source: z
      .string()
      .min(1)
      .max(32)
      .default('lurewatch')
      .describe('`source` of the alerts. TheHive knows an alert again by type, source and alert id: do not change it.'),
    tlp: z
      .enum(['clear', 'green', 'amber', 'amber+strict', 'red'])
      .default('amber')
      .describe('TLP of alerts and observables. TheHive 4 knows no `amber+strict`.'),
    pap: z.enum(['clear', 'green', 'amber', 'red']).default('amber').describe('PAP of the alerts.'),
    tags: z.array(z.string().min(1).max(128)).default([]).describe('Tags of every alert.'),
    ...originalShape,
    insecure: z.boolean().default(false).describe('True: allow http:// in `url`. Key and alerts travel unencrypted.'),
    ...sinkShape,
    ...httpShape,
  })
  .refine(({ version, tlp }) => version === 5 || tlp !== 'amber+strict', {
    path: ['tlp'],
    message: 'TheHive 4 knows no amber+strict: must be clear, green, amber or red',
  });
export type ThehiveTargetConfig = z.output<typeof thehiveTargetSchema>;
