import { z } from 'zod';

/** `2026-11-22` */
const dayChars = 10;

/** From when on mail is looked at. A time is kept in UTC, to the second: such texts, days among them, sort as they follow. */
export const since = z
  .union(
    [z.iso.date(), z.iso.datetime({ offset: true })],
    'must be a day (2026-11-22) or a time with its zone (2026-11-22T14:30:00Z)',
  )
  .transform((text) => (text.length === dayChars ? text : `${new Date(text).toISOString().slice(0, 19)}Z`));

/** Unix milliseconds; of a day its beginning in UTC. */
export function beginOf(since: string): number {
  return Date.parse(since.length === dayChars ? `${since}T00:00:00Z` : since);
}
