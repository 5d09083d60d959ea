import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readCron } from '../../src/feeds/cron.js';

describe('a cron expression', () => {
  it('names minutes, hours, days and months', () => {
    assert.deepEqual(readCron('*/20 8-10 1,15 jan-mar 1-5'), {
      minute: [0, 20, 40],
      hour: [8, 9, 10],
      dayOfMonth: [1, 15],
      month: [1, 2, 3],
      dayOfWeek: [1, 2, 3, 4, 5],
    });
  });

  it('counts on from a number with a step, and knows Sunday by both its numbers', () => {
    const times = readCron('5/20 0 1 12 sat,7');
    assert.ok(typeof times === 'object');
    assert.deepEqual([times.minute, times.month, times.dayOfWeek], [[5, 25, 45], [12], [0, 6]]);
  });

  for (const [expression, words] of [
    ['0 6 * *', /^must have five fields/],
    ['0 0 6 * * *', /^must have five fields/],
    ['60 * * * *', /^has `60` for the minute, which is 0 to 59/],
    ['0 24 * * *', /^has `24` for the hour/],
    ['0 6 0 * *', /^has `0` for the day of the month/],
    ['0 6 1 13 *', /^has `13` for the month/],
    ['0 6 * * monday', /^has `monday` for the day of the week/],
    ['0 8-4 * * *', /^has `8-4` for the hour/],
    ['*/0 * * * *', /^has `\*\/0` for the minute/],
    ['1,,2 * * * *', /^has `` for the minute/],
  ] as const) {
    it(`${expression} is refused`, () => assert.match(String(readCron(expression)), words));
  }
});
