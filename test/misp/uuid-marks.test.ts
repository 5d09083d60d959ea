import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { sortInTurns } from '../../src/misp/feed/sort-in-turns.js';
import { UuidMarks } from '../../src/misp/feed/uuid-marks.js';

const countedUp = Array.from(
  { length: 5000 },
  (_, number) => `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`,
);
const random = Array.from({ length: 5000 }, () => randomUUID());
const all = [...random, ...countedUp.toReversed(), 'ffffffff-ffff-4fff-bfff-ffffffffffff'];

function marked(uuids: readonly string[]): UuidMarks {
  const marks = new UuidMarks();
  for (const uuid of uuids) marks.mark(uuid, 1);
  return marks;
}

test('each UUID has the number of its first mark, and gives its text again', () => {
  const marks = marked([...all, ...all.slice(0, 100)]);
  assert.equal(marks.size, all.length);
  for (const [number, uuid] of all.entries()) {
    assert.equal(marks.numberOf(uuid), number);
    assert.equal(marks.uuidAt(number), uuid);
  }
  assert.equal(marks.numberOf(randomUUID()), undefined);
});

test('marks of a UUID add up, and touch no other', () => {
  const marks = marked(all);
  marks.mark(random[0] ?? '', 4);
  marks.markAt(1, 8);
  assert.deepEqual(
    [0, 1, 2].map((number) => marks.marksAt(number)),
    [5, 9, 1],
  );
});

test('what is no UUID in lower case has no mark', () => {
  const one = 'abcdefab-0000-4000-8000-000000000000';
  const others = ['', 'x', one.toUpperCase(), `${one}0`, one.slice(1), one.replaceAll('-', '0'), one.replace('a', 'g')];
  const marks = marked(others);
  assert.equal(marks.size, 0);
  for (const other of others) assert.equal(marks.numberOf(other), undefined, other);
});

test('numbers are sorted as their texts are', async () => {
  const marks = marked(all);
  const numbers = Uint32Array.from(all.keys());
  const sorted = await sortInTurns(numbers, (left, right) => marks.compare(left, right));
  assert.deepEqual(
    Array.from(sorted, (number) => marks.uuidAt(number)),
    [...all].sort(),
  );
  assert.deepEqual(numbers, Uint32Array.from(all.keys()));
  assert.equal((await sortInTurns(new Uint32Array(0), () => 0)).length, 0);
});
