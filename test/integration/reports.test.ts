import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { decide } from '../../src/cli/held/decide.js';
import { alertIdOf, identityOf } from '../../src/mail/identity.js';
import { deliverMessageId } from '../../src/workflows/ids.js';
import { type Lab, Site } from '../support/lab.js';
import { attachedMail, carriedMail, reportOf, simpleReport } from '../support/reports.js';
import { withMisp, withWebhook } from '../support/soar-labs.js';
import { eventually } from '../support/temporal.js';
import type { WebhookServer } from '../support/webhook-server.js';

const concurrency = 4;
const forEver = Number.POSITIVE_INFINITY;
const options = { mailboxes: { soc: { alertFor: 'originals', every: '2s' } } };
const decision = { who: 'ada', why: 'mended' };

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

/** The alert ids of the mails of a report, in order. */
async function originalsOf(lab: Lab, report: string): Promise<readonly string[]> {
  const [document] = await (await lab.ledger()).alerts.read([alertIdOf(identityOf(Buffer.from(report)))]);
  return document?.originalAlertIds ?? [];
}

function reportOfTwo({ name }: Lab) {
  const [first, second] = [`${name}-a`, `${name}-b`];
  return { first, second, report: simpleReport(name, [first, second]) };
}

/** The first poll of a mailbox with this report alone, while the target rejects what matches. */
async function ingestRejected(lab: Lab, soar: WebhookServer, report: string, match = (_: string) => true) {
  soar.fault({ kind: 'status', status: 400, times: forEver, match });
  await lab.deliver([report]);
  await lab.worker();
  return lab.ingest();
}

const isMail = (name: string) => (body: string) => body.includes(`phish.example/${name}"`);

async function heldMail(lab: Lab) {
  const look = async () => {
    const open = await lab.openWorkflows('deliverMessage');
    return open.length === 1 ? open[0] : undefined;
  };
  return eventually(look, 'one mail is held');
}

describe('the mails of a report', { concurrency }, () => {
  it('become a case each, and a mail that carries none becomes one; all are counted as messages', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        const names = ['a', 'b', 'c'].map((name) => `${lab.name}-${name}`);
        await lab.deliver([simpleReport(lab.name, names), ...lab.mails(1)]);
        await lab.worker();
        const result = await lab.ingest();
        assert.deepEqual([result.unread, result.delivered, result.remaining], [2, 2, 0]);
        assert.equal(soar.caseCount, 4);
        assert.equal(soar.requests.length, 4);
        assert.deepEqual(await lab.unread(), []);
      },
      options,
    ));

  for (const verdict of ['retry', 'discard'] as const) {
    it(`keep it unread while one is held, and let it be read after "${verdict}"`, () =>
      withWebhook(
        site,
        async (lab, soar) => {
          const { second, report } = reportOfTwo(lab);
          const { held, delivered } = await ingestRejected(lab, soar, report, isMail(second));
          assert.deepEqual([held, delivered], [1, 0]);
          assert.equal(soar.caseCount, 1);
          const [, alertId = ''] = await originalsOf(lab, report);
          assert.equal(await heldMail(lab), deliverMessageId('soc', alertId));
          // Nothing of it is sent again by polls.
          const requests = soar.requests.length;
          const again = await lab.ingest();
          assert.deepEqual([again.held, again.delivered, again.duplicates], [1, 0, 0]);
          assert.equal(soar.requests.length, requests);
          assert.equal((await lab.unread()).length, 1);
          soar.clearFaults();
          const workflowId = deliverMessageId('soc', alertId);
          const { client } = site.temporal;
          await decide(client, { alertId, mailbox: 'soc', workflowId }, verdict, decision);
          const { marked } = await client.workflow.getHandle(workflowId).result();
          assert.equal(marked, true);
          assert.deepEqual(await lab.unread(), []);
          assert.equal(soar.caseCount, verdict === 'retry' ? 2 : 1);
        },
        options,
      ));
  }

  it('that are all rejected are held: one report says nothing of the sink', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        assert.equal((await ingestRejected(lab, soar, reportOfTwo(lab).report)).held, 1);
        const open = async () => ((await lab.openWorkflows('deliverMessage')).length === 2 ? true : undefined);
        await eventually(open, 'both are held');
      },
      options,
    ));

  it('go on one by one through an outage, and the last one marks it', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        const { report } = reportOfTwo(lab);
        await soar.down();
        await lab.deliver([report]);
        await lab.worker();
        assert.equal((await lab.ingest()).inDelivery, 1);
        const open = async () => ((await lab.openWorkflows('deliverMessage')).length === 2 ? true : undefined);
        await eventually(open, 'both are on their way');
        assert.equal((await lab.ingest()).inDelivery, 1);
        await soar.up();
        const ids = (await originalsOf(lab, report)).map((alertId) => deliverMessageId('soc', alertId));
        const { workflow } = site.temporal.client;
        const results = await Promise.all(ids.map((id) => workflow.getHandle(id).result()));
        assert.ok(results.some(({ marked }) => marked));
        assert.deepEqual(await lab.unread(), []);
        assert.equal(soar.caseCount, 2);
      },
      options,
    ));

  it('are looked after by the next poll where the workflow of one is gone and another is held', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        const { second, report } = reportOfTwo(lab);
        assert.equal((await ingestRejected(lab, soar, report)).held, 1);
        const [lost = '', held = ''] = (await originalsOf(lab, report)).map((id) => deliverMessageId('soc', id));
        soar.clearFaults();
        soar.fault({ kind: 'status', status: 400, times: forEver, match: isMail(second) });
        const { workflow } = site.temporal.client;
        await workflow.getHandle(lost).terminate('by mistake');
        await eventually(async () => ((await heldMail(lab)) === held ? true : undefined), 'one of them is gone');
        await lab.ingest();
        assert.equal(soar.caseCount, 1);
        assert.equal((await lab.unread()).length, 1);
        soar.clearFaults();
        await workflow.getHandle(held).executeUpdate('retry', { args: [decision] });
        assert.equal((await workflow.getHandle(held).result()).marked, true);
        assert.equal(soar.caseCount, 2);
        assert.deepEqual(await lab.unread(), []);
      },
      options,
    ));

  it('become a MISP event each, but for those without indicators', () =>
    withMisp(
      site,
      async (lab, soar, misp) => {
        const plain = carriedMail(`${lab.name}-plain`, [], '\r\nNothing to see here.');
        const parts = [attachedMail(carriedMail(`${lab.name}-a`)), attachedMail(plain)];
        await lab.deliver([reportOf(lab.name, parts)]);
        await lab.worker();
        assert.equal((await lab.ingest()).delivered, 1);
        assert.equal(soar.caseCount, 2);
        assert.equal(misp.events.size, 1);
        assert.deepEqual(await lab.unread(), []);
      },
      options,
    ));

  it('are brought to their end by the next poll where no workflow has them any more, and none is sent twice', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        const { first, second, report } = reportOfTwo(lab);
        assert.equal((await ingestRejected(lab, soar, report, isMail(second))).held, 1);
        await site.temporal.client.workflow.getHandle(await heldMail(lab)).terminate('by mistake');
        soar.clearFaults();
        await lab.settled();
        assert.equal(soar.caseCount, 2);
        assert.equal(soar.requests.filter(({ body }) => isMail(first)(body)).length, 1);
      },
      options,
    ));
});
