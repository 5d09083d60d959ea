import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { IngestMailboxResult } from '../../src/workflows/types.js';
import { Site } from '../support/lab.js';
import { everyMailOnce, withSiemplify, withWebhook } from '../support/soar-labs.js';
import { eventually } from '../support/temporal.js';

const concurrency = 4;

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

/** Every message that was unread has become something. */
function assertAccounted(result: IngestMailboxResult): void {
  const { unread, delivered, duplicates, inDelivery, held, vanished, remaining } = result;
  assert.equal(delivered + duplicates + inDelivery + held + vanished + remaining, unread, JSON.stringify(result));
}

describe('two polls of one mailbox at the same moment', { concurrency }, () => {
  it('share a hundred mails: one case each, and their numbers add up', () =>
    withWebhook(site, async (lab, soar) => {
      await lab.deliver(lab.mails(100));
      await lab.worker();
      soar.latencyMs = 100;
      const results = await Promise.all([lab.ingest(), lab.ingest()]);
      for (const result of results) assertAccounted(result);
      assert.deepEqual(
        results.map(({ held, vanished, remaining }) => [held, vanished, remaining]),
        Array(2).fill([0, 0, 0]),
      );
      assert.equal(results[0].delivered + results[1].delivered, 100, JSON.stringify(results));
      await lab.settled();
      await everyMailOnce(lab, soar, 100);
      assert.equal(soar.requests.length, 100);
    }));

  it('share them at a target that can only be asked, too', () =>
    withSiemplify(
      site,
      async (lab, soar) => {
        await lab.deliver(lab.mails(30));
        await lab.worker();
        soar.latencyMs = 100;
        const results = await Promise.all([lab.ingest(), lab.ingest()]);
        for (const result of results) assertAccounted(result);
        await lab.settled();
        await everyMailOnce(lab, soar, 30);
        assert.deepEqual([...soar.arrivals.values()], Array(30).fill(1));
      },
      { inFlightMs: 3_000 },
    ));
});

describe('a worker that is told to stop', { concurrency }, () => {
  it('finishes what it is doing, and another one goes on', () =>
    withWebhook(site, async (lab, soar) => {
      soar.latencyMs = 1_500;
      await lab.deliver(lab.mails(8));
      const worker = await lab.worker();
      const poll = await lab.poll();
      await eventually(async () => soar.requests.length > 0 || undefined, 'the first alert is on its way');
      assert.equal(await worker.stop(), 0);
      assert.equal(soar.caseCount, 8, 'it did not wait for the activity');
      assert.equal((await lab.unread()).length, 8);
      await lab.worker();
      assert.equal((await poll.result()).delivered, 8);
      await everyMailOnce(lab, soar, 8);
      assert.equal(soar.requests.length, 8);
    }));

  it('with more under way than fits into the grace time, leaves the rest to another one', () =>
    withSiemplify(
      site,
      async (lab, soar) => {
        soar.latencyMs = 1_000;
        await lab.deliver(lab.mails(24));
        const worker = await lab.worker();
        const poll = await lab.poll();
        await eventually(async () => soar.requests.length > 2 || undefined, 'the first alerts are on their way');
        assert.equal(await worker.stop(), 0);
        assert.ok(soar.caseCount < 24, 'the batch was done already');
        soar.latencyMs = 0;
        await lab.worker();
        await poll.result();
        await lab.settled();
        await everyMailOnce(lab, soar, 24);
        assert.deepEqual([...soar.arrivals.values()], Array(24).fill(1));
      },
      { target: { concurrency: 2 }, inFlightMs: 4_000, mailboxes: { soc: { every: '60s' } } },
    ));
});

describe('two workers over one store', { concurrency }, () => {
  it('share two hundred mails: one case each', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        await lab.deliver(lab.mails(200));
        await Promise.all([lab.worker(), lab.worker()]);
        soar.latencyMs = 50;
        const poll = await lab.poll();
        const result = await poll.result();
        assert.equal(result.delivered, 200, JSON.stringify(result));
        await everyMailOnce(lab, soar, 200);
        assert.equal(soar.requests.length, 200);
      },
      { mailboxes: { soc: { connections: 4 } } },
    ));

  it('one of them killed: the other carries everything to its end', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        await lab.deliver(lab.mails(200));
        const [doomed] = await Promise.all([lab.worker(), lab.worker()]);
        soar.latencyMs = 300;
        const poll = await lab.poll();
        await eventually(async () => soar.requests.length > 40 || undefined, 'the batches are under way');
        assert.equal(await doomed.kill(), 'SIGKILL');
        await poll.result();
        await lab.settled();
        await everyMailOnce(lab, soar, 200);
      },
      { mailboxes: { soc: { connections: 4, every: '30s' } } },
    ));
});
