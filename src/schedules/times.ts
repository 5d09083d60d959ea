import type { CalendarSpec, DayOfWeek, ScheduleSpec } from '@temporalio/client';
import type { Weekday } from '../feeds/config.js';

/** When a schedule runs. */
export type Times =
  | { readonly kind: 'every'; readonly everyMs: number }
  | {
      readonly kind: 'at';
      /** `06:00`, 24 hours. */
      readonly at: readonly string[];
      /** Undefined: every day. */
      readonly on?: readonly Weekday[] | undefined;
      /** IANA name. */
      readonly timezone: string;
    }
  | { readonly kind: 'cron'; readonly cron: string; readonly timezone: string };

/** For Temporal. */
export function specOf(times: Times): ScheduleSpec {
  switch (times.kind) {
    case 'every':
      return { intervals: [{ every: times.everyMs }] };
    case 'at':
      return { calendars: times.at.map((at) => calendar(at, times.on)), timezone: times.timezone };
    case 'cron':
      // The server keeps only what it made of the expression; with the comment it can be told again.
      return { cronExpressions: [`${times.cron} # ${times.cron}`], timezone: times.timezone };
  }
}

/** For people, and to tell whether two are the same: `5m`, `06:00, 18:00 on monday (Asia/Tokyo)`, `cron 0 6 1 * * (UTC)`. */
export function timesText(times: Times): string {
  switch (times.kind) {
    case 'every':
      return everyText(times.everyMs);
    case 'at': {
      const days = times.on === undefined ? '' : ` on ${dayNames(times.on.map((day) => temporalDays[day]))}`;
      return `${[...times.at].sort().join(', ')}${days} (${times.timezone})`;
    }
    case 'cron':
      return `cron ${times.cron} (${times.timezone})`;
  }
}

export function everyText(milliseconds: number): string {
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
  ] as const) {
    if (milliseconds % size === 0) return `${milliseconds / size}${unit}`;
  }
  return `${milliseconds / 1000}s`;
}

function calendar(at: string, on: readonly Weekday[] | undefined): CalendarSpec {
  const [hour = '0', minute = '0'] = at.split(':');
  return {
    hour: Number(hour),
    minute: Number(minute),
    ...(on === undefined ? {} : { dayOfWeek: on.map((day) => temporalDays[day]) }),
  };
}

const temporalDays: Readonly<Record<Weekday, DayOfWeek>> = {
  monday: 'MONDAY',
  tuesday: 'TUESDAY',
  wednesday: 'WEDNESDAY',
  thursday: 'THURSDAY',
  friday: 'FRIDAY',
  saturday: 'SATURDAY',
  sunday: 'SUNDAY',
};

/** As Temporal counts them. */
export const dayOrder: readonly DayOfWeek[] = [
  ...(['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const),
];

/** In the order of a week that begins on Monday. */
export function dayNames(days: readonly DayOfWeek[]): string {
  const order = (day: DayOfWeek) => (dayOrder.indexOf(day) + 6) % 7;
  return [...new Set(days)]
    .sort((a, b) => order(a) - order(b))
    .map((day) => day.toLowerCase())
    .join(', ');
}
