import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { Decision, DeliveryState } from '../../src/workflows/types.js';
import { type Lab, Site } from '../support/lab.js';
import { retried } from '../support/pending-activities.js';
import { everyMailOnce, withWebhook } from '../support/soar-labs.js';
import { eventually } from '../support/temporal.js';
import type { WebhookServer } from '../support/webhook-server.js';

const concurrency = 4;
const counts = { delivered: 0, duplicates: 0, inDelivery: 0, held: 0, vanished: 0, remaining: 0 };
const somebody = { who: 'ada@example.com', why: 'the SOAR takes it now' };

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

/** Rejects the alert of one mail for good, until it is mended. */
function poison(lab: Lab, soar: WebhookServer, number: number): void {
  const subject = `"Message ${lab.name}-${number}"`;
  soar.fault({
    kind: 'status',
    status: 400,
    body: 'field "name" may not hold that',
    times: Number.POSITIVE_INFINITY,
    match: (body) => body.includes(subject),
  });
}

/** The only open delivery, once it shows as held. */
async function heldDelivery(lab: Lab) {
  const { workflow } = site.temporal.client;
  const query = `TaskQueue = '${lab.taskQueue}' AND LurewatchStatus = 'held' AND ExecutionStatus = 'Running'`;
  const id = await eventually(async () => {
    for await (const { workflowId } of workflow.list({ query })) return workflowId;
    return undefined;
  }, 'a message is held');
  const handle = workflow.getHandle(id);
  return {
    alertId: id.slice(id.lastIndexOf('-') + 1),
    state: () => handle.query<DeliveryState>('state'),
    details: async () => {
      const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
      return metadata.currentDetails ?? '';
    },
    update: (name: 'retry' | 'discard', decision: Partial<Decision>) =>
      handle.executeUpdate<DeliveryState, [Partial<Decision>]>(name, { args: [decision] }),
    result: () => handle.result(),
  };
}

async function refused(update: Promise<unknown>, words: RegExp): Promise<void> {
  await assert.rejects(update, (error) => {
    assert.ok(error instanceof WorkflowUpdateFailedError);
    assert.match(error.cause?.message ?? '', words);
    return true;
  });
}

describe('a message that the SOAR rejects', { concurrency }, () => {
  it('is held with the reason to be seen, among ten of which nine are delivered and marked at once', () =>
    withWebhook(site, async (lab, soar) => {
      poison(lab, soar, 4);
      await lab.deliver(lab.mails(10));
      await lab.worker();
      assert.deepEqual(await lab.ingest(), { ...counts, mailbox: 'soc', unread: 10, delivered: 9, held: 1 });
      assert.equal(soar.caseCount, 9);
      assert.deepEqual(await lab.unread(), ['4']);

      const held = await heldDelivery(lab);
      const { sinks, subject } = await held.state();
      assert.equal(subject, `Message ${lab.name}-4`);
      assert.equal(sinks[0]?.state, 'held');
      assert.match(sinks[0]?.detail ?? '', /400 \(field "name" may not hold that\)/);
      assert.match(await held.details(), /\| cases \| held \| .*400.*may not hold that/);

      const asked = soar.requests.length;
      assert.deepEqual(await lab.ingest(), { ...counts, mailbox: 'soc', unread: 1, held: 1 });
      assert.equal(soar.requests.length, asked, 'the next poll touched it');
      assert.deepEqual(await lab.unread(), ['4']);

      soar.clearFaults();
      await held.update('retry', somebody);
      assert.equal((await held.result()).marked, true);
      await everyMailOnce(lab, soar, 10);
    }));

  it('is held all the same when it is alone in its batch', () =>
    withWebhook(site, async (lab, soar) => {
      poison(lab, soar, 1);
      await lab.deliver(lab.mails(1));
      await lab.worker();
      assert.deepEqual(await lab.ingest(), { ...counts, mailbox: 'soc', unread: 1, held: 1 });
      const held = await heldDelivery(lab);
      soar.clearFaults();
      const state = await held.update('retry', somebody);
      assert.equal(state.alertId, held.alertId);
      await held.result();
      await everyMailOnce(lab, soar, 1);
    }));

  it('is held again when a retry finds it rejected again', () =>
    withWebhook(site, async (lab, soar) => {
      poison(lab, soar, 1);
      await lab.deliver(lab.mails(2));
      await lab.worker();
      assert.equal((await lab.ingest()).held, 1);
      const held = await heldDelivery(lab);
      const asked = soar.requests.length;
      await held.update('retry', somebody);
      const heldAgain = async () => {
        const [sink] = (await held.state()).sinks;
        return (sink?.state === 'held' && soar.requests.length > asked) || undefined;
      };
      await eventually(heldAgain, 'it is held again');
      soar.clearFaults();
      await held.update('retry', somebody);
      await held.result();
      await everyMailOnce(lab, soar, 2);
    }));

  it('is marked without an alert when a person discards it, and the ledger knows who and why', () =>
    withWebhook(site, async (lab, soar) => {
      poison(lab, soar, 2);
      await lab.deliver(lab.mails(3));
      await lab.worker();
      assert.equal((await lab.ingest()).held, 1);
      const held = await heldDelivery(lab);
      await held.update('discard', { who: 'bob', why: 'a test mail' });
      const result = await held.result();
      assert.deepEqual(result.sinks, [{ sink: 'cases', end: 'discarded', reference: 'discarded by bob: a test mail' }]);
      const [outcome] = await (await lab.ledger()).deliveries.outcomes('cases', [held.alertId]);
      assert.ok(outcome?.kind === 'discarded');
      assert.deepEqual([outcome.who, outcome.why], ['bob', 'a test mail']);
      await everyMailOnce(lab, soar, 2);

      // The same mail once more is as good as dealt with.
      const asked = soar.requests.length;
      await lab.deliver([lab.mails(2)[1] ?? '']);
      assert.deepEqual(await lab.ingest(), { ...counts, mailbox: 'soc', unread: 1, duplicates: 1 });
      assert.equal(soar.requests.length, asked);
    }));

  it('is not decided upon without who and why, nor while nothing is held', () =>
    withWebhook(site, async (lab, soar) => {
      poison(lab, soar, 1);
      await lab.deliver(lab.mails(2));
      await lab.worker();
      await lab.ingest();
      const held = await heldDelivery(lab);
      await refused(held.update('retry', { who: 'ada' }), /needs who took it and why/);
      await refused(held.update('discard', { who: ' ', why: 'x' }), /needs who took it and why/);

      // On its way again, to a SOAR that is down.
      await soar.down();
      await held.update('retry', somebody);
      await retried(lab, 'deliverAlert', /LW_TARGET_UNAVAILABLE/);
      await refused(held.update('discard', somebody), /nothing of alert .* is held: cases is delivering/);
      soar.clearFaults();
      await soar.up();
      await held.result();
      await everyMailOnce(lab, soar, 2);
    }));
});
