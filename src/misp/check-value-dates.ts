import { DateTime } from 'luxon';

const iso =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)? ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$/i;

/** Nothing longer is a date; expressions need not see it. */
export const longestDate = 100;

/**
 * A time as MISP stores a `datetime`: `2026-03-01T10:00:00.000000+0000`, in the zone that it names, UTC where it names
 * none. The text itself where it is none that we know: MISP leaves the rest to PHP, which guesses.
 */
export function normaliseDate(text: string): string {
  const found = iso.exec(text);
  if (found === null) {
    const mailDate =
      text.length < longestDate && /^[A-Za-z0-9]/.test(text)
        ? DateTime.fromRFC2822(text, { setZone: true })
        : undefined;
    return mailDate?.isValid ? mailDate.toFormat("yyyy-MM-dd'T'HH:mm:ss.000000ZZZ") : text;
  }
  const [, year = '', month = '', day = '', hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] =
    found;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 6).padEnd(6, '0')}${offset(zone)}`;
}

/** True where a date of ISO 8601 says its zone. */
export function namesZone(text: string): boolean {
  return iso.exec(text)?.[8] !== undefined;
}

const stored = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d{4}$/;

/** True for what `normaliseDate` made of a time that exists. */
export function isStoredDate(text: string): boolean {
  if (!stored.test(text)) return false;
  const number = (start: number, end: number) => Number(text.slice(start, end));
  const [year, month, day] = [number(0, 4), number(5, 7), number(8, 10)];
  const [hour, minute, second] = [number(11, 13), number(14, 16), number(17, 19)];
  const [offsetHours, offsetMinutes] = [number(-4, -2), number(-2, text.length)];
  return isDay(year, month, day) && hour < 24 && minute < 60 && second < 60 && offsetHours < 15 && offsetMinutes < 60;
}

/** A day as MISP takes it for the date of an event. */
export function isEventDate(text: string): boolean {
  const [, year = 0, month = 0, day = 0] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)?.map(Number) ?? [];
  return isDay(year, month, day);
}

function isDay(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  return day <= 28 || day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function offset(zone: string): string {
  if (!/^[+-]/.test(zone)) return '+0000';
  return zone.replace(':', '').padEnd(5, '0');
}
