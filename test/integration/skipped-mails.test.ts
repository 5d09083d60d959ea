import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { IngestMailboxResult } from '../../src/workflows/types.js';
import type { KillPoint } from '../support/kill-points.js';
import { type Lab, Site } from '../support/lab.js';
import { simpleMail } from '../support/mails.js';
import { withWebhook } from '../support/soar-labs.js';
import { died } from '../support/survive.js';

/** Each test waits for a heartbeat to be missed: run them beside one another. */
const concurrency = 4;

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

const skip = { subject: ['^Message .*-news'], body: ['(?i)i am out of office'] };
const options = { mailboxes: { soc: { skip } } };

async function deliver(lab: Lab): Promise<void> {
  const away = simpleMail(`${lab.name}-away`, { body: 'Hello, I am out of office. https://intranet.example/' });
  await lab.deliver([...lab.mails(2), simpleMail(`${lab.name}-news`), away]);
}

describe('mails that a mailbox skips', { concurrency }, () => {
  for (const point of ['after skip', 'before flag'] as const satisfies readonly KillPoint[]) {
    it(`become no case and are marked as read, though the worker is killed ${point}`, () =>
      withWebhook(
        site,
        async (lab, soar) => {
          await deliver(lab);
          const doomed = await lab.worker(point);
          const poll = await lab.poll();
          await died(lab, doomed);
          await lab.worker(point);
          const result: IngestMailboxResult = await poll.result();
          assert.deepEqual([result.delivered + result.inDelivery, result.skipped], [2, 2], JSON.stringify(result));
          await lab.settled();
          assert.equal(soar.caseCount, 2);
          const { skips } = await lab.ledger();
          const [news] = await skips.named(`${lab.name}-news@mail.example`);
          assert.deepEqual(news?.rule, { field: 'subject', expression: '^Message .*-news' });
          assert.equal((await skips.named(`${lab.name}-away@mail.example`)).length, 1);
        },
        options,
      ));
  }

  it('are left unread with `mark: false`, and the next poll does not meet them', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        await deliver(lab);
        await lab.worker();
        const first = await lab.ingest();
        assert.deepEqual([first.unread, first.delivered, first.skipped, first.remaining], [4, 2, 2, 0]);
        const second = await lab.ingest();
        assert.deepEqual([second.unread, second.skipped], [0, undefined]);
        assert.equal((await lab.unread()).length, 2);
        assert.equal(soar.caseCount, 2);
      },
      { mailboxes: { soc: { skip: { ...skip, mark: false } } } },
    ));
});
