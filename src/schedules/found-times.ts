import { isDeepStrictEqual } from 'node:util';
import type { CalendarSpecDescription, Month, ScheduleSpecDescription } from '@temporalio/client';
import { readCron } from '../feeds/cron.js';
import { dayNames, dayOrder, everyText } from './times.js';

const ownTimes = 'times of its own';

/** Of a schedule as Temporal has it; somebody may have changed it by hand to what no configuration of ours says. */
export function foundTimesText(spec: ScheduleSpecDescription): string {
  const { calendars = [], intervals = [], skip = [], jitter, startAt, endAt, timezone = 'UTC' } = spec;
  if (jitter || skip.length > 0 || startAt || endAt) return ownTimes;
  const [interval] = intervals;
  if (interval !== undefined) {
    return intervals.length === 1 && !interval.offset && calendars.length === 0 ? everyText(interval.every) : ownTimes;
  }
  const [first] = calendars;
  if (first === undefined) return ownTimes;
  const zone = timezone === '' ? 'UTC' : timezone;
  if (first.comment) {
    return calendars.length === 1 && isCron(first, first.comment) ? `cron ${first.comment} (${zone})` : ownTimes;
  }
  const daily = calendars.map(dailyText);
  const days = new Set(daily.map((one) => one?.days));
  if (days.size !== 1 || daily.includes(undefined)) return ownTimes;
  return `${daily
    .map((one) => one?.at)
    .sort()
    .join(', ')}${daily[0]?.days ?? ''} (${zone})`;
}

/** Whether a calendar still is what the expression in its comment says. */
function isCron(calendar: CalendarSpecDescription, expression: string): boolean {
  const times = readCron(expression);
  if (typeof times === 'string') return false;
  const { second, minute, hour, dayOfMonth, month, year, dayOfWeek } = calendar;
  const found = {
    minute: numbers(minute),
    hour: numbers(hour),
    dayOfMonth: numbers(dayOfMonth),
    month: numbers(month.map((range) => numbered(range, monthNames, 1))),
    dayOfWeek: numbers(dayOfWeek.map((range) => numbered(range, dayOrder, 0))),
  };
  return single(second) === 0 && year.length === 0 && isDeepStrictEqual(found, times);
}

function numbers(ranges: Ranges<number>): readonly number[] {
  const each = ranges.flatMap(({ start, end, step }) =>
    Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step),
  );
  return [...new Set(each)].sort((a, b) => a - b);
}

function numbered<T extends string>({ start, end, step }: Ranges<T>[number], names: readonly T[], first: number) {
  return { start: names.indexOf(start) + first, end: names.indexOf(end) + first, step };
}

/** A calendar as `at` and `on` make it; undefined: it says something else. */
function dailyText(calendar: CalendarSpecDescription): { readonly at: string; readonly days: string } | undefined {
  const { second, minute, hour, dayOfMonth, month, year, dayOfWeek } = calendar;
  const anyDay = isWhole(dayOfMonth, 31) && isWhole(month, 12) && year.length === 0;
  const [onlyHour, onlyMinute, onlySecond] = [single(hour), single(minute), single(second)];
  if (!anyDay || onlyHour === undefined || onlyMinute === undefined || onlySecond !== 0) return undefined;
  const at = `${padded(onlyHour)}:${padded(onlyMinute)}`;
  if (isWhole(dayOfWeek, 7)) return { at, days: '' };
  if (dayOfWeek.some(({ start, end }) => start !== end)) return undefined;
  return { at, days: ` on ${dayNames(dayOfWeek.map(({ start }) => start))}` };
}

type Ranges<T> = readonly { readonly start: T; readonly end: T; readonly step: number }[];

function single(ranges: Ranges<number>): number | undefined {
  const [only] = ranges;
  return ranges.length === 1 && only?.start === only?.end ? only?.start : undefined;
}

/** From the first of its units to the last. */
function isWhole<T>(ranges: Ranges<T>, count: number): boolean {
  const [only] = ranges;
  const ends: Readonly<Record<number, unknown>> = { 31: 31, 12: 'DECEMBER', 7: 'SATURDAY' };
  return ranges.length === 1 && only?.step === 1 && only.start !== only.end && only.end === ends[count];
}

const monthNames: readonly Month[] = [
  ...(['JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'MAY', 'JUNE', 'JULY'] as const),
  ...(['AUGUST', 'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'] as const),
];

function padded(number: number): string {
  return String(number).padStart(2, '0');
}
