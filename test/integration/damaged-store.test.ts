import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { WorkflowHandle } from '@temporalio/client';
import type { IngestMailboxResult } from '../../src/workflows/types.js';
import type { KillPoint } from '../support/kill-points.js';
import { type Lab, Site } from '../support/lab.js';
import { everyMailOnce, failureOf, withWebhook } from '../support/soar-labs.js';

const mails = 8;

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

/** A worker dies at the point, and something happens to its store before another one takes over. */
async function damagedAt(
  lab: Lab,
  point: KillPoint,
  damage: (files: (prefix: string) => Promise<readonly string[]>) => Promise<void>,
): Promise<WorkflowHandle> {
  await lab.deliver(lab.mails(mails));
  const doomed = await lab.worker(point);
  const poll = await lab.poll();
  assert.equal(await doomed.ended, 'SIGKILL');
  const store = await lab.store();
  await damage(async (prefix) => (await store.list(prefix)).map((key) => join(lab.folder, 'var', key)));
  await lab.worker();
  return poll;
}

describe('a store that was damaged while a worker was down', { concurrency: 2 }, () => {
  it('before alerts were built: evidence is read again, and each mail becomes one case', () =>
    withWebhook(site, async (lab, soar) => {
      const poll = await damagedAt(lab, 'before document', async (files) => {
        const [lost = '', empty = '', forged = ''] = await files('evidence/');
        await rm(lost);
        await writeFile(empty, '');
        await writeFile(forged, 'Subject: forged\r\n\r\nhttps://forged.example/');
      });
      const result: IngestMailboxResult = await poll.result();
      assert.equal(result.delivered, mails);
      await everyMailOnce(lab, soar, mails);
    }));

  it('after alerts were built: what is damaged stays unread, the poll says why, and the others are delivered', () =>
    withWebhook(site, async (lab, soar) => {
      const poll = await damagedAt(lab, 'after document', async (files) => {
        const [document = ''] = await files('ledger/alerts/');
        await rm(document);
        await writeFile(document, '{"version":1}\n');
      });
      const failure = await failureOf(poll.result());
      assert.equal(failure.code, 'LW_STORE_CORRUPT', failure.message);
      assert.match(failure.message, /store record ledger\/alerts\/.*has another shape/);
      assert.equal(soar.caseCount, mails - 1);
      assert.equal((await lab.unread()).length, 1);
      await lab.open(undefined, 0);
    }));
});
