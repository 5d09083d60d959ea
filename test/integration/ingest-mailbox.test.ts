import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Lab, Site } from '../support/lab.js';
import { simpleMail, simpleMails } from '../support/mails.js';
import { WebhookServer } from '../support/webhook-server.js';

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

/** A laboratory with a webhook that counts. */
async function withWebhook(
  work: (lab: Lab, soar: WebhookServer) => Promise<void>,
  mailboxes?: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): Promise<void> {
  const soar = await WebhookServer.start();
  const targets = { cases: { kind: 'webhook', url: `${soar.url}/hook`, insecure: true, secret: { env: 'HOOK' } } };
  try {
    await site.lab({ targets, secrets: { HOOK: soar.secret }, ...(mailboxes ? { mailboxes } : {}) }, (lab) =>
      work(lab, soar),
    );
  } finally {
    await soar.close();
  }
}

describe('a poll of a mailbox', () => {
  it('turns every unread message into one alert, marks it as read, and finds nothing the next time', () =>
    withWebhook(async (lab, soar) => {
      await lab.deliver(simpleMails(120));
      await lab.worker();
      const counts = { duplicates: 0, inDelivery: 0, held: 0, vanished: 0, remaining: 0 };
      assert.deepEqual(await lab.ingest(), { mailbox: 'soc', unread: 120, delivered: 120, ...counts });
      assert.equal(soar.caseCount, 120);
      assert.deepEqual(await lab.unread(), []);
      assert.deepEqual(await lab.ingest(), { mailbox: 'soc', unread: 0, delivered: 0, ...counts });
      assert.equal(soar.requests.length, 120);
    }));

  it('gives each alert its own URLs and nothing of another message', () =>
    withWebhook(async (lab, soar) => {
      await lab.deliver([simpleMail('one'), simpleMail('two'), simpleMail('none', { body: 'nothing here' })]);
      await lab.worker();
      await lab.ingest();
      const urls = [...soar.cases.values()]
        .map(({ alert }) => JSON.stringify(alert))
        .map((text) => /"found_url":"([^"]*)"/.exec(text)?.[1]);
      assert.deepEqual(urls.sort(), ['', 'https://phish.example/one', 'https://phish.example/two']);
    }));

  it('takes no more than its limit, oldest first', () =>
    withWebhook(async (lab, soar) => {
      await lab.deliver(simpleMails(70));
      await lab.worker();
      const result = await lab.ingest('soc', { limit: 60 });
      assert.deepEqual([result.delivered, result.remaining], [60, 10]);
      assert.equal(soar.caseCount, 60);
      assert.deepEqual(
        await lab.unread(),
        Array.from({ length: 10 }, (_, index) => String(61 + index)),
      );
    }));

  it('writes and sends nothing in a dry run, and says what it would do', () =>
    withWebhook(async (lab, soar) => {
      await lab.deliver(simpleMails(3));
      await lab.worker();
      const result = await lab.ingest('soc', { dryRun: true });
      assert.deepEqual([result.unread, result.delivered, result.remaining], [3, 0, 3]);
      assert.deepEqual(
        result.preview?.map((line) => ('urls' in line ? line.urls : line)),
        [1, 2, 3].map((n) => [`https://phish.example/mail-${n}`]),
      );
      assert.deepEqual(await (await lab.store()).list('ledger/'), []);
      assert.equal(soar.requests.length, 0);
      assert.equal((await lab.unread()).length, 3);
    }));

  it('delivers the same mail in two mailboxes as one alert, and marks both', () =>
    withWebhook(
      async (lab, soar) => {
        await lab.deliver(simpleMails(5), 'soc');
        await lab.deliver(simpleMails(5), 'abuse');
        await lab.worker();
        await Promise.all([lab.ingest('soc'), lab.ingest('abuse')]);
        // Whoever came second may have left some to the first: the next poll marks them.
        await Promise.all([lab.ingest('soc'), lab.ingest('abuse')]);
        assert.equal(soar.caseCount, 5);
        assert.equal(soar.requests.length, 5);
        assert.deepEqual([await lab.unread('soc'), await lab.unread('abuse')], [[], []]);
      },
      { soc: {}, abuse: {} },
    ));

  it('tells apart mails with the same Message-ID and other content, and gives both a ticket id', () =>
    withWebhook(async (lab, soar) => {
      const messageId = 'same@mail.gmail.com';
      await lab.deliver([simpleMail('real', { messageId }), simpleMail('copy', { messageId })]);
      await lab.worker();
      await lab.ingest();
      const tickets = [...soar.cases.values()].map(({ alert }) => String(alert.ticket_id)).sort();
      assert.equal(tickets.length, 2);
      assert.equal(tickets[0], 'same');
      assert.match(tickets[1] ?? '', /^same-[a-z2-7]{12}$/);
    }));

  it('reads messages whatever their flags with `read: new`, once, and sets none', () =>
    withWebhook(
      async (lab, soar) => {
        const seen = simpleMail('opened by a person');
        await lab.site.dovecot.mailboxes.append(lab.users.soc ?? '', 'INBOX', [{ raw: seen, flags: ['\\Seen'] }]);
        await lab.deliver(simpleMails(2));
        await lab.worker();
        assert.equal((await lab.ingest()).delivered, 3);
        assert.equal((await lab.unread()).length, 2);
        assert.equal((await lab.ingest()).unread, 0);
        await lab.deliver([simpleMail('later')]);
        assert.equal((await lab.ingest()).delivered, 1);
        assert.equal(soar.requests.length, 4);
      },
      { soc: { read: 'new' } },
    ));
});

describe('a poll that cannot work', () => {
  const failing = async (lab: Lab, mailbox: string, code: string, words: RegExp, input = {}) => {
    await assert.rejects(lab.ingest(mailbox, input), (error: Error) => {
      const failure = error.cause as Error & { type?: string };
      assert.equal(failure.type, code, failure.message);
      assert.match(failure.message, words);
      return true;
    });
  };

  it('fails at once with what to mend', () =>
    withWebhook(
      async (lab) => {
        await lab.worker();
        await failing(lab, 'sock', 'LW_UNKNOWN_MAILBOX', /"soc"/);
        await failing(lab, 'typo', 'LW_MAIL_FOLDER_UNKNOWN', /INBOX/);
        await failing(lab, 'badpass', 'LW_MAIL_AUTH', /password/);
        await failing(lab, 'nobody', 'LW_MAIL_UNREACHABLE', /127\.0\.0\.1/);
        await failing(lab, 'soc', 'LW_INPUT_INVALID', /limit/, { limit: 0 });
      },
      {
        soc: {},
        typo: { folders: ['IMBOX'] },
        badpass: { password: { env: 'HOOK' } },
        nobody: { port: 1 },
      },
    ));
});
