import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Lab, Site } from '../support/lab.js';
import { everyMailOnce, withWebhook } from '../support/soar-labs.js';
import { eventually } from '../support/temporal.js';
import type { WebhookServer } from '../support/webhook-server.js';

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site?.close());

describe('task queues', () => {
  it('let workers with different parts of the work carry a mail from one end to the other', () =>
    withWebhook(site, async (lab, soar) => {
      await lab.deliver(lab.mails(3));
      for (const part of ['workflows', 'mail', 'cases']) {
        lab.only(part);
        await lab.worker();
      }
      assert.equal((await lab.ingest()).delivered, 3);
      await everyMailOnce(lab, soar, 3);
      assert.deepEqual(await workersOf(lab), { prepareAlerts: 1, postAlerts: 1, markSeen: 1, workers: 2 });
    }));

  it('of a sink that has no worker keep its mails, and a worker for it brings them there', () =>
    withWebhook(site, async (lab, soar) => {
      await lab.deliver(lab.mails(2));
      lab.only('workflows', 'mail');
      await lab.worker();
      const poll = await lab.poll();
      await eventually(async () => (await lab.openWorkflows('ingestBatch'))[0], 'a batch is under way');
      assert.equal(soar.caseCount, 0);
      lab.only('cases');
      await lab.worker();
      assert.equal((await poll.result()).delivered, 2);
      await everyMailOnce(lab, soar, 2);
    }));

  it('with a limit give out no more than it says, to all workers together', () => {
    const perSecond = 10;
    const mails = 40;
    return withWebhook(
      site,
      async (lab, soar) => {
        await lab.deliver(lab.mails(mails));
        await Promise.all([lab.worker(), lab.worker()]);
        await lab.ingest();
        await lab.settled();
        await everyMailOnce(lab, soar, mails);
        // When the server gave them out: how long a worker takes to send its first is another matter.
        const times = (await stepsOf(lab))
          .filter(({ name }) => name === 'postAlerts')
          .map(({ startedAtMs }) => startedAtMs);
        const tookMs = Math.max(...times) - Math.min(...times);
        // The first second's worth may come at once, and what one activity carries.
        const atOnce = 2 * perSecond;
        const leastMs = ((mails - atOnce) / perSecond) * 1000;
        // The server writes down what it has let through a moment before, and is not always as fast.
        const delayMs = 500;
        assert.equal(times.length, mails / perSecond);
        assert.ok(tookMs >= leastMs - delayMs, `${mails} alerts were given out within ${tookMs} ms`);
      },
      { target: { alertsPerSecond: perSecond } },
    );
  });

  it('let a small mailbox be delivered while a flood of another is under way', () => {
    const flood = 600;
    const mailboxes = { soc: {}, small: {} };
    return withWebhook(
      site,
      async (lab, soar) => {
        await lab.deliver(lab.mails(flood + 10).slice(0, flood));
        await lab.deliver(lab.mails(flood + 10).slice(flood), 'small');
        soar.fault({ kind: 'delay', delayMs: 50, times: Number.POSITIVE_INFINITY });
        await lab.worker();
        const flooded = await lab.poll();
        await eventually(async () => soar.caseCount >= 20 || undefined, 'the flood is under way');
        const before = soar.caseCount;
        assert.equal((await lab.ingest('small')).delivered, 10);
        const between = soar.caseCount - before - 10;
        // Its share of the SOAR's time is the half; and the batches that were there before it.
        assert.ok(soar.caseCount < flood, 'the flood was over');
        assert.ok(between <= 250, `${between} of the flood went before the ten`);
        soar.clearFaults();
        assert.equal((await flooded.result()).delivered, flood);
        await everyMailOnce(lab, soar, flood + 10);
      },
      { mailboxes, target: { concurrency: 4 } },
    );
  });

  it('lose and double nothing while two workers are restarted in turn under load', () => {
    const mails = 150;
    return withWebhook(
      site,
      async (lab, soar) => {
        await lab.deliver(lab.mails(mails));
        soar.fault({ kind: 'delay', delayMs: 400, times: Number.POSITIVE_INFINITY });
        const [first, second] = await Promise.all([lab.worker(), lab.worker()]);
        const poll = await lab.poll();
        await restarted(lab, soar, first);
        await restarted(lab, soar, second);
        assert.ok(soar.caseCount < mails, 'there was no load any more');
        soar.clearFaults();
        await poll.result();
        await lab.settled();
        await everyMailOnce(lab, soar, mails);
      },
      { target: { concurrency: 2 }, inFlightMs: 1_000 },
    );
  });
});

/** Ends a worker in order once it delivers, and starts another. */
async function restarted(lab: Lab, soar: WebhookServer, worker: { stop(): Promise<unknown> }): Promise<void> {
  const before = soar.caseCount;
  await eventually(async () => soar.caseCount > before || undefined, 'mails are delivered');
  const [ended] = await Promise.all([worker.stop(), lab.worker()]);
  assert.equal(ended, 0);
}

interface Step {
  readonly name: string;
  readonly identity: string;
  readonly startedAtMs: number;
}

/** The activities of the batch, as the server gave them out. */
async function stepsOf(lab: Lab): Promise<readonly Step[]> {
  const { client } = site.temporal;
  const query = `TaskQueue = '${lab.taskQueue}' AND WorkflowType = 'ingestBatch'`;
  const list = async () => {
    for await (const run of client.workflow.list({ query })) return run;
    return undefined;
  };
  const { workflowId } = await eventually(list, 'the batch is listed');
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const names = new Map<string, string>();
  const steps: Step[] = [];
  for (const event of events ?? []) {
    const { activityType } = event.activityTaskScheduledEventAttributes ?? {};
    if (activityType?.name != null) names.set(String(event.eventId), activityType.name);
    const started = event.activityTaskStartedEventAttributes;
    const name = names.get(String(started?.scheduledEventId));
    if (started == null || name === undefined) continue;
    const { seconds, nanos } = event.eventTime ?? {};
    const startedAtMs = Number(seconds ?? 0) * 1000 + (nanos ?? 0) / 1e6;
    steps.push({ name, identity: started.identity ?? '', startedAtMs });
  }
  return steps;
}

/** How many workers did each step of the batch, and how many there were in all. */
async function workersOf(lab: Lab): Promise<Readonly<Record<string, number>>> {
  const steps = await stepsOf(lab);
  const workersAt = (some: readonly Step[]) => new Set(some.map(({ identity }) => identity)).size;
  const names = [...new Set(steps.map(({ name }) => name))];
  const counts = Object.fromEntries(names.map((name) => [name, workersAt(steps.filter((step) => step.name === name))]));
  return { ...counts, workers: workersAt(steps) };
}
