import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { IngestMailboxResult } from '../../src/workflows/types.js';
import { type KillPoint, startedBefore } from '../support/kill-points.js';
import { type Lab, Site } from '../support/lab.js';
import { simpleReport } from '../support/reports.js';
import type { SecopsServer } from '../support/secops-server.js';
import { withSiemplify, withWebhook } from '../support/soar-labs.js';
import { died, survive } from '../support/survive.js';
import { eventually } from '../support/temporal.js';
import type { WebhookServer } from '../support/webhook-server.js';

/** Each test waits for a heartbeat to be missed: run them beside one another. */
const concurrency = 7;

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

const reports = 4;
const carried = 2;
const options = { mailboxes: { soc: { alertFor: 'originals', every: '2s' } } };

function reportsOf(lab: Lab): readonly string[] {
  return Array.from({ length: reports }, (_, report) =>
    simpleReport(
      `${lab.name}-${report}`,
      Array.from({ length: carried }, (_unused, mail) => `${lab.name}-${report}-${mail}`),
    ),
  );
}

async function everyOriginalOnce(lab: Lab, soar: WebhookServer | SecopsServer): Promise<void> {
  assert.equal(soar.caseCount, reports * carried);
  assert.equal(soar.cases.size, reports * carried);
  const documents = await (await lab.store()).list('ledger/alerts/');
  assert.equal(documents.length, reports * (1 + carried), 'nothing was made twice under other names');
}

describe('a worker killed with SIGKILL among the mails of reports', { concurrency }, () => {
  const points: readonly KillPoint[] = [
    'before document',
    // Between the mails of the reports and the reports that name them.
    'after document',
    'after report document',
    'before flag',
    'after flag',
  ];
  for (const point of points) {
    it(`${point}: every mail of them becomes one case, and they are marked read`, () =>
      withWebhook(
        site,
        async (lab, soar) => {
          await survive(lab, point, reportsOf(lab));
          await everyOriginalOnce(lab, soar);
        },
        options,
      ));
  }

  // One after the other: what was sent is the first mail of a report and not the second.
  for (const point of ['after claim', 'after send', 'after outcome'] as const) {
    it(`${point} of the first mail of a report: the others are sent, and it is not sent again`, () =>
      withWebhook(
        site,
        async (lab, soar) => {
          await survive(lab, point, reportsOf(lab));
          await everyOriginalOnce(lab, soar);
        },
        { ...options, target: { concurrency: 1 } },
      ));
  }

  it('after the send of a mail, where the target can only be asked: no case twice', () =>
    withSiemplify(
      site,
      async (lab, soar) => {
        await survive(lab, 'after send', reportsOf(lab));
        await everyOriginalOnce(lab, soar);
      },
      { ...options, target: { timeout: '2s' }, inFlightMs: 3_000 },
    ));

  for (const point of ['before start', 'after start'] as const) {
    it(`${point} of the workflow of one mail, between those of one report: none is forgotten`, () =>
      withWebhook(
        site,
        async (lab, soar) => {
          await soar.down();
          const started = point === 'before start' ? startedBefore : startedBefore + 1;
          const atDeath = async () => {
            const open = async () => (await lab.openWorkflows('deliverMessage')).length === started || undefined;
            await eventually(open, `${started} mails are handed over`);
            await soar.up();
          };
          const afterPoll = async ({ inDelivery }: IngestMailboxResult) => assert.equal(inDelivery, reports);
          await survive(lab, point, reportsOf(lab), { atDeath, afterPoll });
          await everyOriginalOnce(lab, soar);
        },
        options,
      ));
  }

  // Each mail has a workflow of its own by then; the last one marks the report.
  for (const point of ['after outcome', 'before flag', 'after flag'] as const) {
    it(`${point}, when mails go on one by one: every mail becomes one case, and the reports are marked`, () =>
      withWebhook(
        site,
        async (lab, soar) => {
          await soar.down();
          await lab.deliver(reportsOf(lab));
          const doomed = await lab.worker(point);
          assert.equal((await lab.ingest()).inDelivery, reports);
          await soar.up();
          await died(lab, doomed);
          await lab.worker(point);
          await lab.settled();
          await everyOriginalOnce(lab, soar);
        },
        options,
      ));
  }
});
