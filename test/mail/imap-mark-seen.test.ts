import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Dovecot } from '../../src/dev/dovecot.js';
import { isLurewatchError } from '../../src/errors/lurewatch-error.js';
import type { ImapSource } from '../../src/mail/imap/imap-source.js';
import { imapSource, rawMail, startTestDovecot, user } from '../support/dovecot.js';

describe('marking messages as seen over IMAP', () => {
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

  const mails = (count: number) => Array.from({ length: count }, (_, index) => ({ raw: rawMail(`m${index}`) }));

  it('marks only the messages asked for, keeps their other flags, and does not mind doing it twice', async () => {
    const uids = await dovecot.mailboxes.append(user, 'Marked', [
      { raw: rawMail('a'), flags: ['\\Flagged'] },
      ...mails(3),
    ]);
    const listing = await source.list('Marked', { which: 'unread' });
    const chosen = [uids[0] ?? '', uids[2] ?? ''];
    for (const _ of ['once', 'twice']) {
      assert.deepEqual(await source.markSeen(listing, chosen), { marked: chosen, vanished: [], refused: [] });
    }
    const flags = await dovecot.mailboxes.flags(user, 'Marked');
    assert.ok(flags.get(uids[0] ?? '')?.includes('\\Flagged'));
    assert.deepEqual([...(await source.list('Marked', { which: 'unread' })).uids], [uids[1], uids[3]]);
  });

  it('tells what vanished from what was marked', async () => {
    const uids = await dovecot.mailboxes.append(user, 'Gone', mails(3));
    const listing = await source.list('Gone', { which: 'unread' });
    await dovecot.mailboxes.expunge(user, 'Gone', [uids[1] ?? '']);
    const result = await source.markSeen(listing, uids);
    assert.deepEqual(result, { marked: [uids[0], uids[2]], vanished: [uids[1]], refused: [] });
  });

  it('marks nothing under the old numbers when the folder was renumbered', async () => {
    const uids = await dovecot.mailboxes.append(user, 'Reset', mails(3));
    const listing = await source.list('Reset', { which: 'unread' });
    await dovecot.mailboxes.resetUidValidity(user, 'Reset');
    await assert.rejects(source.markSeen(listing, uids.slice(0, 1)), (error) => {
      assert.ok(isLurewatchError(error, 'LW_MAIL_UIDVALIDITY_CHANGED'));
      assert.ok(error.message.includes(listing.uidValidity));
      return true;
    });
    assert.equal((await source.list('Reset', { which: 'unread' })).uids.length, 3);
  });

  it('reports as refused what the server would not mark, once the right is taken away', async () => {
    const uids = await dovecot.mailboxes.append(user, 'Revoked', [
      ...mails(2),
      { raw: rawMail('read'), flags: ['\\Seen'] },
    ]);
    for (const rights of ['lr', 'lrwit']) {
      await dovecot.mailboxes.restrict(user, 'Revoked', rights);
      const listing = await source.list('Revoked', { which: 'all' });
      const result = await source.markSeen(listing, uids);
      assert.deepEqual(result, { marked: uids.slice(2), vanished: [], refused: uids.slice(0, 2) });
    }
  });

  it('keeps up with thousands of scattered UIDs', async () => {
    await dovecot.mailboxes.deliver(user, mails(3000));
    const listing = await source.list('INBOX', { which: 'unread' });
    const scattered = listing.uids.filter((_, index) => index % 2 === 0);
    const result = await source.markSeen(listing, scattered);
    assert.deepEqual(result.marked, scattered);
    assert.equal((await source.list('INBOX', { which: 'unread' })).uids.length, 1500);
  });
});
