import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { Site } from '../support/lab.js';
import { ThehiveServer } from '../support/thehive-server.js';
import { XsoarServer } from '../support/xsoar-server.js';

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

const mails = 6;

it('TheHive and XSOAR have each alert with its mail once, though answers are lost on the way', async () => {
  // Neither may be leant on to notice a repeat: this TheHive does not, as one that is asked twice at the same time.
  const hive = await ThehiveServer.start({ dedupe: false });
  const xsoar = await XsoarServer.start();
  const usual = { insecure: true, timeout: '2s' };
  const targets = {
    hive: { kind: 'thehive', url: hive.url, key: { env: 'HIVE' }, ...usual },
    xsoar: { kind: 'xsoar', url: xsoar.url, key: { env: 'XSOAR' }, keyId: 7, ...usual },
  };
  const secrets = { HIVE: hive.key, XSOAR: xsoar.key };
  const mailboxes = { soc: { targets: ['hive', 'xsoar'], alert: { attachOriginal: true } } };
  try {
    await site.lab({ targets, secrets, mailboxes, inFlightMs: 500 }, async (lab) => {
      hive.fault({ kind: 'cut-after-read', path: /\/alert$/, times: 2 });
      xsoar.fault({ kind: 'cut-after-read', path: /\/incident$/ });
      xsoar.fault({ kind: 'cut-before-read', path: '/incident/upload/' });
      xsoar.fault({ kind: 'cut-after-read', path: '/incident/upload/' });
      await lab.deliver(lab.mails(mails));
      await lab.worker();
      assert.equal((await lab.ingest()).unread, mails);
      await lab.settled();
      assert.deepEqual(await lab.unread(), []);
      for (const soar of [hive, xsoar]) {
        assert.deepEqual([...soar.arrivals.values()], Array(mails).fill(1));
        assert.equal(soar.caseCount, mails);
      }
      for (const { sourceRef, files } of hive.alerts) assert.deepEqual([...files.keys()], [`${sourceRef}.eml`]);
      for (const { customFields, files } of xsoar.incidents) {
        const names = files.map(({ name }) => name);
        assert.deepEqual(names, [`${customFields.lurewatchalertid}.eml`]);
      }
    });
  } finally {
    await hive.close();
    await xsoar.close();
  }
});
