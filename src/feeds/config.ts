import { IANAZone } from 'luxon';
import { z } from 'zod';
import { duration } from '../config/fields.js';
import { didYouMean, nearest } from '../config/nearest.js';
import { readCron } from './cron.js';
import { formatSchema } from './formats/config.js';
import { mappingShape } from './mapping/config.js';
import { sourceSchema } from './sources/config.js';

/** `feeds` of lurewatch.yaml. */

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day, like "06:00"');

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

export const feedSchema = z.strictObject({
  preset: z
    .string()
    .optional()
    .describe(
      'Format and mapping of a known feed (docs/feeds.md). What stands beside it here replaces its part of the preset.',
    ),
  options: z.record(z.string(), z.unknown()).optional().describe('Options of the preset: see the end of this page.'),
  source: sourceSchema.describe('Where the feed is: a path, a glob, or an https:// address.'),
  format: formatSchema.optional().describe('How its files are written. Needed without a preset.'),
  ...mappingShape,
  publish: z
    .boolean()
    .default(false)
    .describe('True: publish each event that was created or updated. MISP then sends it on, and cannot take it back.'),
  tagGone: z
    .string()
    .min(1)
    .optional()
    .describe('A tag for events whose row is no longer in the feed. By default they stay as they are.'),
  writers: z
    .int()
    .min(1)
    .max(16)
    .default(3)
    .describe(
      'Events written at the same time, at most; fewer while MISP is slow. More than two a core of MISP only add latency.',
    ),
  every: duration
    .refine((ms) => ms >= 1000 && ms % 1000 === 0, 'must be whole seconds, at least 1s')
    .optional()
    .describe(
      'The interval of its schedule. Of `every`, `at` and `cron` at most one; with none it is imported by hand only.',
    ),
  at: z
    .union([time, z.array(time).min(1)], 'must be a time of day, like "06:00", or a list of them')
    .optional()
    .describe('Times of day of its schedule: `"06:00"` or a list.'),
  on: z.array(z.enum(weekdays)).min(1).optional().describe('With `at`: only on these days.'),
  cron: z
    .string()
    .superRefine((expression, context) => {
      const times = readCron(expression);
      if (typeof times === 'string') context.addIssue({ code: 'custom', message: times });
    })
    .optional()
    .describe('Times of its schedule as a cron expression of five fields.'),
  timezone: z
    .string()
    .refine(isZone, { error: ({ input }) => zoneMistake(String(input)) })
    .default('UTC')
    .describe('The time zone of `at` and `cron`.'),
});

/** Temporal takes names as they are written, and Luxon in any case. */
function isZone(zone: string): boolean {
  const known = zones().find((one) => one.toLowerCase() === zone.toLowerCase());
  return IANAZone.isValidZone(zone) && /^[A-Z]/.test(zone) && (known === undefined || known === zone);
}

function zoneMistake(zone: string): string {
  return `must be a time zone, like Asia/Tokyo${didYouMean(nearest(zone, zones()))}`;
}

function zones(): readonly string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone')];
}

export type Weekday = (typeof weekdays)[number];
export type FeedConfig = z.output<typeof feedSchema>;
