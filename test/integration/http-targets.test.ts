import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { HttpCaseServer } from '../support/http-case-server.js';
import { Site } from '../support/lab.js';
import { SplunkSoarServer } from '../support/splunk-soar-server.js';

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

const mails = 6;

it('Splunk SOAR and http have each mail once, though answers are lost on the way', async () => {
  const splunk = await SplunkSoarServer.start();
  // One can only be asked, the other only be trusted to know the key again.
  const asked = await HttpCaseServer.start();
  const trusted = await HttpCaseServer.start({ dedupe: true });
  const usual = { insecure: true, timeout: '2s' };
  const http = { kind: 'http', headers: { Authorization: { before: 'Bearer ', secret: { env: 'TOKEN' } } }, ...usual };
  const lookup = {
    path: '/api/cases?id={alert_id}',
    list: 'result',
    match: { correlation_id: '{alert_id}' },
    id: 'number',
    settle: '0s',
  };
  const targets = {
    splunk: { kind: 'splunk-soar', url: splunk.url, token: { env: 'SPLUNK' }, ...usual },
    asked: { ...http, url: `${asked.url}/api/cases/new`, id: 'result.number', lookup },
    trusted: { ...http, url: `${trusted.url}/api/cases/new`, body: { subject: '{Subject}' }, repeats: 'server' },
  };
  const secrets = { SPLUNK: splunk.token, TOKEN: asked.token };
  const mailboxes = { soc: { targets: ['splunk', 'asked', 'trusted'] } };
  try {
    await site.lab({ targets, secrets, mailboxes, inFlightMs: 500 }, async (lab) => {
      splunk.fault({ kind: 'cut-after-read', path: '/rest/container', match: (body) => body !== '', times: 2 });
      asked.fault({ kind: 'cut-after-read', path: '/api/cases/new', times: 2 });
      trusted.fault({ kind: 'cut-after-read', path: '/api/cases/new', times: 2 });
      await lab.deliver(lab.mails(mails));
      await lab.worker();
      assert.equal((await lab.ingest()).unread, mails);
      await lab.settled();
      assert.deepEqual(await lab.unread(), []);
      assert.deepEqual([...splunk.arrivals.values()], Array(mails).fill(1));
      assert.equal(splunk.caseCount, mails);
      assert.equal(asked.caseCount, mails);
      assert.equal(new Set(asked.cases.map(({ id }) => id)).size, mails);
      assert.equal(trusted.caseCount, mails);
      const sent = trusted.requests.filter(({ method }) => method === 'POST');
      assert.ok(sent.length >= mails + 2, `${sent.length} requests`);
    });
  } finally {
    await splunk.close();
    await asked.close();
    await trusted.close();
  }
});
