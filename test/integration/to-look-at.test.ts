import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { defaultPayloadConverter } from '@temporalio/common';
import proto, { type temporal } from '@temporalio/proto';
import { type Lab, Site } from '../support/lab.js';
import { simpleMail } from '../support/mails.js';
import { everyMailOnce, failureOf, withMisp, withWebhook } from '../support/soar-labs.js';
import { eventually } from '../support/temporal.js';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
const { History } = proto.temporal.api.history.v1;

const concurrency = 4;
const historyLimitBytes = 64 * 1024;

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

interface Run {
  readonly workflowId: string;
  readonly runId: string;
  readonly type: string;
}

/** Every run of the laboratory that matches, as the visibility store shows it. */
async function runs(lab: Lab, query = ''): Promise<readonly Run[]> {
  const found: Run[] = [];
  const ours = `TaskQueue = '${lab.taskQueue}'${query === '' ? '' : ` AND ${query}`}`;
  for await (const { workflowId, runId, type } of site.temporal.client.workflow.list({ query: ours })) {
    found.push({ workflowId, runId, type });
  }
  return found;
}

/** The runs that match, once there are so many: the visibility store lags behind. */
function found(lab: Lab, count: number, query: string): Promise<readonly Run[]> {
  const look = async () => {
    const those = await runs(lab, query);
    return those.length === count ? those : undefined;
  };
  return eventually(look, `${count} runs where ${query}`);
}

async function eventsOf({ workflowId, runId }: Run): Promise<readonly HistoryEvent[]> {
  const history = await site.temporal.client.workflow.getHandle(workflowId, runId).fetchHistory();
  return history.events ?? [];
}

function summaryOf({ userMetadata }: HistoryEvent): string {
  const payload = userMetadata?.summary;
  return payload ? String(defaultPayloadConverter.fromPayload(payload)) : '';
}

function handleOf({ workflowId, runId }: Run) {
  return site.temporal.client.workflow.getHandle(workflowId, runId);
}

async function currentDetails(run: Run): Promise<string> {
  const metadata = await handleOf(run).query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails ?? '';
}

async function historyBytes(run: Run): Promise<number> {
  const { raw } = await handleOf(run).describe();
  return Number(raw.workflowExecutionInfo?.historySizeBytes);
}

describe('the Web UI shows', { concurrency }, () => {
  it('a summary of every batch, message and activity, and a table of what became of each message', () =>
    withMisp(site, async (lab, soar) => {
      const subject = `"Message ${lab.name}-2"`;
      const match = (body: string) => body.includes(subject);
      soar.fault({ kind: 'status', status: 400, body: 'too | odd', times: Number.POSITIVE_INFINITY, match });
      await lab.deliver(lab.mails(3));
      await lab.worker();
      assert.equal((await lab.ingest()).held, 1);

      const [batch] = await found(lab, 1, "WorkflowType = 'ingestBatch'");
      const [delivery] = await found(lab, 1, "WorkflowType = 'deliverMessage'");
      const [poll] = await found(lab, 1, "WorkflowType = 'ingestMailbox'");
      assert.ok(batch && delivery && poll);
      assert.equal(await (await handleOf(batch).describe()).staticSummary(), 'soc: 3 messages of INBOX (1–3)');
      assert.equal(await (await handleOf(delivery).describe()).staticSummary(), 'soc: message 2 of INBOX to cases');
      const steps = (await Promise.all([poll, batch, delivery].map(eventsOf)))
        .flat()
        .filter(
          (event) =>
            event.activityTaskScheduledEventAttributes || event.startChildWorkflowExecutionInitiatedEventAttributes,
        );
      assert.deepEqual(steps.map(summaryOf), [
        'soc: list unread',
        'soc: 3 messages of INBOX (1–3)',
        'soc: read 3 messages and build their alerts',
        'soc: post 3 alerts to cases',
        'soc: register 3 MISP events',
        'soc: hand 1 message over to workflows of their own',
        'soc: mark 2 messages as read',
      ]);

      const details = await currentDetails(batch);
      const lines = details.split('\n').slice(2);
      assert.equal(lines.length, 3);
      assert.match(
        lines[0] ?? '',
        /^\| 1 \| delivered: cases → .* \| .*phish\.example.* \| Message .*-1 \| 1 \| [a-z2-7]{26} \|$/,
      );
      assert.match(
        lines[1] ?? '',
        /^\| 2 \| held: cases rejected it .*400.*too \\\| odd.*misp → .* \| 1 \| [a-z2-7]{26} \|$/,
      );
      assert.match(await currentDetails(poll), /\| 2 \| 0 \| 0 \| 1 \| 0 \|/);
      soar.clearFaults();
      await handleOf(delivery).executeUpdate('retry', { args: [{ who: 'ada', why: 'mended' }] });
      await handleOf(delivery).result();
      await everyMailOnce(lab, soar, 3);
    }));

  it('runs by mailbox, status and alert id', () =>
    withWebhook(site, async (lab, soar) => {
      soar.fault({ kind: 'status', status: 401, times: Number.POSITIVE_INFINITY });
      await lab.deliver(lab.mails(2));
      await lab.worker();
      await failureOf(lab.ingest());
      await found(lab, 2, "LurewatchMailbox = 'soc' AND LurewatchStatus = 'failed'");
      soar.clearFaults();
      await lab.ingest();
      await found(lab, 2, "LurewatchMailbox = 'soc' AND LurewatchStatus = 'done'");
      await everyMailOnce(lab, soar, 2);
      for (const alertId of soar.cases.keys()) await found(lab, 2, `LurewatchAlertIds = '${alertId}'`);

      await soar.down();
      await lab.deliver([simpleMail(`${lab.name}-later`)]);
      await lab.ingest();
      await found(lab, 1, "LurewatchMailbox = 'soc' AND LurewatchStatus = 'delivering'");
      await soar.up();
      await lab.settled();
      const delivery = "WorkflowType = 'deliverMessage' AND LurewatchStatus = 'done'";
      const [run] = await found(lab, 1, delivery);
      const alertId = run?.workflowId.split('-').at(-1);
      await found(lab, 1, `${delivery} AND LurewatchAlertIds = '${alertId}'`);
      await everyMailOnce(lab, soar, 3);
    }));
});

describe('neither the log nor any history holds', { concurrency }, () => {
  it('a secret or what stands in a mail', () =>
    withMisp(site, async (lab, soar, misp) => {
      const marker = 'the-body-says-this';
      const body = `${marker} https://phish.example/${lab.name}/in-the-body`;
      const mails = lab.mails(4).map((_, index) => simpleMail(`${lab.name}-${index}`, { body: `${body}/${index}` }));
      const match = (text: string) => text.includes(`"Message ${lab.name}-2"`);
      soar.fault({ kind: 'status', status: 400, times: Number.POSITIVE_INFINITY, match });
      soar.fault({ kind: 'cut-after-read', times: 2 });
      misp.fault({ kind: 'status', status: 500, match: '/events/add' });
      await lab.deliver(mails);
      await lab.worker();
      await lab.ingest();
      await misp.down();
      await lab.deliver([simpleMail(`${lab.name}-more`, { body })]);
      await lab.ingest();
      await misp.up();
      soar.clearFaults();
      for (const run of await found(lab, 1, "LurewatchStatus = 'held'")) {
        await handleOf(run).executeUpdate('retry', { args: [{ who: 'ada', why: 'mended' }] });
      }
      await lab.settled();
      await everyMailOnce(lab, soar, 5);

      const histories = await Promise.all(
        (await runs(lab)).map(async (run) =>
          Buffer.from(History.encode({ events: [...(await eventsOf(run))] }).finish()),
        ),
      );
      assert.ok(histories.length >= 5);
      const told = Buffer.concat([...histories, await readFile(lab.logFile)]).toString('latin1');
      const secrets = {
        password: site.dovecot.users[lab.users.soc ?? ''] ?? '',
        'webhook secret': soar.secret,
        'webhook key': soar.secret.slice('whsec_'.length),
        'MISP key': misp.key,
        'body of a mail': marker,
        'URL of a mail': 'in-the-body',
      };
      for (const [name, value] of Object.entries(secrets)) {
        assert.ok(value.length > 5, name);
        assert.equal(told.includes(value), false, `${name} is told`);
      }
      assert.ok(told.includes(`Message ${lab.name}-2`), 'the histories were not read');
    }));
});

describe('the history of a batch of fifty', { concurrency }, () => {
  const monster = (name: string) => {
    const urls = Array.from({ length: 500 }, (_, index) => `https://phish.example/${name}/${index}/${'p'.repeat(60)}`);
    const raw = simpleMail(name, { body: urls.join('\r\n') });
    return raw.replace(/^Subject: .*$/m, `Subject: ${`${name} ${'s'.repeat(60)}\r\n `.repeat(100)}`);
  };

  it('stays under 64 kB, however much the mails hold', () =>
    withWebhook(site, async (lab, soar) => {
      await lab.deliver(Array.from({ length: 50 }, (_, index) => monster(`${lab.name}-${index}`)));
      await lab.worker();
      assert.equal((await lab.ingest()).delivered, 50);
      const [batch] = await found(lab, 1, "WorkflowType = 'ingestBatch'");
      assert.ok(batch);
      const bytes = await historyBytes(batch);
      assert.ok(bytes > 1_000 && bytes < historyLimitBytes, `${bytes} bytes`);
      const [{ alert } = { alert: {} }] = soar.cases.values();
      assert.ok(JSON.stringify(alert).length > 30_000, 'the alert does not hold its URLs');
      await everyMailOnce(lab, soar, 50);
    }));

  it('stays under 64 kB when each of them has to go on alone, too', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        await lab.deliver(Array.from({ length: 50 }, (_, index) => monster(`${lab.name}-${index}`)));
        await soar.down();
        await lab.worker();
        assert.equal((await lab.ingest()).inDelivery, 50);
        const [batch] = await found(lab, 1, "WorkflowType = 'ingestBatch'");
        assert.ok(batch);
        const bytes = await historyBytes(batch);
        assert.ok(bytes > 1_000 && bytes < historyLimitBytes, `${bytes} bytes`);
        await soar.up();
        await lab.settled();
        await everyMailOnce(lab, soar, 50);
      },
      { mailboxes: { soc: { every: '2s' } } },
    ));
});
