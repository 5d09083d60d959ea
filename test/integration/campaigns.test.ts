import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { campaignMail, campaignMails } from '../support/campaign-mails.js';
import { runCli } from '../support/cli.js';
import { mailPassword, Site } from '../support/lab.js';
import { withWebhook } from '../support/soar-labs.js';
import type { WebhookServer } from '../support/webhook-server.js';

const on = { campaigns: true };

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

/** Of each case: its grouping key, and the subject by which a test knows it. */
function casesOf(soar: WebhookServer): readonly { readonly key: unknown; readonly name: string }[] {
  return [...soar.cases.values()].map(({ alert }) => ({
    key: alert.source_grouping_identifier,
    name: String(alert.name),
  }));
}

describe('a campaign', () => {
  it('in two mailboxes, read by two workers at once, has one key; each of its mails is an alert, and so is each other one', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        const others = [...'abcdefghijklmnopqrst'].map((letter) => campaignMail(`other-${letter}`, 1));
        await lab.deliver([...campaignMails('harvest', 30), ...others.slice(0, 10)]);
        await lab.deliver([...others.slice(10), ...campaignMails('harvest', 30, 31)], 'abuse');
        await Promise.all([lab.worker(), lab.worker()]);
        const results = await Promise.all([lab.ingest('soc'), lab.ingest('abuse')]);
        assert.deepEqual(
          results.map(({ delivered }) => delivered),
          [40, 40],
        );
        assert.equal(soar.caseCount, 80);
        const cases = casesOf(soar);
        const copies = cases.filter(({ name }) => name.includes('of harvest waits'));
        assert.equal(copies.length, 60);
        const [key] = new Set(copies.map((one) => one.key));
        assert.match(String(key), /^lw-[a-z2-7]{16}-\d{8}T\d{6}Z$/);
        const keys = cases.map((one) => one.key);
        assert.equal(keys.filter((one) => one === key).length, 60);
        assert.equal(new Set(keys).size, 21, 'each of the others has one of its own');
        assert.ok(!keys.includes(undefined));
        const environment = { HOOK: soar.secret, MAIL_PASSWORD: mailPassword };
        const { stdout } = await runCli(['find', String(key), '--json'], { folder: lab.folder, environment });
        const found: readonly { readonly alertId: string }[] = JSON.parse(stdout).alerts;
        const sent = [...soar.cases.values()].filter(({ alert }) => alert.source_grouping_identifier === key);
        assert.deepEqual(
          found.map(({ alertId }) => alertId).toSorted(),
          sent.map(({ alert }) => String(alert.display_id)).toSorted(),
          'all of them are found by their key',
        );
      },
      { mailboxes: { soc: on, abuse: on } },
    ));
});
