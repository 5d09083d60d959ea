import type { AlertEvent } from './types.js';

/** A field with one value of each row, comma-joined, a comma in a value as `%2C`; none where all are empty. */
export function column(field: string, values: readonly string[]): AlertEvent {
  return values.every((value) => value === '')
    ? {}
    : { [field]: values.map((value) => value.replaceAll(',', '%2C')).join(',') };
}
