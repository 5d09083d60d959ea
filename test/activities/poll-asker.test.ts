import assert from 'node:assert/strict';
import { it, mock } from 'node:test';
import { type Asked, PollAsker } from '../../src/activities/poll-asker.js';

it('asks again while a poll runs that may have begun too early, and is done when one was asked for', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const answers: (Asked | 'running')[] = ['running', 'running', 'asked'];
    const told: Asked[] = [];
    const asker = new PollAsker({
      ask: async () => answers.shift() ?? assert.fail('it was asked for once more'),
      onAsked: (asked) => told.push(asked),
      onTrouble: (error) => assert.fail(String(error)),
      signal: new AbortController().signal,
    });
    asker.want();
    let over = false;
    const ended = asker.ended().then(() => {
      over = true;
    });
    while (!over) {
      await new Promise(setImmediate);
      mock.timers.tick(1_000);
    }
    await ended;
    assert.deepEqual([answers, told], [[], ['asked']]);
  } finally {
    mock.timers.reset();
  }
});
