import assert from 'node:assert/strict';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { loadConfig } from '../../src/config/load-config.js';
import type { ExpireEvidenceResult } from '../../src/retention/types.js';
import { applySchedules } from '../../src/schedules/apply.js';
import { desiredSchedules } from '../../src/schedules/desired.js';
import { runCli } from '../support/cli.js';
import { type Lab, Site } from '../support/lab.js';
import { withWebhook } from '../support/soar-labs.js';
import { eventually } from '../support/temporal.js';

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

const secrets = { MAIL_PASSWORD: 'x', HOOK: 'x' };

async function evidence(lab: Lab): Promise<readonly string[]> {
  return (await lab.store()).list('evidence/');
}

/** As if it had been stored half a year ago. */
async function age(lab: Lab): Promise<void> {
  const then = new Date(Date.now() - 200 * 24 * 60 * 60 * 1000);
  for (const key of await evidence(lab)) await utimes(join(lab.folder, 'var', key), then, then);
}

/** Its schedule, triggered by hand as `lurewatch schedules trigger lurewatch-evidence` does. */
async function triggered(lab: Lab): Promise<ExpireEvidenceResult> {
  const { config } = await loadConfig(join(lab.folder, 'lurewatch.yaml'), secrets);
  const [schedule, ...others] = desiredSchedules(config).filter(({ subject }) => subject === 'evidence');
  assert.ok(schedule !== undefined && others.length === 0);
  const { client } = site.temporal;
  const options = { prune: false, taskQueue: lab.taskQueue };
  for (const change of ['created', 'unchanged']) {
    assert.equal((await applySchedules(client, [schedule], options))[0]?.change, change);
  }
  const handle = client.schedule.getHandle(schedule.id);
  await handle.trigger();
  const run = await eventually(async () => (await handle.describe()).info.recentActions.at(-1)?.action, 'it has run');
  const { workflowId, firstExecutionRunId } = run.workflow;
  await handle.delete();
  const expiry = client.workflow.getHandle(workflowId, firstExecutionRunId);
  const result = await expiry.result();
  const { events } = await expiry.fetchHistory();
  const [page] = events?.flatMap((event) => event.activityTaskScheduledEventAttributes ?? []) ?? [];
  const input = Buffer.from(page?.input?.payloads?.[0]?.data ?? []).toString();
  assert.ok(
    input.includes(firstExecutionRunId ?? 'none'),
    'all pages say which run they are of, whatever it continues as',
  );
  return result;
}

it('old evidence is removed by a schedule, but not of what is held; a copy that arrives later is kept anew', () =>
  withWebhook(site, async (lab, soar) => {
    await lab.configure({ store: { kind: 'file', path: './var', retention: { evidence: '180d' } } });
    const poison = (body: string) => body.includes(`"Message ${lab.name}-2"`);
    soar.fault({ kind: 'status', status: 422, times: Number.POSITIVE_INFINITY, match: poison });
    const mails = lab.mails(4);
    await lab.deliver(mails.slice(0, 3));
    await Promise.all([lab.worker(), lab.worker()]);
    assert.equal((await lab.ingest()).held, 1);
    await age(lab);
    await lab.deliver(mails.slice(3));
    assert.equal((await lab.ingest()).delivered, 1);

    const { removed, kept, remaining, dryRun } = await triggered(lab);
    assert.deepEqual({ removed, remaining, dryRun }, { removed: 2, remaining: 2, dryRun: false });
    assert.deepEqual(kept, { undelivered: 1, withoutAlert: 0, damaged: 0 });
    assert.equal((await evidence(lab)).length, 2);

    // The same mail once more: its alert is known, and its evidence is there again.
    await lab.deliver(mails.slice(0, 1));
    assert.equal((await lab.ingest()).duplicates, 1);
    assert.equal((await evidence(lab)).length, 3);
    assert.equal(soar.caseCount, 3);

    const found = await runCli(['find', `${lab.name}-3@mail.example`], { folder: lab.folder, environment: secrets });
    assert.match(found.stdout, /MISSING: .*\.eml/, 'it was received today');
    assert.match(found.stdout, /→ cases: delivered/);
  }));
