import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { z } from 'zod';
import { lastRuns } from '../../src/cli/status/last-runs.js';
import { triggerSchedule } from '../../src/schedules/operate.js';
import { runCli } from '../support/cli.js';
import { type Lab, mailPassword, Site } from '../support/lab.js';
import { applyLabSchedules, listenerOf, listeners } from '../support/listeners.js';
import { withQuickHeartbeats } from '../support/quick-heartbeats.js';
import { withWebhook } from '../support/soar-labs.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { eventually } from '../support/temporal.js';
import type { WebhookServer } from '../support/webhook-server.js';

let site: Site;
let quick: { readonly codePath: string; remove(): Promise<void> };
before(async () => {
  [site, quick] = await Promise.all([Site.open(), withQuickHeartbeats()]);
});
after(async () => {
  await site?.close();
  await quick?.remove();
});

/** Nothing but push can bring a mail before a test gives up: the schedule polls once an hour. */
const pushed = { push: 'idle', every: '1h' };

const cases = (soar: WebhookServer, count: number) =>
  eventually(async () => (soar.caseCount === count ? true : undefined), `${count} cases`, 60_000);

describe('push with IMAP IDLE', { concurrency: 4 }, () => {
  it('has one worker listen for all, and another one go on when that is killed', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        const [one = '', afterDeath = ''] = lab.mails(2);
        lab.release(quick.codePath);
        const workers = await Promise.all([lab.worker(), lab.worker()]);
        await applyLabSchedules(lab);
        const first = await listenerOf(lab);
        assert.deepEqual([...first.folders], ['INBOX']);
        await lab.deliver([one], 'killed');
        await cases(soar, 1);
        assert.equal((await listeners(lab)).length, 1);
        await workers.find(({ pid }) => pid === first.pid)?.kill();
        await lab.deliver([afterDeath], 'killed');
        await cases(soar, 2);
        assert.ok((await listenerOf(lab, ({ pid }) => pid !== first.pid)).attempt > first.attempt);
        const runner = { workflowType: 'watchMailbox', attribute: 'LurewatchMailbox', name: 'killed' } as const;
        const trouble = async () => (await lastRuns(site.temporal.client, lab.taskQueue, runner)).last?.message;
        const over = async () => ((await trouble()) === undefined ? true : undefined);
        await eventually(over, 'the status does not tell of the death any more');
      },
      { mailboxes: { killed: pushed } },
    ));

  it('has a mail that comes while a poll runs polled for right after, and hands over when its worker stops', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        const [one = '', meanwhile = '', afterStop = ''] = lab.mails(3);
        const hold = lab.holdAt('before send');
        lab.release(quick.codePath);
        const first = await lab.worker();
        await applyLabSchedules(lab);
        await listenerOf(lab, (listener) => listener.polls > 0);
        await lab.deliver([one], 'stopped');
        await hold.reached();
        await lab.deliver([meanwhile], 'stopped');
        await hold.release();
        await cases(soar, 2);

        const second = await lab.worker();
        assert.equal(await first.stop(), 0);
        await listenerOf(lab, ({ pid }) => pid === second.pid);
        await lab.deliver([afterStop], 'stopped');
        await cases(soar, 3);
      },
      { mailboxes: { stopped: pushed } },
    ));

  it('loses no mail to a connection that died silently: a poll brings it, and the listener comes back by itself', async () => {
    const proxy = await TcpProxy.start({ host: '127.0.0.1', port: site.dovecot.imapPort });
    try {
      await withWebhook(
        site,
        async (lab, soar) => {
          const [lost = '', later = ''] = lab.mails(2);
          await lab.worker();
          await applyLabSchedules(lab);
          const before = await listenerOf(lab, ({ polls }) => polls > 0);
          proxy.freezeOldest();
          await lab.deliver([lost], 'silent');
          await lab.ingest('silent');
          assert.equal(soar.caseCount, 1);
          await listenerOf(lab, ({ attempt, polls }) => attempt > before.attempt && polls > before.polls);
          await lab.deliver([later], 'silent');
          await cases(soar, 2);
        },
        { mailboxes: { silent: { ...pushed, port: proxy.port } }, renewMs: 1_000 },
      );
    } finally {
      await proxy.stop();
    }
  });

  it('says in the status why nobody listens, and heals by itself once the configuration is mended', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        const wrong = await lab.worker();
        await applyLabSchedules(lab);
        const { workflow } = site.temporal.client;
        const failed = `TaskQueue = '${lab.taskQueue}' AND WorkflowType = 'watchMailbox' AND ExecutionStatus = 'Failed'`;
        const isFailed = async () => ((await workflow.count(failed)).count > 0 ? true : undefined);
        await eventually(isFailed, 'nobody can listen');
        const [told, ...others] = await remarksOf(lab);
        assert.deepEqual([told?.kind, told?.code, others.length], ['push', 'LW_MAIL_FOLDER_UNKNOWN', 0]);
        assert.match(
          told?.message ?? '',
          /^nobody listens for new mail: .*no folder "Inbux".* found by the polls alone\.$/,
        );
        await wrong.kill();
        await lab.configure({ mailboxes: { mended: lab.mailbox('mended', pushed) } });
        await lab.worker();
        // What its schedule does every minute.
        await triggerSchedule(site.temporal.client, 'lurewatch-push-mended');
        await listenerOf(lab);
        await lab.deliver(lab.mails(1), 'mended');
        await cases(soar, 1);
        assert.deepEqual(await remarksOf(lab), []);
      },
      { mailboxes: { mended: { ...pushed, folders: ['Inbux'] } } },
    ));
});

const statusSchema = z.object({
  mailboxes: z.array(
    z.object({ remarks: z.array(z.object({ kind: z.string(), code: z.string().optional(), message: z.string() })) }),
  ),
});

async function remarksOf(lab: Lab) {
  const environment = { MAIL_PASSWORD: mailPassword, HOOK: 'unused', TEMPORAL_ADDRESS: site.temporal.address };
  const { stdout } = await runCli(['status', '--json', '--no-mailboxes'], { folder: lab.folder, environment });
  return statusSchema.parse(JSON.parse(stdout)).mailboxes.flatMap(({ remarks }) => remarks);
}
