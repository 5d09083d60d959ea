import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Lab, Site } from '../support/lab.js';
import { withQuickHeartbeats } from '../support/quick-heartbeats.js';
import { withWebhook } from '../support/soar-labs.js';
import { died } from '../support/survive.js';
import { eventually } from '../support/temporal.js';

let site: Site;
let quick: { readonly codePath: string; remove(): Promise<void> };
before(async () => {
  // Without MOVE the way is longest: copy, mark as deleted, expunge by UID.
  const opening = Site.open({}, 'IMAP4rev1 LITERAL+ IDLE UIDPLUS');
  [site, quick] = await Promise.all([opening, withQuickHeartbeats()]);
});
after(async () => {
  await site?.close();
  await quick?.remove();
});

const flagsIn = (lab: Lab, folder: string) => site.dovecot.mailboxes.flags(lab.users.soc ?? '', folder);
const moving = { mailboxes: { soc: { folders: ['INBOX', 'Done'], after: { move: 'Done' } } } };

describe('after delivery', { concurrency: 3 }, () => {
  it('each mail is moved once though the worker is killed after the copy, and none becomes another alert there', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        lab.release(quick.codePath);
        await site.dovecot.mailboxes.append(lab.users.soc ?? '', 'Done', []);
        await lab.deliver(lab.mails(3));
        const doomed = await lab.worker('after copy');
        const poll = await lab.poll();
        await died(lab, doomed);
        await lab.worker('after copy');
        await poll.result();
        assert.equal((await flagsIn(lab, 'INBOX')).size, 0);
        assert.equal((await lab.unread('soc', 'Done')).length, 3);

        // Where the mails were moved to is read as well: they are known there, and stay.
        const { unread, duplicates } = await lab.ingest();
        assert.deepEqual([unread, duplicates], [3, 3]);
        assert.deepEqual(await lab.unread('soc', 'Done'), []);
        assert.equal((await flagsIn(lab, 'Done')).size, 3);
        assert.equal(soar.caseCount, 3);
      },
      moving,
    ));

  it('a mail that is held stays where it is, untouched, until a person has decided; then it goes, too', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        soar.fault({ kind: 'status', status: 400, match: (body) => body.includes(`${lab.name}-2`) });
        await lab.deliver(lab.mails(3));
        await lab.worker();
        const { delivered, held } = await lab.ingest();
        assert.deepEqual([delivered, held], [2, 1]);
        assert.deepEqual([...(await flagsIn(lab, 'INBOX')).values()], [[]]);

        const [workflowId = ''] = await eventually(async () => {
          const open = await lab.openWorkflows('deliverMessage');
          return open.length === 1 ? open : undefined;
        }, 'the message is held');
        const decision = { who: 'kim', why: 'the target is mended' };
        await site.temporal.client.workflow.getHandle(workflowId).executeUpdate('retry', { args: [decision] });
        const isGone = async () => ((await flagsIn(lab, 'INBOX')).size === 0 ? true : undefined);
        await eventually(isGone, 'it is deleted, as the others were');
        assert.equal(soar.caseCount, 3);
      },
      { mailboxes: { soc: { after: 'delete' } } },
    ));

  it('with `read: new` and a flag, what was met is not new again, whoever opens or unflags it', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        const [one = '', two = '', three = ''] = lab.mails(3);
        // Somebody had it open before the first poll.
        await lab.deliver([one, two]);
        const inbox = [...(await flagsIn(lab, 'INBOX')).keys()];
        await site.dovecot.mailboxes.setFlags(lab.users.soc ?? '', 'INBOX', inbox.slice(0, 1), ['\\Seen']);
        await lab.worker();
        assert.equal((await lab.ingest()).delivered, 2);
        assert.deepEqual(
          [...(await flagsIn(lab, 'INBOX')).values()].map((flags) => flags.toSorted()),
          [['$Lurewatch', '\\Seen'], ['$Lurewatch']],
        );
        await site.dovecot.mailboxes.setFlags(lab.users.soc ?? '', 'INBOX', inbox, []);
        await lab.deliver([three]);
        const { unread, delivered } = await lab.ingest();
        assert.deepEqual([unread, delivered, soar.caseCount], [1, 1, 3]);
        assert.deepEqual([...(await flagsIn(lab, 'INBOX')).values()], [[], [], ['$Lurewatch']]);
      },
      { mailboxes: { soc: { read: 'new', after: { flag: '$Lurewatch' } } } },
    ));
});
