import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryAfterMs } from '../../src/http/retry-after.js';

const now = Date.UTC(2026, 10, 22, 12, 0, 0);

for (const [value, expected] of [
  ['7', 7000],
  [' 0 ', 0],
  ['Sun, 22 Nov 2026 12:01:00 GMT', 60_000],
  ['Sun, 22 Nov 2026 11:00:00 GMT', 0],
  ['99999999999999999999', 3_600_000],
  ['Sun, 22 Nov 2099 12:00:00 GMT', 3_600_000],
  ['soon', undefined],
  ['', undefined],
  ['-5', undefined],
  ['1.5', undefined],
  [undefined, undefined],
] as const) {
  test(`Retry-After ${JSON.stringify(value)} means ${expected === undefined ? 'nothing' : `${expected} ms`}`, () => {
    assert.equal(retryAfterMs(value, now), expected);
  });
}
