import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Lab, Site } from '../support/lab.js';
import { simpleMail } from '../support/mails.js';
import { retried } from '../support/pending-activities.js';
import { everyMailOnce, failureOf, withWebhook } from '../support/soar-labs.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const concurrency = 4;

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

const counts = { delivered: 0, duplicates: 0, inDelivery: 0, held: 0, vanished: 0, remaining: 0 };

/** The user's mailbox from the administrator's side. */
function inbox(lab: Lab) {
  const { mailboxes } = lab.site.dovecot;
  const user = lab.users.soc ?? '';
  return {
    renumber: async () => {
      // Whatever is new gets its number first, so that the last one becomes the first.
      await lab.unread();
      await mailboxes.resetUidValidity(user, 'INBOX');
    },
    restrict: (rights: string) => mailboxes.restrict(user, 'INBOX', rights),
    expunge: (uids: readonly string[]) => mailboxes.expunge(user, 'INBOX', uids),
  };
}

async function throughProxy(work: (proxy: TcpProxy) => Promise<void>): Promise<void> {
  const proxy = await TcpProxy.start({ host: '127.0.0.1', port: site.dovecot.imapPort });
  try {
    await work(proxy);
  } finally {
    await proxy.stop();
  }
}

describe('the IMAP server', { concurrency }, () => {
  it('cuts the connection in the middle of a FETCH: what is missing is read again', () =>
    throughProxy((proxy) =>
      withWebhook(
        site,
        async (lab, soar) => {
          const filler = 'x'.repeat(70).concat('\r\n').repeat(700);
          const mails = Array.from({ length: 30 }, (_, index) =>
            simpleMail(`${lab.name}-${index + 1}`, { body: `https://phish.example/${index}\r\n${filler}` }),
          );
          await lab.deliver(mails);
          await lab.worker();
          proxy.cutAfter(800_000);
          const result = await lab.ingest();
          assert.deepEqual(result, { ...counts, mailbox: 'soc', unread: 30, delivered: 30 });
          assert.ok(proxy.total >= 2, 'the connection was not cut');
          assert.ok(proxy.bytesToClients > 1_500_000);
          await everyMailOnce(lab, soar, 30);
          assert.equal(soar.requests.length, 30);
        },
        { mailboxes: { soc: { port: proxy.port } } },
      ),
    ));

  it('is gone for a while between delivery and flag: the flags are set when it is back', () =>
    throughProxy((proxy) =>
      withWebhook(
        site,
        async (lab, soar) => {
          await lab.deliver(lab.mails(12));
          const flag = lab.holdAt('before flag');
          await lab.worker();
          const poll = await lab.poll();
          await flag.reached();
          await proxy.refuse();
          await flag.release();
          await retried(lab, 'markSeen', /LW_MAIL_UNREACHABLE/);
          assert.equal(soar.caseCount, 12);
          assert.equal((await lab.unread()).length, 12);
          await proxy.accept();
          assert.deepEqual(await poll.result(), { ...counts, mailbox: 'soc', unread: 12, delivered: 12 });
          await everyMailOnce(lab, soar, 12);
          assert.equal(soar.requests.length, 12);
        },
        { mailboxes: { soc: { port: proxy.port } } },
      ),
    ));
});

describe('a folder that is renumbered', { concurrency }, () => {
  it('between delivery and flag marks no other message, and the next poll marks the right ones', () =>
    withWebhook(site, async (lab, soar) => {
      await lab.deliver(lab.mails(6));
      const flag = lab.holdAt('before flag');
      await lab.worker();
      const poll = await lab.poll();
      await flag.reached();
      await lab.deliver([simpleMail(`${lab.name}-late`)]);
      await inbox(lab).renumber();
      await flag.release();
      const result = await poll.result();
      assert.deepEqual(result, { ...counts, mailbox: 'soc', unread: 6, delivered: 6 });
      assert.equal((await lab.unread()).length, 7, 'a message was marked by its old number');
      assert.deepEqual(await lab.ingest(), { ...counts, mailbox: 'soc', unread: 7, delivered: 1, duplicates: 6 });
      await everyMailOnce(lab, soar, 7);
      assert.equal(soar.requests.length, 7);
    }));

  it('between list and fetch is left to the next poll', () =>
    withWebhook(site, async (lab, soar) => {
      await lab.deliver(lab.mails(6));
      const fetch = lab.holdAt('before fetch');
      await lab.worker();
      const poll = await lab.poll('soc', { limit: 4 });
      await fetch.reached();
      await inbox(lab).renumber();
      await fetch.release();
      assert.deepEqual(await poll.result(), { ...counts, mailbox: 'soc', unread: 6, remaining: 6 });
      assert.equal(soar.requests.length, 0);
      assert.equal((await lab.unread()).length, 6);
      assert.equal((await lab.ingest()).delivered, 6);
      await everyMailOnce(lab, soar, 6);
    }));

  it('while its messages are delivered one by one marks each under its new number', () =>
    withWebhook(site, async (lab, soar) => {
      await lab.deliver(lab.mails(3));
      await soar.down();
      await lab.worker();
      assert.equal((await lab.ingest()).inDelivery, 3);
      await lab.deliver([simpleMail(`${lab.name}-late`)]);
      await inbox(lab).renumber();
      await soar.up();
      await lab.settled();
      await everyMailOnce(lab, soar, 4);
    }));
});

describe('a mailbox', { concurrency }, () => {
  it('without the right to set flags fails before anything is sent, and works once the right is granted', () =>
    withWebhook(site, async (lab, soar) => {
      await lab.deliver(lab.mails(5));
      await inbox(lab).restrict('lr');
      await lab.worker();
      const failure = await failureOf(lab.ingest());
      assert.equal(failure.code, 'LW_MAIL_READ_ONLY');
      assert.match(failure.message, /INBOX.*Grant the right/s);
      assert.equal(soar.requests.length, 0);
      await inbox(lab).restrict('lrwstipekxa');
      assert.equal((await lab.ingest()).delivered, 5);
      await everyMailOnce(lab, soar, 5);
    }));

  it('that loses a message between list and fetch counts it as vanished', () =>
    withWebhook(site, async (lab, soar) => {
      await lab.deliver(lab.mails(5));
      const fetch = lab.holdAt('before fetch');
      await lab.worker();
      const poll = await lab.poll();
      await fetch.reached();
      const [first = '', , third = ''] = await lab.unread();
      await inbox(lab).expunge([first, third]);
      await fetch.release();
      assert.deepEqual(await poll.result(), { ...counts, mailbox: 'soc', unread: 5, delivered: 3, vanished: 2 });
      await everyMailOnce(lab, soar, 3);
    }));

  it('that loses a message between delivery and flag has been delivered all the same', () =>
    withWebhook(site, async (lab, soar) => {
      await lab.deliver(lab.mails(5));
      const flag = lab.holdAt('before flag');
      await lab.worker();
      const poll = await lab.poll();
      await flag.reached();
      await inbox(lab).expunge((await lab.unread()).slice(0, 2));
      await flag.release();
      assert.deepEqual(await poll.result(), { ...counts, mailbox: 'soc', unread: 5, delivered: 5 });
      await everyMailOnce(lab, soar, 5);
    }));
});
