import { DateTime, IANAZone } from 'luxon';
import { isEventDate, isStoredDate, longestDate, namesZone, normaliseDate } from '../../misp/check-value-dates.js';
import type { DatesConfig } from './config.js';
import type { MappingCheck, MappingMistake } from './mistakes.js';

/** A time as MISP stores it, `2026-03-01T10:00:00.000000+0000`; its first ten characters are the day as it was written. */
export type StoredDate = string;

export interface DateReader {
  /** Undefined: none of the formats reads it. */
  readonly read: (text: string) => StoredDate | undefined;
  /** For messages: `iso, dd/MM/yyyy (UTC where it names no zone)`. */
  readonly description: string;
}

const stored = "yyyy-MM-dd'T'HH:mm:ss.SSS'000'ZZZ";

export function compileDates(
  config: DatesConfig,
  defaults: DatesConfig,
  path: MappingMistake['path'],
  check: MappingCheck,
): DateReader {
  const formats = config.formats ?? defaults.formats ?? ['iso'];
  const zone = config.zone ?? defaults.zone ?? 'UTC';
  if (config.zone !== undefined && !IANAZone.isValidZone(zone)) {
    check.mistake([...path, 'zone'], `\`${zone}\` is no time zone; they are like Asia/Tokyo or UTC`);
  }
  const readers = formats.map((format, index) => {
    // What is wrong in the defaults is told where they stand, and not with each rule that uses them.
    const place = config.formats === undefined ? undefined : [...path, 'formats', index];
    return compileFormat(format, zone, place, check);
  });
  return {
    read: (text) => {
      const trimmed = text.trim();
      if (trimmed.length > longestDate) return undefined;
      for (const reader of readers) {
        const date = reader(trimmed);
        if (date !== undefined) return date;
      }
      return undefined;
    },
    description: `${formats.join(', ')} (${zone} where it names no zone)`,
  };
}

type FormatReader = (text: string) => StoredDate | undefined;

function compileFormat(
  format: string,
  zone: string,
  path: MappingMistake['path'] | undefined,
  check: MappingCheck,
): FormatReader {
  switch (format) {
    case 'iso':
      return (text) => readIso(text, zone);
    case 'unix':
      return (text) =>
        /^-?\d{1,11}(\.\d+)?$/.test(text) ? written(DateTime.fromSeconds(Number(text), { zone })) : undefined;
    case 'unix-ms':
      return (text) => (/^-?\d{1,14}$/.test(text) ? written(DateTime.fromMillis(Number(text), { zone })) : undefined);
    case 'rfc2822':
      return (text) => written(DateTime.fromRFC2822(text, { zone, setZone: true }));
    default:
      return tokens(format, zone, path, check);
  }
}

function tokens(
  format: string,
  zone: string,
  path: MappingMistake['path'] | undefined,
  check: MappingCheck,
): FormatReader {
  const options = { zone, setZone: true, locale: 'en' } as const;
  const parser = DateTime.buildFormatParser(format, { locale: 'en' });
  // Not of this year: a format without a year would take every date for one of the year that it is read in.
  const sample = DateTime.fromISO('2003-03-01T10:20:30Z', { zone: 'UTC' });
  const read = DateTime.fromFormatParser(sample.toFormat(format, { locale: 'en' }), parser, options);
  if (path !== undefined && read.toISODate() !== sample.toISODate()) {
    check.mistake(
      path,
      `\`${format}\` is no format of dates: they are iso, unix, unix-ms, rfc2822, or tokens with year, month and day like dd/MM/yyyy HH:mm`,
    );
  }
  return (text) => written(DateTime.fromFormatParser(text, parser, options));
}

function readIso(text: string, zone: string): StoredDate | undefined {
  const date = normaliseDate(text);
  if (!isStoredDate(date)) return undefined;
  if (zone === 'UTC' || namesZone(text)) return date;
  const local = DateTime.fromISO(date.slice(0, 19), { zone });
  // Luxon counts in milliseconds; MISP keeps microseconds.
  return local.isValid ? `${date.slice(0, 26)}${local.toFormat('ZZZ')}` : undefined;
}

function written(date: DateTime): StoredDate | undefined {
  const text = date.isValid ? date.toFormat(stored) : '';
  return isStoredDate(text) ? text : undefined;
}

/** The day that a template gave: as it is, or as a date reader finds it. */
export function readDay(text: string, reader: DateReader): string | undefined {
  const trimmed = text.trim();
  return isEventDate(trimmed) ? trimmed : reader.read(trimmed)?.slice(0, 10);
}
