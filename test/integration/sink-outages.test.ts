import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Lab, Site } from '../support/lab.js';
import type { MispServer } from '../support/misp-server.js';
import { everyMailOnce, withMisp, withSiemplify, withWebhook } from '../support/soar-labs.js';
import { eventually } from '../support/temporal.js';
import type { WebhookServer } from '../support/webhook-server.js';

const concurrency = 4;
const counts = { delivered: 0, duplicates: 0, inDelivery: 0, held: 0, vanished: 0, remaining: 0 };

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

describe('a sink that is down for a while', { concurrency }, () => {
  it('SOAR: messages go on one by one, later polls leave them alone, and nothing is doubled', () =>
    withWebhook(site, async (lab, soar) => {
      await lab.deliver(lab.mails(7));
      await soar.down();
      await lab.worker();
      assert.deepEqual(await lab.ingest(), { ...counts, mailbox: 'soc', unread: 7, inDelivery: 7 });
      await eventually(async () => ((await carried(lab)) === 7 ? true : undefined), 'all are carried');
      assert.deepEqual(await lab.ingest(), { ...counts, mailbox: 'soc', unread: 7, inDelivery: 7 });
      await soar.up();
      await lab.settled();
      await everyMailOnce(lab, soar, 7);
      assert.deepEqual([...soar.arrivals.values()], Array(7).fill(1));
    }));

  it('MISP: the alerts are in the SOAR at once, the mails unread until MISP has them too', () => {
    const work = async (lab: Lab, soar: WebhookServer, misp: MispServer) => {
      await lab.deliver(lab.mails(6));
      await misp.down();
      await lab.worker();
      const poll = await lab.poll();
      await eventually(async () => (soar.caseCount === 6 ? true : undefined), 'the SOAR has all alerts');
      assert.equal((await poll.describe()).status.name, 'RUNNING');
      const result = await poll.result();
      assert.deepEqual(result, { ...counts, mailbox: 'soc', unread: 6, inDelivery: 6 });
      assert.equal((await lab.unread()).length, 6);
      await misp.up();
      await lab.settled();
      await everyMailOnce(lab, soar, 6);
      assert.equal(soar.requests.length, 6);
      assert.equal(misp.events.size, 6);
    };
    return withMisp(site, work, { mailboxes: { soc: { every: '10s' } } });
  });

  it('SOAR, while MISP is up: the events are in MISP at once, the mails unread until the SOAR has them too', () =>
    withMisp(site, async (lab, soar, misp) => {
      await lab.deliver(lab.mails(6));
      await soar.down();
      await lab.worker();
      const result = await lab.ingest();
      assert.deepEqual(result, { ...counts, mailbox: 'soc', unread: 6, inDelivery: 6 });
      assert.equal(misp.events.size, 6);
      assert.equal((await lab.unread()).length, 6);
      const asked = misp.requests.length;
      await soar.up();
      await lab.settled();
      await everyMailOnce(lab, soar, 6);
      assert.equal(misp.events.size, 6);
      assert.equal(misp.requests.length, asked, 'MISP is bothered again');
    }));

  it('never has more than `maxInDelivery` in delivery: the mailbox is the queue', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        const mails = 220;
        // A second batch might have gone beyond it.
        const inDelivery = 50;
        await lab.deliver(lab.mails(mails));
        await soar.down();
        await lab.worker();
        const expected = { ...counts, mailbox: 'soc', unread: mails, inDelivery, remaining: mails - inDelivery };
        assert.deepEqual(await lab.ingest(), expected);
        await eventually(async () => ((await carried(lab)) === inDelivery ? true : undefined), 'all are carried');
        assert.deepEqual(await lab.ingest(), expected);
        await soar.up();
        await lab.settled();
        await everyMailOnce(lab, soar, mails);
        assert.equal(soar.requests.length, mails);
      },
      { mailboxes: { soc: { maxInDelivery: 70, every: '2s' } } },
    ));
});

describe('a SOAR that asks to wait', { concurrency }, () => {
  for (const status of [429, 503]) {
    it(`with ${status} and Retry-After within the batch's patience is left alone until then`, () =>
      withWebhook(
        site,
        async (lab, soar) => {
          soar.fault({ kind: 'status', status, headers: { 'retry-after': '4' } });
          await lab.deliver(lab.mails(5));
          await lab.worker();
          assert.equal((await lab.ingest()).delivered, 5);
          assertPause(soar, 4_000);
          await everyMailOnce(lab, soar, 5);
        },
        { target: { concurrency: 1 }, mailboxes: { soc: { every: '60s' } } },
      ));
  }

  it('longer than a batch has patience is left alone until then by the single messages too', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        soar.fault({ kind: 'status', status: 429, headers: { 'retry-after': '8' } });
        await lab.deliver(lab.mails(5));
        await lab.worker();
        assert.equal((await lab.ingest()).inDelivery, 5);
        const [id = ''] = await lab.open('deliverMessage', 5);
        const state = await site.temporal.client.workflow.getHandle(id).query<{ sinks: { state: string }[] }>('state');
        assert.deepEqual(
          state.sinks.map((sink) => sink.state),
          ['waiting'],
        );
        await lab.settled();
        assertPause(soar, 8_000);
        await everyMailOnce(lab, soar, 5);
      },
      { target: { concurrency: 1 }, mailboxes: { soc: { every: '2s' } } },
    ));
});

describe('a SOAR whose answer does not arrive', { concurrency }, () => {
  const faults = {
    'answers 500 after it has stored the alert': { kind: 'status', status: 500, carriedOut: true },
    'answers after the client gave up': { kind: 'delay', delayMs: 3_000 },
    'stores the alert after the client gave up': { kind: 'delay', delayMs: 1_800, carriedOut: 'late' },
    'cuts the connection after it has read the request': { kind: 'cut-after-read' },
  } as const;

  for (const [what, fault] of Object.entries(faults)) {
    it(`${what}, and knows repeats: one case each`, () =>
      withWebhook(
        site,
        async (lab, soar) => {
          soar.fault({ ...fault, times: 4 });
          await lab.deliver(lab.mails(6));
          await lab.worker();
          await lab.ingest();
          await lab.settled();
          await everyMailOnce(lab, soar, 6);
          assert.ok(
            [...soar.arrivals.values()].some((times) => times > 1),
            'nothing was repeated',
          );
        },
        { target: { timeout: '1s' }, mailboxes: { soc: { every: '20s' } } },
      ));

    it(`${what}, and can only be asked: no alert is sent twice`, () =>
      withSiemplify(
        site,
        async (lab, soar) => {
          soar.fault({ ...fault, times: 4, path: 'CreateCase' });
          await lab.deliver(lab.mails(6));
          await lab.worker();
          await lab.ingest();
          await lab.settled();
          await everyMailOnce(lab, soar, 6);
          assert.deepEqual([...soar.arrivals.values()], Array(6).fill(1));
        },
        { target: { timeout: '1s' }, inFlightMs: 3_500, mailboxes: { soc: { every: '20s' } } },
      ));
  }
});

/** As the visibility store shows it, which lags behind. */
async function carried(lab: Lab): Promise<number> {
  return (await lab.openWorkflows('deliverMessage')).length;
}

/** No request came in the time the first answer asked for. */
function assertPause({ requests }: WebhookServer, pauseMs: number): void {
  const [first, second] = requests.map(({ atMs }) => atMs);
  assert.ok(first !== undefined && second !== undefined);
  assert.ok(second - first >= pauseMs, `asked again after ${second - first} ms`);
}
