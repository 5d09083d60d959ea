import assert from 'node:assert/strict';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Site } from '../support/lab.js';
import { withWebhook } from '../support/soar-labs.js';
import { eventually } from '../support/temporal.js';
import { rejects, terminateAll } from './fates.js';

/** Batches let go of what a SOAR rejects, and polls come, this often. */
const quick = { mailboxes: { soc: { every: '1s' } } };

/** docs/drills/store-lost.md: what is marked as read is not touched; the rest goes again under the same alert ids. */
export async function storeLost(site: Site): Promise<void> {
  await withWebhook(
    site,
    async (lab, soar) => {
      const store = join(lab.folder, 'var');
      rejects(soar, `${lab.name}-3`);
      await lab.deliver(lab.mails(4));
      const first = await lab.worker();
      assert.equal((await lab.ingest()).held, 1);
      await first.stop();
      await cp(store, join(lab.folder, 'backup'), { recursive: true });

      // Delivered after the backup, and nobody could mark it: the worker died before.
      await lab.deliver(lab.mails(5).slice(4));
      const doomed = await lab.worker('before flag');
      await lab.poll();
      assert.equal(await doomed.ended, 'SIGKILL');
      assert.deepEqual([soar.caseCount, (await lab.unread()).length], [4, 2]);
      const sent = soar.requests.length;

      // As the page says: all workers stopped, the store gone, and what was under way ended.
      await rm(store, { recursive: true });
      assert.equal(await terminateAll(lab), 3);
      soar.clearFaults();
      const second = await lab.worker();
      await lab.settled();
      assert.deepEqual([soar.caseCount, soar.cases.size], [5, 5], 'the receiver recognises what it has');
      assert.equal(soar.requests.length, sent + 2, 'nothing but the two unread mails is sent');
      await second.stop();

      // The same with the backup: it does not know of what came later, and nothing is sent but what is unread.
      await rm(store, { recursive: true });
      await cp(join(lab.folder, 'backup'), store, { recursive: true });
      await lab.deliver(lab.mails(6).slice(5));
      // Of what it knows nothing goes again, also where the mailbox says that it should.
      await site.dovecot.mailboxes.setFlags(lab.users.soc ?? '', 'INBOX', ['1'], []);
      await lab.worker();
      await lab.settled();
      assert.deepEqual([soar.caseCount, soar.requests.length], [6, sent + 3]);
    },
    quick,
  );
}

/** With `read: new` a ledger that is lost makes every mail new; `since` is the line below which none is read. */
export async function storeLostWithReadNew(site: Site): Promise<void> {
  const mailboxes = { soc: { read: 'new' } };
  await withWebhook(
    site,
    async (lab, soar) => {
      await lab.deliver(lab.mails(3));
      const first = await lab.worker();
      assert.equal((await lab.ingest()).delivered, 3);
      await first.stop();
      await rm(join(lab.folder, 'var'), { recursive: true });
      const tomorrow = new Date(Date.now() + 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
      await lab.configure({ mailboxes: { soc: lab.mailbox('soc', { read: 'new', since: tomorrow }) } });
      const second = await lab.worker();
      assert.equal((await lab.ingest()).unread, 0);
      assert.equal(soar.requests.length, 3);
      await second.stop();
      // Without it they are all sent again; a receiver that keeps no ids makes each a second time.
      await lab.configure({});
      await lab.worker();
      assert.equal((await lab.ingest()).delivered, 3);
      await eventually(async () => (soar.requests.length === 6 ? true : undefined), 'all are sent again');
      assert.deepEqual([soar.caseCount, soar.cases.size], [6, 3]);
    },
    { mailboxes, server: { dedupe: false } },
  );
}
