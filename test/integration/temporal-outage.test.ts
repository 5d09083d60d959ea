import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Site } from '../support/lab.js';
import { everyMailOnce, withWebhook } from '../support/soar-labs.js';
import { eventually } from '../support/temporal.js';

let site: Site;
before(async () => {
  site = await Site.open({ persistent: true });
});
after(() => site.close());

// One after the other: each takes the Temporal server away from everybody.
describe('the Temporal server', () => {
  it('is restarted while a batch is being posted: the poll goes on where it was', () =>
    withWebhook(site, async (lab, soar) => {
      soar.latencyMs = 200;
      await lab.deliver(lab.mails(60));
      const worker = await lab.worker();
      const poll = await lab.poll();
      await eventually(async () => soar.requests.length > 5 || undefined, 'the first alerts are posted');
      await site.restartTemporal('kept');
      const result = await site.temporal.client.workflow.getHandle(poll.workflowId).result();
      assert.equal(result.delivered + result.inDelivery, 60, JSON.stringify(result));
      await lab.settled();
      await everyMailOnce(lab, soar, 60);
      assert.equal(await worker.stop(), 0);
    }));

  it('loses its whole database: mailbox and ledger restore everything', () =>
    withWebhook(site, async (lab, soar) => {
      const poison = `${lab.name}-3`;
      soar.fault({
        kind: 'status',
        status: 400,
        times: Number.POSITIVE_INFINITY,
        match: (body) => names(body, poison),
      });
      // Some are delivered and marked, one is held.
      await lab.deliver(lab.mails(10));
      await lab.worker();
      const first = await lab.ingest();
      assert.deepEqual([first.delivered, first.held], [9, 1]);
      const done = [...soar.cases.keys()];

      // Some are handed over one by one, while the SOAR is down.
      await soar.down();
      await lab.deliver(lab.mails(14).slice(10));
      assert.equal((await lab.ingest()).inDelivery, 4);
      await lab.open('deliverMessage', 5);

      // Some are delivered and not marked, some are claimed and on their way.
      await soar.up();
      soar.latencyMs = 3_000;
      await lab.deliver(lab.mails(54).slice(14));
      const before = soar.requests.length;
      await lab.poll();
      await eventually(async () => soar.requests.length > before + 20 || undefined, 'the second batch is being posted');
      await site.restartTemporal('lost');
      await lab.open(undefined, 0);
      soar.latencyMs = 0;
      soar.clearFaults();

      await lab.settled();
      await everyMailOnce(lab, soar, 54);
      const again = done.filter((id) => soar.arrivals.get(id) !== 1);
      assert.deepEqual(again, [], 'what was delivered before is sent again');
    }));
});

function names(body: string, mail: string): boolean {
  return body.includes(`"Message ${mail}"`);
}
