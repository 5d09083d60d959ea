/** The minutes, hours and so on that a cron expression of five fields names, each in rising order. */
export interface CronTimes {
  readonly minute: readonly number[];
  readonly hour: readonly number[];
  readonly dayOfMonth: readonly number[];
  readonly month: readonly number[];
  /** 0 is Sunday. */
  readonly dayOfWeek: readonly number[];
}

interface Field {
  readonly words: string;
  readonly from: number;
  readonly to: number;
  readonly names: readonly string[];
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const fields = {
  minute: { words: 'the minute', from: 0, to: 59, names: [] },
  hour: { words: 'the hour', from: 0, to: 23, names: [] },
  dayOfMonth: { words: 'the day of the month', from: 1, to: 31, names: [] },
  month: { words: 'the month', from: 1, to: 12, names: ['', ...months] },
  // 7 is Sunday, too.
  dayOfWeek: { words: 'the day of the week', from: 0, to: 7, names: days },
} as const satisfies Record<keyof CronTimes, Field>;

/** What an expression names; a text says what is wrong with it. */
export function readCron(expression: string): CronTimes | string {
  const [minute, hour, dayOfMonth, month, dayOfWeek, ...more] = expression.split(' ');
  if (dayOfWeek === undefined || more.length > 0) {
    return 'must have five fields: minute, hour, day of month, month, day of week';
  }
  const given = { minute, hour, dayOfMonth, month, dayOfWeek };
  const read: Record<keyof CronTimes, readonly number[]> = {
    minute: [],
    hour: [],
    dayOfMonth: [],
    month: [],
    dayOfWeek: [],
  };
  for (const key of keys) {
    const values = readField(given[key] ?? '', fields[key]);
    if (typeof values === 'string') return values;
    read[key] = values;
  }
  return read;
}

const keys = ['minute', 'hour', 'dayOfMonth', 'month', 'dayOfWeek'] as const;

function readField(text: string, field: Field): readonly number[] | string {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [, range = '', step = '1'] = /^([^/]+)(?:\/([1-9]\d*))?$/.exec(part) ?? [];
    const [first = '', last, ...more] = range.split('-');
    const from = range === '*' ? field.from : numberOf(first, field);
    const whole = range === '*' || (last === undefined && part.includes('/'));
    const to = whole ? lastOf(field) : last === undefined ? from : numberOf(last, field);
    if (from === undefined || to === undefined || from > to || more.length > 0) {
      return `has \`${part}\` for ${field.words}, which is ${field.from} to ${field.to}, \`*\`, or like 1-5, 1,3 and */2`;
    }
    for (let value = from; value <= to; value += Number(step))
      values.add(field === fields.dayOfWeek ? value % 7 : value);
  }
  return [...values].sort((a, b) => a - b);
}

function lastOf(field: Field): number {
  return field === fields.dayOfWeek ? 6 : field.to;
}

function numberOf(text: string, { from, to, names }: Field): number | undefined {
  const named = text === '' ? -1 : names.indexOf(text.toLowerCase());
  if (named >= 0) return named;
  const number = Number(text);
  return /^\d{1,2}$/.test(text) && number >= from && number <= to ? number : undefined;
}
