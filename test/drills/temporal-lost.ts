import assert from 'node:assert/strict';
import { loadConfig } from '../../src/config/load-config.js';
import { applySchedules } from '../../src/schedules/apply.js';
import { desiredSchedules } from '../../src/schedules/desired.js';
import { retryUpdate } from '../../src/workflows/deliver-message.js';
import type { Lab, Site } from '../support/lab.js';
import { withWebhook } from '../support/soar-labs.js';
import { eventually } from '../support/temporal.js';
import { held, rejects } from './fates.js';

/** Polls come, and batches that a SOAR keeps waiting let go, this often. */
const quick = { mailboxes: { soc: { every: '1s' } } };

/** docs/drills/temporal-lost.md: mailbox and ledger restore everything, and the schedules do it by themselves. */
export async function temporalLost(site: Site): Promise<void> {
  await withWebhook(
    site,
    async (lab, soar) => {
      rejects(soar, `${lab.name}-3`);
      await lab.deliver(lab.mails(6));
      await lab.worker();
      const first = await lab.ingest();
      assert.deepEqual([first.delivered, first.held], [5, 1]);
      const done = [...soar.cases.keys()];
      await soar.down();
      await lab.deliver(lab.mails(8).slice(6));
      assert.equal((await lab.ingest()).inDelivery, 2);

      // Delivered and not marked, as after a crash in between: only the ledger knows.
      await site.dovecot.mailboxes.setFlags(lab.users.soc ?? '', 'INBOX', ['1', '2'], []);
      assert.equal((await lab.unread()).length, 5);
      await site.restartTemporal('lost');
      assert.deepEqual(await lab.openWorkflows(), []);
      await soar.up();
      await schedulesApply(lab);

      // Nobody polls by hand: what is held is held again, and everything else is delivered and marked.
      const [again = ''] = await eventually(async () => {
        const ids = await held(lab);
        return ids.length === 1 && soar.caseCount === 7 && (await lab.unread()).length === 1 ? ids : undefined;
      }, 'all but the held one are delivered');
      soar.clearFaults();
      const decision = { who: 'kim', why: 'mended' };
      await site.temporal.client.workflow.getHandle(again).executeUpdate(retryUpdate, { args: [decision] });
      await eventually(async () => (await lab.unread()).length === 0 || undefined, 'the held one is delivered');
      assert.deepEqual([soar.caseCount, soar.cases.size], [8, 8]);
      for (const id of done) assert.equal(soar.arrivals.get(id), 1);
      await site.temporal.client.schedule.getHandle('lurewatch-mailbox-soc').delete();
    },
    quick,
  );
}

async function schedulesApply(lab: Lab): Promise<void> {
  const { config } = await loadConfig(`${lab.folder}/lurewatch.yaml`, { MAIL_PASSWORD: 'x', HOOK: 'x' });
  const options = { prune: false, taskQueue: config.taskQueue };
  const applied = await applySchedules(lab.site.temporal.client, desiredSchedules(config), options);
  assert.deepEqual(
    applied.map(({ id, change }) => [id, change]),
    [['lurewatch-mailbox-soc', 'created']],
  );
}
