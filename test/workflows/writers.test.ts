import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Writers } from '../../src/workflows/writers.js';

const calm = { msPerEvent: 75, troubled: false };
const troubled = { msPerEvent: 75, troubled: true };
const slow = { msPerEvent: 400, troubled: false };

function after(parts: readonly (typeof calm)[], most = 3): number {
  const writers = new Writers(most);
  for (const part of parts) writers.learn(part);
  return writers.allowed;
}

describe('the number of writers', () => {
  it('is all of them while nothing is wrong', () => {
    assert.equal(after([]), 3);
    assert.equal(after([calm, calm, calm]), 3);
  });

  it('is one fewer after each part that met trouble or took much longer, but never none', () => {
    assert.equal(after([troubled]), 2);
    assert.equal(after([calm, slow]), 2);
    assert.equal(after([troubled, troubled, troubled, troubled]), 1);
    assert.equal(after([], 0), 1);
  });

  it('grows again by one after some calm, up to all of them', () => {
    const calmParts = Array.from({ length: 5 }, () => calm);
    assert.equal(after([troubled, troubled, ...calmParts.slice(1)]), 1);
    assert.equal(after([troubled, troubled, ...calmParts]), 2);
    assert.equal(after([troubled, troubled, ...calmParts, ...calmParts, ...calmParts]), 3);
  });

  it('does not take the first part for slow', () => {
    assert.equal(after([slow]), 3);
  });

  it('takes for usual what has long been so, and learns nothing from a part of few events', () => {
    const quick = { msPerEvent: 7, troubled: false };
    const unknown = { msPerEvent: 0, troubled: false };
    assert.equal(after([quick, ...Array.from({ length: 60 }, () => calm)]), 3);
    assert.equal(after([unknown, calm, unknown]), 3);
  });
});
