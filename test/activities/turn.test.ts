import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inTurn } from '../../src/activities/turn.js';
import { whoAsks } from '../../src/turns/on-behalf-of.js';

test('an activity works for the mailbox or the feed that its input names, and for nobody without one', async () => {
  const later = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return whoAsks();
  };
  const [mailbox, feed, nobody] = await Promise.all([
    inTurn([{ mailbox: 'abuse', folder: 'INBOX' }], later),
    inTurn([{ feed: 'abuse' }], later),
    inTurn([], later),
  ]);
  assert.deepEqual([mailbox, feed, nobody], ['mailbox abuse', 'feed abuse', undefined]);
});
