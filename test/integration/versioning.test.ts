import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Lab, Site } from '../support/lab.js';
import { everyMailOnce, withWebhook } from '../support/soar-labs.js';
import { eventually } from '../support/temporal.js';

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site?.close());

describe('versioned workers', () => {
  it('take new work once their version is the current one, and the version before them takes none any more', () =>
    withWebhook(site, async (lab, soar) => {
      const deployment = lab.taskQueue.toLowerCase();
      await lab.configure({ versioning: { deployment, buildId: 'one' } });
      const one = await lab.worker();
      await makeCurrent(deployment, 'one');
      await lab.deliver(lab.mails(1));
      assert.equal((await lab.ingest()).delivered, 1);
      assert.equal(await buildOf(lab, 1), 'one');

      await lab.configure({ versioning: { deployment, buildId: 'two' } });
      await lab.worker();
      await makeCurrent(deployment, 'two');
      await lab.deliver(lab.mails(2).slice(1));
      assert.equal((await lab.ingest()).delivered, 1);
      assert.equal(await buildOf(lab, 2), 'two');
      assert.equal(await one.stop(), 0);
      await everyMailOnce(lab, soar, 2);
    }));

  for (const [behavior, endsWith] of [
    ['pinned', 'one'],
    ['auto-upgrade', 'two'],
  ] as const) {
    it(`carry what was open before a new version on with version ${endsWith} where they are ${behavior}`, () =>
      withWebhook(site, async (lab, soar) => {
        const deployment = lab.taskQueue.toLowerCase();
        soar.fault({ kind: 'status', status: 400, body: 'not yet', times: Number.POSITIVE_INFINITY });
        await lab.configure({ versioning: { deployment, buildId: 'one', behavior } });
        await lab.worker();
        await makeCurrent(deployment, 'one');
        await lab.deliver(lab.mails(1));
        assert.equal((await lab.ingest()).held, 1);

        await lab.configure({ versioning: { deployment, buildId: 'two', behavior } });
        await lab.worker();
        await makeCurrent(deployment, 'two');
        soar.clearFaults();
        const [open = ''] = await eventually(async () => {
          const ids = await lab.openWorkflows('deliverMessage');
          return ids.length === 0 ? undefined : ids;
        }, 'the held message shows');
        const handle = site.temporal.client.workflow.getHandle(open);
        await handle.executeUpdate('retry', { args: [{ who: 'ada', why: 'mended' }] });
        await handle.result();
        assert.equal(await versionOf(open), endsWith);
        await everyMailOnce(lab, soar, 1);
      }));
  }
});

/** What `temporal worker deployment set-current-version` does; the server knows a version once its workers asked for work. */
async function makeCurrent(deploymentName: string, buildId: string): Promise<void> {
  const { connection, namespace } = site.temporal;
  const set = () =>
    connection.workflowService.setWorkerDeploymentCurrentVersion({
      namespace,
      deploymentName,
      buildId,
      identity: 'test',
    });
  await eventually(() => set().catch(() => undefined), `${buildId} is the current version`);
}

/** The version that the poll with this number ended with. */
function buildOf(lab: Lab, poll: number): Promise<string | undefined> {
  return versionOf(`${lab.taskQueue}-poll-${poll}`);
}

async function versionOf(workflowId: string): Promise<string | undefined> {
  const { raw } = await site.temporal.client.workflow.getHandle(workflowId).describe();
  return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId ?? undefined;
}
