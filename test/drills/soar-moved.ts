import assert from 'node:assert/strict';
import { openLedger } from '../../src/ledger/ledger.js';
import { retryUpdate } from '../../src/workflows/deliver-message.js';
import type { Site } from '../support/lab.js';
import { SecopsServer } from '../support/secops-server.js';
import { withSiemplify, withWebhook } from '../support/soar-labs.js';
import { eventually } from '../support/temporal.js';
import { WebhookServer } from '../support/webhook-server.js';
import { held, rejects } from './fates.js';

/** docs/drills/soar-moved.md: the target keeps its name, so what the old tenant has is not sent to the new one. */
export async function soarMoved(site: Site): Promise<void> {
  const moved = await WebhookServer.start();
  try {
    await withWebhook(site, async (lab, old) => {
      const target = { kind: 'webhook', url: `${old.url}/hook`, insecure: true, secret: { env: 'HOOK' } };
      const newTarget = { ...target, url: `${moved.url}/hook` };
      rejects(old, `${lab.name}-3`);
      await lab.deliver(lab.mails(3));
      const first = await lab.worker();
      assert.deepEqual(await lab.ingest().then(({ delivered, held }) => [delivered, held]), [2, 1]);
      await first.stop();

      await lab.configure({ targets: { cases: newTarget } });
      const second = await lab.worker();
      await lab.deliver(lab.mails(4).slice(3));
      assert.equal((await lab.ingest()).delivered, 1);
      const [waiting = ''] = await held(lab);
      const decision = { who: 'kim', why: 'the SOAR moved' };
      await site.temporal.client.workflow.getHandle(waiting).executeUpdate(retryUpdate, { args: [decision] });
      await eventually(async () => (await lab.unread()).length === 0 || undefined, 'the held one is delivered');
      assert.deepEqual([old.caseCount, moved.caseCount], [2, 2]);
      await second.stop();

      // On purpose, all of them once more: under another name the new tenant has none of them, and the mails that it
      // shall get are marked as unread.
      const soc = lab.mailbox('soc', { targets: ['cases', 'again'] });
      await lab.configure({ targets: { cases: newTarget, again: newTarget }, mailboxes: { soc } });
      await lab.site.dovecot.mailboxes.setFlags(lab.users.soc ?? '', 'INBOX', ['1', '2', '3', '4'], []);
      await lab.worker();
      await lab.settled();
      assert.deepEqual([old.caseCount, moved.caseCount], [2, 4]);
      // `cases` is not given again what it had, from either tenant: the two that went to the new one came by both names.
      assert.deepEqual([...moved.arrivals.values()].sort(), [1, 1, 2, 2]);
    });
  } finally {
    await moved.close();
  }
}

/** A request that may have reached the old tenant: the new one is asked, knows nothing of it, and gets it. */
export async function soarMovedInBetween(site: Site): Promise<void> {
  const moved = await SecopsServer.start();
  try {
    await withSiemplify(
      site,
      async (lab, old) => {
        await lab.deliver(lab.mails(1));
        const first = await lab.worker();
        old.fault({ kind: 'cut-after-read', path: '/CreateCase' });
        await lab.poll();
        await eventually(async () => old.caseCount === 1 || undefined, 'the old tenant has it and nobody was told');
        await old.down();
        await first.stop();
        const target = { kind: 'secops', api: 'siemplify', url: moved.url, insecure: true, key: { env: 'KEY' } };
        await lab.configure({ targets: { cases: target } });
        await lab.worker();
        await lab.settled();
        assert.equal(moved.caseCount, 1, 'better twice, in two tenants, than never');
        const [alertId = ''] = moved.cases.keys();
        const { deliveries } = openLedger(await lab.store());
        assert.equal((await deliveries.allClaims('cases', alertId)).length, 2);
      },
      { inFlightMs: 2_000 },
    );
  } finally {
    await moved.close();
  }
}
