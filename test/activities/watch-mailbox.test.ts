import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CancelledFailure } from '@temporalio/common';
import { createWatchMailbox, type WatchMailboxInput } from '../../src/activities/watch-mailbox.js';
import { configSchema } from '../../src/config/schema.js';
import { LurewatchError } from '../../src/errors/lurewatch-error.js';
import type { MailSource } from '../../src/mail/source.js';
import { FileStore } from '../../src/store/file-store.js';
import { testDependencies } from '../support/dependencies.js';
import { inFolder } from '../support/folder.js';
import { MemorySource } from '../support/memory-source.js';
import { quietActivity } from '../support/quiet-activity.js';

type Listen = NonNullable<MailSource['watch']>;

interface Watching {
  /** What the mail server does. */
  readonly listen: Listen;
  readonly push?: 'none' | 'idle';
  readonly input?: Partial<WatchMailboxInput>;
  readonly stopping?: AbortSignal;
}

/** Listens once; gives back how it ended and what was asked for. */
async function watching({ listen, push = 'idle', input = {}, stopping }: Watching) {
  return inFolder(async (folder) => {
    const source = Object.assign(new MemorySource(), { watch: listen });
    const config = configSchema.parse({
      mailboxes: { soc: { host: 'h', username: 'u', password: { env: 'P' }, push } },
    });
    const asked: string[] = [];
    const usual = testDependencies(await FileStore.open(folder));
    const askForPoll = async (mailbox: string) => {
      asked.push(mailbox);
      return 'asked' as const;
    };
    const environment = quietActivity();
    const dependencies = testDependencies(usual.store, {
      config,
      sources: new Map([['soc', source]]),
      workflows: { ...usual.workflows, askForPoll },
      ...(stopping === undefined ? {} : { stopping }),
    });
    const result = environment.run(createWatchMailbox(dependencies), { mailbox: 'soc', ...input });
    const ended = await result.catch((error: unknown) => error);
    return { ended, asked };
  });
}

/** Resolves as soon as the signal is aborted. */
const until = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

describe('listening to a mailbox', () => {
  it('is over at once where the configuration has no push', async () => {
    const { ended, asked } = await watching({ push: 'none', listen: () => assert.fail('it listened') });
    assert.deepEqual([ended, asked], [{ end: 'off', seen: {} }, []]);
  });

  it('asks for a poll where mail may have come before, and for none where nothing has', async () => {
    const stop = new AbortController();
    const listen: Listen = async (listener) => {
      listener.listening({ folder: 'INBOX', state: '7 12' });
      listener.listening({ folder: 'Reports', state: '3 4' });
      setTimeout(() => stop.abort(), 50);
      await until(stop.signal);
    };
    const fresh = await watching({ listen, stopping: stop.signal });
    assert.deepEqual(fresh.ended, { end: 'stopped', seen: { INBOX: '7 12', Reports: '3 4' } });
    assert.deepEqual(fresh.asked, ['soc']);
    const again = new AbortController();
    const unchanged = await watching({
      listen: async (listener) => {
        listener.listening({ folder: 'INBOX', state: '7 12' });
        again.abort();
      },
      input: { seen: { INBOX: '7 12' } },
      stopping: again.signal,
    });
    assert.deepEqual([unchanged.ended, unchanged.asked], [{ end: 'stopped', seen: { INBOX: '7 12' } }, []]);
  });

  it('asks once for a burst of mails', async () => {
    const stop = new AbortController();
    const listen: Listen = async (listener, signal) => {
      for (let mail = 0; mail < 200; mail += 1) listener.arrived('INBOX');
      setTimeout(() => stop.abort(), 100);
      await until(signal);
    };
    const { asked } = await watching({ listen, stopping: stop.signal });
    assert.deepEqual(asked, ['soc']);
  });

  it('throws what keeps it from listening, so that it is told and tried again, or not, as the error says', async () => {
    for (const code of ['LW_MAIL_AUTH', 'LW_MAIL_UNREACHABLE'] as const) {
      const failure = new LurewatchError(code, 'no');
      const { ended } = await watching({ listen: () => Promise.reject(failure) });
      assert.equal(ended, failure);
    }
  });

  it('ends when it is cancelled', async () => {
    const environment = quietActivity();
    await inFolder(async (folder) => {
      const listen: Listen = (_, signal) => {
        environment.cancel();
        return until(signal);
      };
      const config = configSchema.parse({
        mailboxes: { soc: { host: 'h', username: 'u', password: { env: 'P' }, push: 'idle' } },
      });
      const sources = new Map([['soc', Object.assign(new MemorySource(), { watch: listen })]]);
      const dependencies = testDependencies(await FileStore.open(folder), { config, sources });
      await assert.rejects(environment.run(createWatchMailbox(dependencies), { mailbox: 'soc' }), CancelledFailure);
    });
  });
});
