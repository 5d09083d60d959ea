import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseMailDate } from '../../src/mail/parse-date.js';

describe('a Date header', () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ['Mon, 02 Nov 2026 08:00:00 +0900', '2026-11-01T23:00:00.000Z'],
    ['2 Nov 2026 08:00 +0000', '2026-11-02T08:00:00.000Z'],
    ['Mon,  2 Nov 2026\t08:00:00 -0330 (comment)', '2026-11-02T11:30:00.000Z'],
    ['Fri, 23 Aug 02 22:46:34 EST', '2002-08-24T03:46:34.000Z'],
    ['Fri, 23 Aug 2002 22:46:34 GMT+1', '2002-08-23T21:46:34.000Z'],
    ['Fri, 23 Aug 2002 22:46:34 JST', '2002-08-23T22:46:34.000Z'],
    ['Fri, 23 Aug 102 22:46:34 +0000', '2002-08-23T22:46:34.000Z'],
    ['Fri, 23 Aug 2002 22:46:34', '2002-08-23T22:46:34.000Z'],
    ['Fri, 23 Aug 02 10:46:34 PM', null],
    ['Fri, 23 Aug 2002 25:46:34 +0000', null],
    ['yesterday', null],
    ['', null],
  ];
  for (const [header, expected] of cases) {
    it(`${JSON.stringify(header)} means ${expected ?? 'nothing'}`, () => {
      assert.equal(parseMailDate(header), expected === null ? null : Date.parse(expected));
    });
  }
});
