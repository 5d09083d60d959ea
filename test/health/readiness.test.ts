import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LurewatchError } from '../../src/errors/lurewatch-error.js';
import { watchPolls } from '../../src/health/poll-watch.js';
import { createReadiness } from '../../src/health/readiness.js';
import { eventually } from '../support/temporal.js';

const nowMs = 1_770_000_000_000;
const answering = { readMany: async () => [undefined] };

describe('readiness', () => {
  it('is given while Temporal was asked for work lately and the store answers', async () => {
    const ready = createReadiness({ lastSeen: () => nowMs - 179_000, store: answering, now: () => nowMs });
    assert.deepEqual(await ready(), {
      ready: true,
      temporal: { ready: true, lastPollSeconds: 179 },
      store: { ready: true },
    });
  });

  it('is not given before Temporal was asked, nor once that is long ago', async () => {
    const before = createReadiness({ lastSeen: () => undefined, store: answering, now: () => nowMs });
    assert.deepEqual((await before()).temporal, { ready: false, lastPollSeconds: null });
    const after = createReadiness({ lastSeen: () => nowMs - 181_000, store: answering, now: () => nowMs });
    assert.deepEqual([(await after()).ready, (await after()).temporal.lastPollSeconds], [false, 181]);
  });

  it('is not given while the store fails, with the code and not a word more', async () => {
    const failing = {
      readMany: () => Promise.reject(new LurewatchError('LW_STORE_REFUSED', 'the key AKIA123 may not')),
    };
    const ready = createReadiness({ lastSeen: () => nowMs, store: failing, now: () => nowMs });
    assert.deepEqual(await ready(), {
      ready: false,
      temporal: { ready: true, lastPollSeconds: 0 },
      store: { ready: false, code: 'LW_STORE_REFUSED' },
    });
  });

  it('asks the store seldom, however often it is asked itself, and again later', async () => {
    let asked = 0;
    const clock = { nowMs };
    const counting = {
      readMany: async () => {
        asked += 1;
        return [undefined];
      },
    };
    const ready = createReadiness({ lastSeen: () => clock.nowMs, store: counting, now: () => clock.nowMs });
    await Promise.all([ready(), ready(), ready()]);
    assert.equal(asked, 1);
    clock.nowMs += 5_001;
    await ready();
    assert.equal(asked, 2);
  });
});

describe('the watch over polls', () => {
  it('knows when the answer of Temporal last changed: the same one, none and an error are no proof', async () => {
    const answers: (string | undefined | Error)[] = [new Error('away'), undefined, '1', '1', '1'];
    let asked = 0;
    const lastPoll = async () => {
      const answer = answers[asked++];
      if (answer instanceof Error) throw answer;
      return answer;
    };
    const watch = watchPolls({ lastPoll, everyMs: 1, firstEveryMs: 1 });
    try {
      assert.equal(watch.lastSeen(), undefined);
      const first = await eventually(async () => watch.lastSeen(), 'a poll is seen');
      await eventually(async () => (asked > 4 ? true : undefined), 'it was asked again');
      assert.equal(watch.lastSeen(), first);
    } finally {
      await watch.stop();
    }
  });
});
