import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Lab, Site } from '../support/lab.js';
import { pendingActivities } from '../support/pending-activities.js';
import { everyMailOnce } from '../support/soar-labs.js';
import { eventually } from '../support/temporal.js';
import { WebhookServer } from '../support/webhook-server.js';

/** More than a worker has in hand at a time (src/worker.ts). */
const mails = 120;
const placesPerSink = 10;

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

describe('a SOAR that accepts connections and never answers', () => {
  it('holds its own messages and not those of another mailbox; all are delivered once it answers', () =>
    withTwoSoars(async (lab, hanging, calm) => {
      await lab.deliver(lab.mails(mails));
      await hanging.down();
      await lab.worker();
      assert.equal((await lab.ingest()).inDelivery, mails);

      hanging.fault({ kind: 'delay', delayMs: 10 * 60_000, carriedOut: false, times: Number.POSITIVE_INFINITY });
      await hanging.up();
      await eventually(() => noneWaitsForItsTurn(lab), 'all messages have tried the SOAR', 120_000);
      await lab.deliver(lab.mails(3), 'calm');
      assert.equal((await lab.ingest('calm')).delivered, 3);
      assert.equal(calm.caseCount, 3);
      assert.ok(hanging.arrivals.size <= placesPerSink, `${hanging.arrivals.size} requests`);
      assert.equal(hanging.caseCount, 0);

      // Those under way end without an answer, and it is down for all.
      await hanging.down();
      hanging.clearFaults();
      await eventually(() => failedAgain(lab), 'one that found no place has failed');
      await hanging.up();
      await lab.settled();
      await everyMailOnce(lab, hanging, mails);
    }));
});

/** True when each message either hangs at the SOAR or was told that others do. */
async function noneWaitsForItsTurn(lab: Lab): Promise<true | undefined> {
  const pending = await pendingActivities(lab);
  const hanging = pending.filter(({ state }) => state === 'STARTED').length;
  const busy = pending.filter(({ failure }) => failure.includes('LW_SINK_BUSY')).length;
  return (hanging >= placesPerSink && hanging + busy >= mails) || undefined;
}

/** True when one that failed twice, and found no place in between, waits as long as after two failures. */
async function failedAgain(lab: Lab): Promise<true | undefined> {
  const pending = await pendingActivities(lab);
  const failed = pending.filter(({ attempt, failure }) => attempt >= 4 && failure.includes('LW_TARGET_UNAVAILABLE'));
  return failed.some(({ pauseMs }) => pauseMs === 10_000) || undefined;
}

/** Mailbox `soc` delivers to the first, mailbox `calm` to the second. */
async function withTwoSoars(
  work: (lab: Lab, hanging: WebhookServer, calm: WebhookServer) => Promise<void>,
): Promise<void> {
  const hanging = await WebhookServer.start();
  const calm = await WebhookServer.start();
  try {
    const target = ({ url }: WebhookServer) => ({
      kind: 'webhook',
      url: `${url}/hook`,
      insecure: true,
      secret: { env: 'HOOK' },
      timeout: '10m',
    });
    const options = {
      targets: { cases: target(hanging), calm: target(calm) },
      mailboxes: { soc: { targets: ['cases'] }, calm: { targets: ['calm'] } },
      secrets: { HOOK: hanging.secret },
    };
    await site.lab(options, (lab) => work(lab, hanging, calm));
  } finally {
    await calm.close();
    await hanging.close();
  }
}
