import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { LurewatchError } from '../../../src/errors/lurewatch-error.js';
import { createAccessTokens } from '../../../src/mail/oauth/access-tokens.js';
import type { Grant } from '../../../src/mail/oauth/types.js';
import { withAccessToken } from '../../../src/mail/oauth/with-access-token.js';

/** A grant that gives `token-1`, `token-2` …, each good for so long. */
function counting(expiresInSeconds: number | undefined): Grant & { readonly count: () => number } {
  let count = 0;
  return {
    title: 'a test',
    remarks: () => [],
    count: () => count,
    request: async () => ({ accessToken: `token-${++count}`, expiresInSeconds, refreshToken: undefined }),
  };
}

describe('the access tokens of a mailbox', () => {
  it('are fetched once for all that ask at the same time, and kept', async () => {
    const grant = counting(3600);
    const tokens = createAccessTokens(grant);
    const got = await Promise.all([1, 2, 3].map(() => tokens.get()));
    assert.deepEqual(new Set(got.map(({ value }) => value)), new Set(['token-1']));
    assert.deepEqual(await tokens.get(), { value: 'token-1', fresh: false });
    assert.equal(grant.count(), 1);
  });

  for (const [life, keptUntil] of [
    [3600, 3300],
    [60, 48],
    [undefined, 480],
  ] as const) {
    it(`are renewed before their end: after ${keptUntil} of ${life ?? 'unknown'} seconds`, async () => {
      mock.timers.enable({ apis: ['Date'] });
      try {
        const tokens = createAccessTokens(counting(life));
        await tokens.get();
        mock.timers.tick(keptUntil * 1000 - 1);
        assert.equal((await tokens.get()).value, 'token-1');
        mock.timers.tick(1);
        assert.equal((await tokens.get()).value, 'token-2');
      } finally {
        mock.timers.reset();
      }
    });
  }

  it('are forgotten only where nobody has fetched another one since', async () => {
    const tokens = createAccessTokens(counting(3600));
    const { value } = await tokens.get();
    tokens.forget(value);
    assert.equal((await tokens.get()).value, 'token-2');
    tokens.forget(value);
    assert.deepEqual(await tokens.get(), { value: 'token-2', fresh: false });
  });

  it('go on being fetched for the others when one gives up', async () => {
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const grant = counting(3600);
    const slow = createAccessTokens({ ...grant, request: () => answered.then(() => grant.request()) });
    const stop = new AbortController();
    const reason = new Error('told to stop');
    const one = slow.get(stop.signal);
    const other = slow.get();
    stop.abort(reason);
    await assert.rejects(one, (error) => error === reason);
    answer();
    assert.deepEqual(await other, { value: 'token-1', fresh: true });
  });

  it('are asked for again after a failure', async () => {
    const grant = counting(3600);
    let fails = true;
    const tokens = createAccessTokens({
      ...grant,
      request: async () => {
        if (fails) throw new LurewatchError('LW_MAIL_PROVIDER', 'down');
        return grant.request();
      },
    });
    await assert.rejects(tokens.get(), { code: 'LW_MAIL_PROVIDER' });
    fails = false;
    assert.equal((await tokens.get()).value, 'token-1');
  });

  it('are replaced once where a kept one is refused, and not at all where a fresh one is', async () => {
    const tokens = createAccessTokens(counting(3600));
    const tried: string[] = [];
    const refusing = async (token: string) => {
      tried.push(token);
      throw new LurewatchError('LW_MAIL_AUTH', 'refused');
    };
    await assert.rejects(withAccessToken(tokens, refusing), { code: 'LW_MAIL_AUTH' });
    assert.deepEqual(tried.splice(0), ['token-1']);
    await tokens.get();
    await assert.rejects(withAccessToken(tokens, refusing), { code: 'LW_MAIL_AUTH' });
    assert.deepEqual(tried, ['token-2', 'token-3']);
  });

  it('are kept where the log-in fails for another reason', async () => {
    const tokens = createAccessTokens(counting(3600));
    await tokens.get();
    const lost = async () => {
      throw new LurewatchError('LW_MAIL_UNREACHABLE', 'gone');
    };
    await assert.rejects(withAccessToken(tokens, lost), { code: 'LW_MAIL_UNREACHABLE' });
    assert.deepEqual(await tokens.get(), { value: 'token-1', fresh: false });
  });
});
