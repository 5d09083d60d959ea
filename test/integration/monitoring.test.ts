import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { loadConfig } from '../../src/config/load-config.js';
import { applySchedules } from '../../src/schedules/apply.js';
import { desiredSchedules } from '../../src/schedules/desired.js';
import type { DeliveryState } from '../../src/workflows/types.js';
import { type Lab, Site } from '../support/lab.js';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../support/otlp-receiver.js';
import { scrape } from '../support/scrape.js';
import { withMisp, withWebhook } from '../support/soar-labs.js';
import { eventually } from '../support/temporal.js';
import type { WebhookServer } from '../support/webhook-server.js';

let site: Site;
let receiver: OtlpReceiver;
before(async () => {
  site = await Site.open();
  receiver = await startOtlpReceiver();
});
after(async () => {
  await site.close();
  await receiver.close();
});

const listen = '127.0.0.1:0';
const traced = () => ({
  monitoring: { listen, traces: { endpoint: receiver.endpoint, token: { env: 'TRACES_TOKEN' } } },
});
const untraced = { monitoring: { listen } };
const secrets = { TRACES_TOKEN: 'collector-token' };

/** The target rejects the alert of this mail for good. */
function poison(lab: Lab, soar: WebhookServer, number: number): void {
  const match = (body: string) => body.includes(`"Message ${lab.name}-${number}"`);
  soar.fault({ kind: 'status', status: 400, times: Number.POSITIVE_INFINITY, match });
}

async function runSchedule(lab: Lab): Promise<void> {
  const { config } = await loadConfig(join(lab.folder, 'lurewatch.yaml'));
  const { client } = site.temporal;
  const [applied] = await applySchedules(client, desiredSchedules(config), { prune: false, taskQueue: lab.taskQueue });
  const handle = client.schedule.getHandle(applied?.id ?? '');
  // A trigger runs it all the same, and its own time does not.
  await handle.pause();
  await eventually(async () => (await handle.describe()).state.paused || undefined, 'it is paused');
  await handle.trigger();
}

async function heldDelivery(lab: Lab): Promise<string> {
  const query = `TaskQueue = '${lab.taskQueue}' AND LurewatchStatus = 'held' AND ExecutionStatus = 'Running'`;
  return eventually(async () => {
    for await (const { workflowId } of site.temporal.client.workflow.list({ query })) return workflowId;
    return undefined;
  }, 'a message is held');
}

async function decide(workflowId: string): Promise<void> {
  const handle = site.temporal.client.workflow.getHandle(workflowId);
  await handle.executeUpdate<DeliveryState, [unknown]>('retry', { args: [{ who: 'ada@example.com', why: 'mended' }] });
  await handle.result();
}

/** The names of a span and those above it, up to the root of its trace. */
function lineage(span: ReceivedSpan, spans: readonly ReceivedSpan[]): readonly string[] {
  const above = spans.find(({ spanId, traceId }) => spanId === span.parentSpanId && traceId === span.traceId);
  return above === undefined ? [span.name] : [span.name, ...lineage(above, spans)];
}

describe('a worker that is watched', { concurrency: 2 }, () => {
  it('tells of its health, counts what became of the mails, and traces them from the schedule to each sink', () =>
    withMisp(
      site,
      async (lab, soar) => {
        await lab.configure(traced());
        poison(lab, soar, 3);
        await lab.deliver(lab.mails(3));
        const worker = await lab.worker();
        const health = await fetch(`${worker.monitoring}/healthz`);
        assert.deepEqual([health.status, await health.text()], [200, 'ok\n']);
        const ready = await eventually(async () => {
          const answer = await fetch(`${worker.monitoring}/readyz`);
          return answer.status === 200 ? answer.text() : undefined;
        }, 'the worker is ready');
        assert.match(
          ready,
          /^\{"ready":true,"temporal":\{"ready":true,"lastPollSeconds":\d+\},"store":\{"ready":true\}\}/,
        );

        await runSchedule(lab);
        const held = await heldDelivery(lab);
        const { text, values } = await eventually(async () => {
          const scraped = await scrape(worker.monitoring);
          const ended = scraped.of('lurewatch_polls_total{mailbox="soc",outcome="done"}') === 1;
          // The held one does not count: it waits for a person.
          return ended && scraped.of('lurewatch_oldest_unread_seconds{mailbox="soc"}') === 0 ? scraped : undefined;
        }, 'the poll has ended, and no mail waits');
        const told = (names: Readonly<Record<string, number>>) =>
          assert.deepEqual(Object.fromEntries(Object.keys(names).map((name) => [name, values.get(name)])), names);
        told({
          'lurewatch_mails_delivered_total{mailbox="soc"}': 2,
          'lurewatch_mails_held_total{mailbox="soc"}': 1,
          'lurewatch_mails_handed_over_total{mailbox="soc"}': 1,
          'lurewatch_mails_duplicate_total{mailbox="soc"}': 0,
          'lurewatch_unread_mails{mailbox="soc"}': 3,
          'lurewatch_poll_interval_seconds{mailbox="soc"}': 5,
          'lurewatch_alerts_delivered_total{sink="cases"}': 2,
          'lurewatch_alerts_delivered_total{sink="misp"}': 3,
          'lurewatch_mail_request_seconds_count{mailbox="soc",operation="list"}': 1,
          lurewatch_mails_parsed_total: 3,
        });
        assert.ok((values.get('lurewatch_store_request_seconds_count{operation="create"}') ?? 0) > 0);
        assert.ok((values.get('lurewatch_sink_request_seconds_count{sink="cases",operation="send"}') ?? 0) >= 3);
        assert.match(text, /^temporal_workflow_completed_total\{[^}]*workflow_type="ingestBatch"[^}]*\} 1$/m);
        // What rules and dashboard ask of Temporal's SDK, by the names that it has here.
        assert.match(text, /^temporal_activity_schedule_to_start_latency_seconds_bucket\{[^}]*task_queue=/m);
        assert.match(text, /^temporal_worker_task_slots_available\{[^}]*worker_type="ActivityWorker"/m);
        assert.doesNotMatch(text, /phish\.example|soc@example|Message |collector-token/);

        // Another worker, which was not there: the held alert is still told of.
        await worker.stop();
        await lab.configure(untraced);
        const second = await lab.worker();
        const { of } = await scrape(second.monitoring);
        assert.equal(of('lurewatch_held_alerts{mailbox="soc"}'), 1);
        // And it goes on with what began with traces.
        soar.clearFaults();
        await decide(held);
        const after = await scrape(second.monitoring);
        assert.equal(after.of('lurewatch_mails_delivered_total{mailbox="soc"}'), 1);

        // The first worker sent the rest of its spans when it ended; none is lost by then.
        const root = receiver.spans.find(({ name }) => name === 'RunWorkflow:ingestMailbox');
        assert.ok(root, 'no span of the scheduled run');
        assert.equal(root.parentSpanId, undefined);
        const spans = receiver.spans.filter(({ traceId }) => traceId === root.traceId);
        const sends = spans.filter(({ name }) => name === 'sink.send');
        assert.deepEqual(
          new Set(sends.map(({ attributes }) => attributes['lurewatch.sink'])),
          new Set(['cases', 'misp']),
        );
        assert.deepEqual(lineage(sends[0] ?? root, spans).slice(1), [
          `RunActivity:${sends[0]?.attributes['lurewatch.sink'] === 'misp' ? 'registerMispEvents' : 'postAlerts'}`,
          `StartActivity:${sends[0]?.attributes['lurewatch.sink'] === 'misp' ? 'registerMispEvents' : 'postAlerts'}`,
          'RunWorkflow:ingestBatch',
          'StartChildWorkflow:ingestBatch',
          'RunWorkflow:ingestMailbox',
        ]);
        for (const name of ['mail.list', 'mail.fetch', 'mail.mark', 'StartWorkflow:deliverMessage']) {
          assert.ok(
            spans.some((span) => span.name === name),
            `no span ${name}`,
          );
        }
        assert.deepEqual([...receiver.services], ['lurewatch']);
        assert.deepEqual([...receiver.authorizations], ['Bearer collector-token']);
        for (const sent of receiver.raw) assert.doesNotMatch(sent, /phish\.example|soc@example|Message [a-zA-Z]/);
      },
      { secrets },
    ));

  it('that traces goes on with runs that began without traces, in no trace', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        await lab.configure(untraced);
        poison(lab, soar, 1);
        await lab.deliver(lab.mails(1));
        const first = await lab.worker();
        await lab.ingest();
        const held = await heldDelivery(lab);
        await first.stop();
        await lab.configure(traced());
        const second = await lab.worker();
        soar.clearFaults();
        await decide(held);
        await second.stop();
        assert.equal(soar.caseCount, 1);
        const ofHeld = receiver.spans.filter(({ attributes }) => attributes.workflowId === held);
        assert.deepEqual(ofHeld, []);
      },
      { secrets },
    ));
});
