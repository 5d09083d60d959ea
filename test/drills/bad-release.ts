import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Lab, Site } from '../support/lab.js';
import { buildNewerRelease } from '../support/other-release.js';
import { everyMailOnce, withWebhook } from '../support/soar-labs.js';
import { eventually } from '../support/temporal.js';
import { terminateAll } from './fates.js';

/** A batch that a SOAR keeps waiting lets go after a polling interval. */
const quick = { mailboxes: { soc: { every: '1s' } } };

/** docs/drills/bad-release.md: what the newer workers began is ended; polls take it up anew, and nothing goes twice. */
export async function badRelease(site: Site): Promise<void> {
  await withWebhook(
    site,
    async (lab, soar) => {
      const bundle = join(lab.folder, 'newer.cjs');
      await buildNewerRelease(bundle);
      // Begun by the release that is good, and carried on by both.
      await soar.down();
      await lab.deliver(lab.mails(3));
      const good = await lab.worker();
      assert.equal((await lab.ingest()).inDelivery, 3);
      await good.stop();
      // Begun by the bad one.
      lab.release(bundle);
      const bad = await lab.worker();
      await lab.deliver(lab.mails(6).slice(3));
      assert.equal((await lab.ingest()).inDelivery, 6);
      await eventually(async () => (await begunByNewer(lab)) === 3 || undefined, 'the newer code has begun');
      await bad.stop();

      lab.release(undefined);
      await soar.up();
      await lab.worker();
      // The old code goes on with its own, and cannot with the others': they stand still, and say why.
      await eventually(async () => (await lab.openWorkflows('deliverMessage')).length === 3 || undefined, 'ours end');
      await eventually(async () => (await stuck(lab)) > 0 || undefined, 'the others cannot go on', 60_000);
      assert.equal(await terminateAll(lab), 3);
      await lab.settled();
      await everyMailOnce(lab, soar, 6);
      for (const times of soar.arrivals.values()) assert.equal(times, 1);
    },
    quick,
  );
}

async function begunByNewer(lab: Lab): Promise<number> {
  let begun = 0;
  for (const id of await lab.openWorkflows('deliverMessage')) {
    const { events } = await lab.site.temporal.client.workflow.getHandle(id).fetchHistory();
    if (events?.some((event) => JSON.stringify(event).includes('core_patch'))) {
      const markers = events.filter(({ timerStartedEventAttributes }) => timerStartedEventAttributes != null);
      if (markers.length > 0) begun += 1;
    }
  }
  return begun;
}

/** Workflows whose history the code cannot replay. */
async function stuck(lab: Lab): Promise<number> {
  let found = 0;
  for (const id of await lab.openWorkflows('deliverMessage')) {
    const { events } = await lab.site.temporal.client.workflow.getHandle(id).fetchHistory();
    const failures = events?.flatMap(
      ({ workflowTaskFailedEventAttributes }) => workflowTaskFailedEventAttributes ?? [],
    );
    if (failures?.some(({ failure }) => /nondeterminism|TMPRL1100/i.test(failure?.message ?? ''))) found += 1;
  }
  return found;
}
