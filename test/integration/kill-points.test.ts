import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { chunks } from '../../src/sinks/in-parallel.js';
import type { IngestMailboxResult } from '../../src/workflows/types.js';
import { campaignMails } from '../support/campaign-mails.js';
import { startedBefore, usualKillPoints } from '../support/kill-points.js';
import { type Lab, Site } from '../support/lab.js';
import { withSiemplify, withWebhook } from '../support/soar-labs.js';
import { died, survive } from '../support/survive.js';
import { eventually } from '../support/temporal.js';

/** Each test waits for a heartbeat to be missed: run them beside one another. */
const concurrency = 7;

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

const mails = 8;

describe('a worker killed with SIGKILL', { concurrency }, () => {
  for (const point of usualKillPoints) {
    it(`${point}: every mail becomes one case and is marked read`, () =>
      withWebhook(site, async (lab, soar) => {
        await survive(lab, point, lab.mails(mails));
        assert.equal(soar.caseCount, mails);
      }));
  }

  for (const point of ['before campaign', 'after campaign'] as const) {
    it(`${point}: the copies of one mail become one case each, all with the same grouping key`, () =>
      withWebhook(
        site,
        async (lab, soar) => {
          await survive(lab, point, campaignMails('killed', mails));
          assert.equal(soar.caseCount, mails);
          const keys = new Set([...soar.cases.values()].map(({ alert }) => alert.source_grouping_identifier));
          assert.equal(keys.size, 1);
          assert.ok(!keys.has(undefined));
        },
        { mailboxes: { soc: { campaigns: true } } },
      ));
  }

  for (const point of ['after claim', 'before send', 'after send', 'before outcome'] as const) {
    it(`${point}: a target that can only be asked gets no case twice`, () =>
      withSiemplify(
        site,
        async (lab, soar) => {
          await survive(lab, point, lab.mails(mails));
          assert.equal(soar.caseCount, mails);
        },
        { target: { timeout: '2s' }, inFlightMs: 3_000 },
      ));
  }

  for (const [point, started] of [
    ['before start', startedBefore],
    ['after start', startedBefore + 1],
  ] as const) {
    it(`${point} of one of the messages that it hands over: none of the others is forgotten or carried twice`, () =>
      withWebhook(site, async (lab, soar) => {
        await soar.down();
        const atDeath = async () => {
          const open = async () => (await lab.openWorkflows('deliverMessage')).length === started || undefined;
          await eventually(open, `${started} messages are handed over`);
          await soar.up();
        };
        const afterPoll = async ({ inDelivery }: IngestMailboxResult) => assert.equal(inDelivery, mails);
        await survive(lab, point, lab.mails(mails), { atDeath, afterPoll });
        assert.equal(soar.caseCount, mails);
      }));
  }

  for (const point of ['before claim end', 'after claim end'] as const) {
    it(`${point} where the target asked for a pause: every mail becomes one case and is marked read`, () =>
      withWebhook(site, async (lab, soar) => {
        soar.fault({ kind: 'status', status: 429, headers: { 'retry-after': '1' } });
        await survive(lab, point, lab.mails(mails));
        assert.equal(soar.caseCount, mails);
      }));

    it(`${point} where a target that can only be asked was away: no case twice`, () =>
      withSiemplify(
        site,
        async (lab, soar) => {
          soar.fault({ kind: 'status', status: 429, headers: { 'retry-after': '1' }, path: 'CreateCase' });
          await survive(lab, point, lab.mails(mails));
          assert.equal(soar.caseCount, mails);
        },
        { target: { timeout: '2s' }, inFlightMs: 3_000 },
      ));
  }

  it('before the end of a claim that was rejected: the mail is sent again, as if nobody had answered', () =>
    withWebhook(site, async (lab, soar) => {
      soar.fault({ kind: 'status', status: 400, match: isOf(lab, 3) });
      const afterPoll = async ({ held }: IngestMailboxResult) => assert.equal(held, 0);
      await survive(lab, 'before claim end', lab.mails(mails), { afterPoll });
      assert.equal(soar.caseCount, mails);
    }));

  it('after the end of a claim that was rejected: the mail is held and not sent again before a person says so', () =>
    withWebhook(site, async (lab, soar) => {
      soar.fault({ kind: 'status', status: 400, match: isOf(lab, 3) });
      const afterPoll = async ({ held }: IngestMailboxResult) => {
        assert.equal(held, 1);
        assert.equal(soar.caseCount, mails - 1);
        const rejected = soar.requests.filter(({ body }) => isOf(lab, 3)(body));
        assert.equal(rejected.length, 1);
        const [workflowId = ''] = await eventually(async () => {
          const open = await lab.openWorkflows('deliverMessage');
          return open.length === 1 ? open : undefined;
        }, 'the message is held');
        const decision = { who: 'kim', why: 'the target is mended' };
        await site.temporal.client.workflow.getHandle(workflowId).executeUpdate('retry', { args: [decision] });
      };
      await survive(lab, 'after claim end', lab.mails(mails), { afterPoll });
      assert.equal(soar.caseCount, mails);
    }));

  for (const point of ['before progress', 'after progress', 'before removal', 'after removal'] as const) {
    it(`${point}, in a mailbox with \`read: new\`: no mail is left out, looked at again or sent twice`, () =>
      withWebhook(
        site,
        async (lab, soar) => {
          const [first = [], second = [], last = []] = chunks(lab.mails(mails), 3);
          await lab.deliver(first);
          const before = await lab.worker();
          assert.equal((await lab.ingest()).delivered, first.length);
          assert.equal(await before.stop(), 0);

          await lab.deliver(second);
          const doomed = await lab.worker(point);
          const poll = await lab.poll();
          await died(lab, doomed);
          await lab.worker(point);
          const result: IngestMailboxResult = await poll.result();
          assert.deepEqual([result.unread, result.delivered], [second.length, second.length]);
          assert.equal((await lab.ingest()).unread, 0);

          await lab.deliver(last);
          assert.equal((await lab.ingest()).delivered, last.length);
          assert.equal((await (await lab.store()).list('ledger/progress/')).length, 1, 'older records are left');
          assert.equal(soar.caseCount, mails);
          assert.equal(soar.requests.length, mails);
        },
        { mailboxes: { soc: { read: 'new' } } },
      ));
  }
});

/** Tells the request that carries one of the laboratory's mails. */
function isOf(lab: Lab, number: number): (body: string) => boolean {
  return (body) => body.includes(`${lab.name}-${number}@mail.example`);
}
