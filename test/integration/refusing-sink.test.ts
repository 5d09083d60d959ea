import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Lab, Site } from '../support/lab.js';
import { simpleMail } from '../support/mails.js';
import { everyMailOnce, failureOf, mispConfig, withMisp, withWebhook } from '../support/soar-labs.js';

const concurrency = 4;
const counts = { delivered: 0, duplicates: 0, inDelivery: 0, held: 0, vanished: 0 };

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

describe('a sink that refuses everything', { concurrency }, () => {
  const refusals = {
    400: { code: 'LW_TARGET_REFUSES', words: /rejected all 5 alerts.*400/s },
    401: { code: 'LW_TARGET_AUTH', words: /answered 401/ },
    404: { code: 'LW_TARGET_REFUSES', words: /answered 404/ },
  } as const;
  for (const [status, { code, words }] of Object.entries(refusals)) {
    it(`SOAR with ${status}: the poll says so, nothing is held, and once it is mended all are delivered`, () =>
      withWebhook(site, async (lab, soar) => {
        soar.fault({ kind: 'status', status: Number(status), times: Number.POSITIVE_INFINITY });
        await lab.deliver(lab.mails(5));
        await lab.worker();
        const failure = await failureOf(lab.ingest());
        assert.equal(failure.code, code, failure.message);
        assert.match(failure.message, words);
        assert.deepEqual(failure.result, { ...counts, mailbox: 'soc', unread: 5, remaining: 5 });
        await lab.open(undefined, 0);
        assert.equal((await lab.unread()).length, 5);

        soar.clearFaults();
        assert.deepEqual(await lab.ingest(), { ...counts, mailbox: 'soc', unread: 5, delivered: 5, remaining: 0 });
        await everyMailOnce(lab, soar, 5);
      }));
  }

  it('SOAR: a long queue of mail is not driven against it batch by batch', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        soar.fault({ kind: 'status', status: 403, times: Number.POSITIVE_INFINITY });
        await lab.deliver(lab.mails(310));
        await lab.worker();
        const failure = await failureOf(lab.ingest());
        assert.equal(failure.code, 'LW_TARGET_AUTH');
        assert.deepEqual(failure.result, { ...counts, mailbox: 'soc', unread: 310, remaining: 310 });
        // Those of the batches that are under way side by side.
        assert.ok(soar.requests.length <= 16, `${soar.requests.length} requests`);
        soar.clearFaults();
        assert.equal((await lab.ingest()).delivered, 310);
        await everyMailOnce(lab, soar, 310);
      },
      { target: { concurrency: 4 }, mailboxes: { soc: { connections: 1 } } },
    ));

  it('MISP with a wrong key: all alerts reach the SOAR, the mails stay unread, and then no second alert is made', () =>
    withMisp(site, async (lab, soar, misp) => {
      await lab.configure({ misp: mispConfig(misp, 'WRONG_KEY') });
      await lab.deliver(lab.mails(5));
      const worker = await lab.worker();
      const failure = await failureOf(lab.ingest());
      assert.equal(failure.code, 'LW_MISP_AUTH', failure.message);
      assert.deepEqual(failure.result, { ...counts, mailbox: 'soc', unread: 5, remaining: 5 });
      assert.equal(soar.caseCount, 5);
      assert.equal((await lab.unread()).length, 5);
      await lab.open(undefined, 0);
      assert.equal(await worker.stop(), 0);

      await lab.configure({});
      await lab.worker();
      assert.deepEqual(await lab.ingest(), { ...counts, mailbox: 'soc', unread: 5, delivered: 5, remaining: 0 });
      await everyMailOnce(lab, soar, 5);
      assert.equal(soar.requests.length, 5);
      assert.equal(misp.events.size, 5);
    }));

  it('MISP with an expired key: old mails that wait for it never keep new ones from the SOAR', () =>
    withMisp(
      site,
      async (lab, soar, misp) => {
        await lab.configure({ misp: mispConfig(misp, 'WRONG_KEY') });
        await lab.worker();
        await lab.deliver(lab.mails(260));
        assert.equal((await failureOf(lab.ingest())).code, 'LW_MISP_AUTH');
        assert.equal(soar.caseCount, 260);
        const asked = misp.requests.length;
        const claimed = await claimRecords(lab);

        await lab.deliver([simpleMail(`${lab.name}-new`)]);
        const failure = await failureOf(lab.ingest());
        assert.equal(failure.code, 'LW_MISP_AUTH');
        assert.deepEqual(failure.result, { ...counts, mailbox: 'soc', unread: 261, remaining: 261 });
        assert.equal(soar.caseCount, 261);
        assert.equal(soar.requests.length, 261);
        // Four batches are under way before the first refusal is told, each with one call: a claim and its end.
        assert.ok(misp.requests.length - asked <= 4, `${misp.requests.length - asked} requests`);
        const written = (await claimRecords(lab)) - claimed;
        assert.ok(written <= 4 * 2, `${written} records`);
      },
      { mailboxes: { soc: { connections: 1 } } },
    ));

  it('SOAR that took older mails of the batch once is still told from a few that it rejects: nothing is held', () =>
    withMisp(site, async (lab, soar, misp) => {
      await lab.configure({ misp: mispConfig(misp, 'WRONG_KEY') });
      await lab.worker();
      await lab.deliver(lab.mails(3));
      assert.equal((await failureOf(lab.ingest())).code, 'LW_MISP_AUTH');
      soar.fault({ kind: 'status', status: 400, times: Number.POSITIVE_INFINITY });
      await lab.deliver([1, 2].map((number) => simpleMail(`${lab.name}-new-${number}`)));
      const failure = await failureOf(lab.ingest());
      assert.deepEqual(failure.result, { ...counts, mailbox: 'soc', unread: 5, remaining: 5 });
      await lab.open(undefined, 0);
    }));

  it('SOAR, while MISP accepts: all events are in MISP, and then each mail becomes one alert', () =>
    withMisp(site, async (lab, soar, misp) => {
      soar.fault({ kind: 'status', status: 401, times: Number.POSITIVE_INFINITY });
      await lab.deliver(lab.mails(4));
      await lab.worker();
      const failure = await failureOf(lab.ingest());
      assert.equal(failure.code, 'LW_TARGET_AUTH');
      assert.equal(misp.events.size, 4, 'MISP waits for the SOAR');
      soar.clearFaults();
      assert.equal((await lab.ingest()).delivered, 4);
      await everyMailOnce(lab, soar, 4);
      assert.equal(misp.events.size, 4);
    }));
});

/** Claims at MISP, and their ends. */
async function claimRecords(lab: Lab): Promise<number> {
  const keys = await (await lab.store()).list('ledger/sinks/misp/');
  return keys.filter((key) => key.includes('.claim-')).length;
}
