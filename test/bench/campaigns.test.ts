import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { campaignCount, campaignMails } from '../../bench/campaigns/campaign-mails.js';
import { countGroups } from '../../bench/campaigns/count-groups.js';
import { campaignMail } from '../../src/campaigns/campaign-mail.js';
import { fingerprintOf, traitsOf } from '../../src/campaigns/fingerprint.js';
import { identityOf } from '../../src/mail/identity.js';
import { extract } from '../support/extraction.js';

describe('the mails that grouping is measured with', () => {
  it('are the same each time, no two alike, and grouped as they were made', async () => {
    const mails = campaignMails(200, 40, 'test');
    assert.deepEqual(campaignMails(200, 40, 'test'), mails);
    assert.equal(new Set(mails.map(({ raw }) => identityOf(raw))).size, 240);
    const alerts = await Promise.all(
      mails.map(async ({ raw, campaign }) => {
        const traits = traitsOf(campaignMail(await extract(raw)));
        return { campaign, key: traits && fingerprintOf(traits, 'test') };
      }),
    );
    const { alertsUnderKeys, ...count } = countGroups(alerts, campaignCount);
    assert.deepEqual(count, { campaignKeys: 20, singleKeys: 40, withoutKey: 0, wronglyJoined: 0, wronglySplit: 0 });
    assert.deepEqual(alertsUnderKeys, Array(20).fill([10]));
  });
});

describe('the count of what was grouped', () => {
  it('tells what was joined and what was split, and what has no key', () => {
    const alert = (campaign: number | undefined, key: string | undefined) => ({ campaign, key });
    const alerts = [
      ...[alert(0, 'a'), alert(0, 'a'), alert(0, 'b'), alert(0, undefined)],
      ...[alert(1, 'c'), alert(1, 'c'), alert(undefined, 'c')],
      ...[alert(undefined, 'd'), alert(undefined, 'd'), alert(undefined, 'e')],
    ];
    assert.deepEqual(countGroups(alerts, 2), {
      campaignKeys: 3,
      singleKeys: 2,
      withoutKey: 1,
      alertsUnderKeys: [[2, 1], [2]],
      wronglyJoined: 5,
      wronglySplit: 2,
    });
  });
});
