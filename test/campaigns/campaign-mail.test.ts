import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { campaignMail } from '../../src/campaigns/campaign-mail.js';
import { traitsOf } from '../../src/campaigns/fingerprint.js';
import { extract } from '../support/extraction.js';
import { attachedMail, carriedMail, reportOf } from '../support/reports.js';

const addressesOf = (recipients: readonly { readonly address: string }[]) => recipients.map(({ address }) => address);

describe('what counts of a message for its campaign', () => {
  it('is its own sender, subject and links, and whoever it reached', async () => {
    const mail = await extract(
      'Delivered-To: soc@corp.example\r\nFrom: A@Phish.example\r\nTo: "Ada L." <ada@corp.example>\r\nSubject: x\r\n\r\nhttps://kit.example/',
    );
    const { sender, subject, urls, recipients } = campaignMail(mail);
    assert.deepEqual([sender, subject, urls.map(({ url }) => url)], ['a@phish.example', 'x', ['https://kit.example/']]);
    assert.deepEqual(addressesOf(recipients), ['soc@corp.example', 'ada@corp.example']);
  });

  it('is the mail that a report carries, written to who reports it, and nothing of what he says', async () => {
    const report = await extract(reportOf('r', [attachedMail(carriedMail('one'))]));
    const { sender, subject, urls, recipients } = campaignMail(report);
    assert.deepEqual([sender, subject], ['no-reply@one.example', 'Your account one']);
    assert.deepEqual(
      urls.map(({ url }) => url),
      ['https://phish.example/one'],
    );
    assert.ok(addressesOf(recipients).includes('jane@corp.example'));
  });

  it('is a message itself that carries several, which is not taken apart to learn that', async () => {
    const report = await extract(reportOf('r', [attachedMail(carriedMail('one')), attachedMail(carriedMail('two'))]));
    let looks = 0;
    const { sender } = campaignMail({
      ...report,
      get attachments() {
        looks += 1;
        return report.attachments;
      },
    });
    assert.deepEqual([sender, looks], [report.fromAddresses[0], 0]);
  });

  it('is found whatever stands in the header', async () => {
    const list = fc.string({ unit: fc.constantFrom(...'(),:;<>"\\@ a=?\u00e9'), maxLength: 3000 });
    const mail = await extract('From: a@phish.example\r\nSubject: x y\r\n\r\n');
    fc.assert(
      fc.property(list, list, (to, reporter) => {
        assert.equal(traitsOf(campaignMail({ ...mail, to }, reporter))?.sender, 'phish.example');
      }),
    );
  });
});
