import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type KillPoint, killPoints } from '../support/kill-points.js';
import { type Lab, Site } from '../support/lab.js';
import { simpleMails } from '../support/mails.js';
import { SecopsServer } from '../support/secops-server.js';
import { WebhookServer } from '../support/webhook-server.js';

/** Each test waits for a heartbeat to be missed: run them beside one another. */
const concurrency = 5;

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

const mails = 8;

/** A worker dies at the point, another one takes over, and the poll that was under way comes to its end. */
async function survive(lab: Lab, point: KillPoint): Promise<void> {
  await lab.deliver(simpleMails(mails));
  const doomed = await lab.worker(point);
  const poll = await lab.poll();
  assert.equal(await doomed.ended, 'SIGKILL');
  await access(join(lab.folder, 'died'));
  await lab.worker(point);
  const result = await poll.result();
  assert.equal(result.delivered + result.inDelivery, mails, JSON.stringify(result));
  // What the batch left to single messages, and what the next poll still finds to mark.
  await lab.settled();
  assert.deepEqual(await lab.unread(), []);
}

describe('a worker killed with SIGKILL', { concurrency }, () => {
  for (const point of killPoints) {
    it(`${point}: every mail becomes one case and is marked read`, async () => {
      const soar = await WebhookServer.start();
      const targets = { cases: { kind: 'webhook', url: `${soar.url}/hook`, insecure: true, secret: { env: 'HOOK' } } };
      try {
        await site.lab({ targets, secrets: { HOOK: soar.secret } }, async (lab) => {
          await survive(lab, point);
          assert.equal(soar.caseCount, mails);
        });
      } finally {
        await soar.close();
      }
    });
  }

  for (const point of ['after claim', 'before send', 'after send', 'before outcome'] as const) {
    it(`${point}: a target that can only be asked gets no case twice`, async () => {
      const soar = await SecopsServer.start();
      const targets = {
        cases: { kind: 'secops', api: 'siemplify', url: soar.url, insecure: true, key: { env: 'KEY' }, timeout: '2s' },
      };
      try {
        await site.lab({ targets, secrets: { KEY: soar.appKey }, inFlightMs: 3_000 }, async (lab) => {
          await survive(lab, point);
          assert.equal(soar.caseCount, mails);
        });
      } finally {
        await soar.close();
      }
    });
  }
});
