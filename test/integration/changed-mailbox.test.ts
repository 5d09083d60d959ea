import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Lab } from '../support/lab.js';
import { Site } from '../support/lab.js';
import { simpleMail } from '../support/mails.js';
import { withWebhook } from '../support/soar-labs.js';
import { eventually } from '../support/temporal.js';

const counts = { mailbox: 'soc', delivered: 0, duplicates: 0, inDelivery: 0, held: 0, vanished: 0, remaining: 0 };

let site: Site;
before(async () => {
  site = await Site.open();
});
after(() => site.close());

const configSchema = z.looseObject({ mailboxes: z.record(z.string(), z.looseObject({})) });

/** Writes the configuration with changes to the mailbox `soc`; undefined takes an entry away. */
async function change(lab: Lab, changes: Readonly<Record<string, unknown>>): Promise<void> {
  const { mailboxes } = configSchema.parse(parse(await readFile(join(lab.folder, 'lurewatch.yaml'), 'utf8')));
  await lab.configure({ mailboxes: { soc: { ...mailboxes.soc, ...changes } } });
}

describe('a mailbox that comes to name another account, with the same UIDVALIDITY', { concurrency: 2 }, () => {
  const accounts = { mailboxes: { soc: {}, other: {} } };

  async function numberAlike(lab: Lab): Promise<void> {
    for (const mailbox of ['soc', 'other']) {
      await lab.unread(mailbox);
      await lab.site.dovecot.mailboxes.setUidValidity(lab.users[mailbox] ?? '', 'INBOX', 1);
    }
  }

  it('has every mail of that account delivered exactly once', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        await lab.deliver(lab.mails(3));
        await lab.deliver(
          [1, 2, 3, 4].map((number) => simpleMail(`${lab.name}-other-${number}`)),
          'other',
        );
        await numberAlike(lab);
        const worker = await lab.worker();
        assert.deepEqual(await lab.ingest(), { ...counts, unread: 3, delivered: 3 });
        await worker.stop();
        await change(lab, { username: lab.users.other });
        await lab.worker();
        assert.deepEqual(await lab.ingest(), { ...counts, unread: 4, delivered: 4 });
        assert.deepEqual([soar.caseCount, soar.requests.length], [7, 7]);
        assert.deepEqual(await lab.unread('other'), []);
        assert.equal((await lab.ingest()).unread, 0);
      },
      accounts,
    ));

  it('has none of its mails marked by the deliveries that are still open', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        await lab.deliver(lab.mails(2));
        await lab.deliver(
          [1, 2, 3].map((number) => simpleMail(`${lab.name}-other-${number}`)),
          'other',
        );
        await numberAlike(lab);
        await soar.down();
        const worker = await lab.worker();
        assert.equal((await lab.ingest()).inDelivery, 2);
        await worker.stop();
        await change(lab, { username: lab.users.other });
        await soar.up();
        await lab.worker();
        const ended = async () => ((await lab.openWorkflows()).length === 0 ? true : undefined);
        await eventually(ended, 'the open deliveries end', 60_000);
        assert.equal(soar.caseCount, 2);
        assert.deepEqual(await lab.unread('other'), ['1', '2', '3']);
        assert.deepEqual(await lab.ingest(), { ...counts, unread: 3, delivered: 3 });
        assert.equal(soar.caseCount, 5);
        assert.deepEqual(await lab.unread('other'), []);
        assert.equal((await lab.unread('soc')).length, 2);
      },
      accounts,
    ));
});

describe('a mailbox with `read: new` whose `since` is moved', () => {
  it('back is looked at from there, and each mail delivered once', () =>
    withWebhook(
      site,
      async (lab, soar) => {
        const days = ['2026-01-10', '2026-02-10', '2026-03-10'];
        await lab.site.dovecot.mailboxes.append(
          lab.users.soc ?? '',
          'INBOX',
          days.map((day) => ({ raw: simpleMail(`${lab.name}-${day}`), receivedAt: new Date(`${day}T12:00:00Z`) })),
        );
        const pollSince = async (since: string | undefined) => {
          await change(lab, { since });
          const worker = await lab.worker();
          const { unread, delivered } = await lab.ingest();
          const left = (await lab.ingest()).unread;
          await worker.stop();
          return { unread, delivered, left };
        };
        assert.deepEqual(await pollSince('2026-03-01'), { unread: 1, delivered: 1, left: 0 });
        assert.deepEqual(await pollSince('2026-02-10T13:59:59+02:00'), { unread: 2, delivered: 1, left: 0 });
        assert.deepEqual(await pollSince(undefined), { unread: 3, delivered: 1, left: 0 });
        assert.deepEqual(await pollSince('2026-03-01'), { unread: 0, delivered: 0, left: 0 });
        assert.equal(soar.requests.length, 3);
      },
      { mailboxes: { soc: { read: 'new' } } },
    ));
});
