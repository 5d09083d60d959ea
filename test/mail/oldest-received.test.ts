import assert from 'node:assert/strict';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isLurewatchError } from '../../src/errors/lurewatch-error.js';
import { DirectorySource } from '../../src/mail/directory/directory-source.js';
import { oldestReceived } from '../../src/mail/oldest-received.js';
import type { MailSource } from '../../src/mail/source.js';
import { imapSource, rawMail, startTestDovecot, user } from '../support/dovecot.js';
import { inFolder } from '../support/folder.js';
import { MemorySource } from '../support/memory-source.js';

const monday = new Date('2026-03-02T10:00:00Z');
const tuesday = new Date('2026-03-03T10:00:00Z');

describe('when the mail that waits longest was received', () => {
  it('is the INTERNALDATE of the first mail of each folder, and looking leaves it unread', async () => {
    const dovecot = await startTestDovecot();
    const source = imapSource(dovecot);
    try {
      await dovecot.mailboxes.append(user, 'Late', [{ raw: rawMail('late'), receivedAt: tuesday }]);
      await dovecot.mailboxes.append(user, 'Early', [
        { raw: rawMail('read'), receivedAt: new Date('2026-01-01T00:00:00Z'), flags: ['\\Seen'] },
        { raw: rawMail('early'), receivedAt: monday },
        { raw: rawMail('moved there later'), receivedAt: new Date('2025-01-01T00:00:00Z') },
      ]);
      const list = (folder: string) => source.list(folder, { which: 'unread' });
      const late = await list('Late');
      const listings = [late, await list('Early')];
      assert.deepEqual(await oldestReceived(source, listings), monday);
      assert.deepEqual((await list('Early')).uids, ['2', '3']);
      assert.equal(await source.receivedAt(late, '99'), undefined);
      const renumbered = { folder: 'Late', uidValidity: '1-00000000' };
      await assert.rejects(source.receivedAt(renumbered, '1'), (error) =>
        isLurewatchError(error, 'LW_MAIL_UIDVALIDITY_CHANGED'),
      );
    } finally {
      await source.close();
      await dovecot.stop();
    }
  });

  it('is the time of the file in a Maildir', () =>
    inFolder(async (path) => {
      for (const folder of ['new', 'cur', 'tmp']) await mkdir(join(path, folder));
      for (const [name, time] of [
        ['a', tuesday],
        ['b', monday],
      ] as const) {
        await writeFile(join(path, 'new', name), rawMail(name));
        await utimes(join(path, 'new', name), time, time);
      }
      const source = new DirectorySource({ where: 'mailbox reports', path });
      const listing = await source.list('INBOX', { which: 'unread' });
      assert.deepEqual(await oldestReceived(source, [listing]), monday);
    }));

  it('is not known where nothing waits, where the source does not say, and where it fails', async () => {
    const listing = { folder: 'INBOX', uidValidity: '7', uidNext: '', uids: ['1'] };
    const source: MailSource = new MemorySource();
    assert.equal(await oldestReceived(source, [{ ...listing, uids: [] }]), undefined);
    assert.equal(await oldestReceived(source, [listing]), undefined);
    const failing: MailSource = { ...source, fetch: source.fetch, receivedAt: () => Promise.reject(new Error('cut')) };
    assert.equal(await oldestReceived(failing, [listing]), undefined);
  });
});
