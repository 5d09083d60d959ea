import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Dovecot } from '../../src/dev/dovecot.js';
import { isLurewatchError } from '../../src/errors/lurewatch-error.js';
import type { ImapSource } from '../../src/mail/imap/imap-source.js';
import { imapSource, rawMail, readAll, startTestDovecot, user } from '../support/dovecot.js';

describe('listing an IMAP folder', () => {
  let dovecot: Dovecot;
  let source: ImapSource;
  before(async () => {
    dovecot = await startTestDovecot();
    source = imapSource(dovecot);
  });
  after(async () => {
    await source?.close();
    await dovecot?.stop();
  });

  for (const folder of ['Two words', '迷惑メール & Ümläute', 'SOC/Reported/2026', 'He said "no" 100%*', '&AOQ-']) {
    it(`finds, reads and marks mail in the folder ${folder}`, async () => {
      const [uid = ''] = await dovecot.mailboxes.append(user, folder, [{ raw: rawMail('in the folder') }]);
      const listing = await source.list(folder, { which: 'unread' });
      assert.deepEqual(listing.uids, [uid]);
      const [message] = await readAll(source, listing, listing.uids);
      assert.deepEqual(message?.raw, rawMail('in the folder'));
      assert.deepEqual((await source.markSeen(listing, [uid])).marked, [uid]);
      assert.deepEqual((await source.list(folder, { which: 'unread' })).uids, []);
    });
  }

  it('gives unread messages or all, oldest first, below UIDNEXT', async () => {
    const mails = [
      { raw: rawMail('one') },
      { raw: rawMail('two'), flags: ['\\Seen'] },
      { raw: rawMail('three'), flags: ['\\Flagged'] },
    ];
    await dovecot.mailboxes.append(user, 'Mixed', mails);
    const unread = await source.list('Mixed', { which: 'unread' });
    assert.deepEqual([...unread.uids], ['1', '3']);
    assert.equal(unread.uidNext, '4');
    assert.match(unread.uidValidity, /^\d+-[0-9a-f]{8}$/);
    assert.deepEqual([...(await source.list('Mixed', { which: 'all' })).uids], ['1', '2', '3']);
  });

  it('gives nothing for an empty folder', async () => {
    await dovecot.mailboxes.append(user, 'Empty', []);
    assert.deepEqual([...(await source.list('Empty', { which: 'unread' })).uids], []);
  });

  it('goes by INTERNALDATE to the second for `since`, never by the Date that the sender wrote', async () => {
    const since = new Date('2026-03-01T00:00:00Z');
    const dates = ['2020-01-01T00:00:00Z', '2026-02-28T23:59:59Z', '2026-03-01T00:00:00Z', '2026-03-02T12:00:00Z'];
    await dovecot.mailboxes.append(user, 'Dated', [
      ...dates.map((date) => ({ raw: rawMail('dated'), receivedAt: new Date(date) })),
      { raw: Buffer.from('Date: Wed, 01 Jan 2020 00:00:00 +0000\r\n\r\nold by its own word\r\n') },
    ]);
    assert.deepEqual([...(await source.list('Dated', { which: 'unread', since })).uids], ['3', '4', '5']);
  });

  it('lists nothing for a `since` in the future', async () => {
    await dovecot.mailboxes.append(user, 'Future', [{ raw: rawMail('now') }]);
    const since = new Date(Date.now() + 3 * 24 * 60 * 60 * 1000);
    assert.deepEqual([...(await source.list('Future', { which: 'all', since })).uids], []);
  });

  it('names the folders that exist, nearest first, when one does not', async () => {
    await dovecot.mailboxes.append(user, 'Phishing', []);
    await dovecot.mailboxes.append(user, 'Archive', []);
    await assert.rejects(source.list('Phising', { which: 'unread' }), (error) => {
      assert.ok(isLurewatchError(error, 'LW_MAIL_FOLDER_UNKNOWN'));
      assert.match(error.message, /mailbox soc: there is no folder "Phising".*exist: "Phishing", /);
      assert.match(error.message, /"Archive"/);
      return true;
    });
  });

  it('says that a folder must not be read instead of calling it missing', async () => {
    await dovecot.mailboxes.append(user, 'Secret', []);
    await dovecot.mailboxes.restrict(user, 'Secret', 'l');
    await assert.rejects(source.list('Secret', { which: 'all' }), (error) => {
      assert.ok(isLurewatchError(error, 'LW_MAIL_FOLDER_UNKNOWN'));
      assert.match(error.message, /may not be opened.*ACL/);
      return true;
    });
  });

  it('refuses `unread` where \\Seen cannot be kept, and still lists all', async () => {
    await dovecot.mailboxes.append(user, 'Shared', [{ raw: rawMail('shared') }]);
    await dovecot.mailboxes.restrict(user, 'Shared', 'lr');
    await assert.rejects(source.list('Shared', { which: 'unread' }), (error) =>
      isLurewatchError(error, 'LW_MAIL_READ_ONLY'),
    );
    assert.deepEqual([...(await source.list('Shared', { which: 'all' })).uids], ['1']);
  });

  it('refuses `unread` where other flags can be set but not \\Seen', async () => {
    await dovecot.mailboxes.append(user, 'No seen', [{ raw: rawMail('x') }]);
    await dovecot.mailboxes.restrict(user, 'No seen', 'lrwit');
    await assert.rejects(source.list('No seen', { which: 'unread' }), (error) =>
      isLurewatchError(error, 'LW_MAIL_READ_ONLY'),
    );
  });

  it('checks every configured folder and says what it found', async () => {
    await dovecot.mailboxes.append(user, 'Checked', [{ raw: rawMail('a') }, { raw: rawMail('b'), flags: ['\\Seen'] }]);
    const checked = imapSource(dovecot, { folders: ['Checked', 'Mixed'] });
    try {
      const { findings } = await checked.check();
      assert.match(
        findings[0] ?? '',
        /logged in to 127\.0\.0\.1:\d+ as soc@example\.com \(TLSv1\.3, certificate verified\)/,
      );
      assert.equal(findings[1], 'folder "Checked": 2 messages, 1 unread, \\Seen can be set');
      assert.equal(findings.length, 3);
    } finally {
      await checked.close();
    }
  });
});
