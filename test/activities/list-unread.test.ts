import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createListUnread } from '../../src/activities/list-unread.js';
import { configSchema } from '../../src/config/schema.js';
import { FileStore } from '../../src/store/file-store.js';
import type { UnreadPage } from '../../src/workflows/types.js';
import { testDependencies } from '../support/dependencies.js';
import { inFolder } from '../support/folder.js';
import { MemorySource } from '../support/memory-source.js';
import { quietActivity } from '../support/quiet-activity.js';

const days = ['2026-03-01T00:00:00.000Z', '2026-03-02T00:00:00.000Z'] as const;

/** A mailbox of two mails, of which the first may be held. */
async function listed(held: boolean, monitoring: boolean): Promise<UnreadPage> {
  return inFolder(async (folder) => {
    const source = Object.assign(new MemorySource(), {
      receivedAt: async (_: unknown, uid: string) => new Date(days[Number(uid) - 1] ?? ''),
    });
    for (const uid of ['1', '2']) source.mails.set(uid, 'a mail');
    const delivery = { ...source.place, uid: '1', held, together: 1 };
    const workflows = {
      ...testDependencies(await FileStore.open(folder)).workflows,
      openDeliveries: async () => [delivery],
    };
    const config = configSchema.parse({
      mailboxes: { soc: { host: 'h', username: 'u', password: { env: 'P' } } },
      ...(monitoring ? { monitoring: {} } : {}),
    });
    const dependencies = testDependencies(await FileStore.open(folder), {
      config,
      sources: new Map([['soc', source]]),
      workflows,
    });
    return quietActivity().run(createListUnread(dependencies), {
      mailbox: 'soc',
      pageSize: 10,
    });
  });
}

describe('what a listing says of the oldest mail', () => {
  it('is when the first that waits was received, also while a workflow of its own carries it', async () => {
    assert.equal((await listed(false, true)).oldest, days[0]);
  });

  it('passes over what a person holds up', async () => {
    assert.equal((await listed(true, true)).oldest, days[1]);
  });

  it('is not asked where nobody monitors', async () => {
    assert.equal((await listed(false, false)).oldest, undefined);
  });
});
