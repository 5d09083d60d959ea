import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Secret } from '../../src/config/secret.js';
import { type Dovecot, startDovecot } from '../../src/dev/dovecot.js';
import { isLurewatchError } from '../../src/errors/lurewatch-error.js';
import type { ImapSource } from '../../src/mail/imap/imap-source.js';
import { isOfAccount, numberingOf } from '../../src/mail/imap/numbering.js';
import { imapSource, rawMail, readAll } from '../support/dovecot.js';

const users = { first: 'secret one', second: 'secret two' } as const;

describe('two accounts whose folders have the same UIDVALIDITY', () => {
  let dovecot: Dovecot;
  const sources: ImapSource[] = [];
  before(async () => {
    dovecot = await startDovecot({ users });
    for (const user of ['first', 'second']) {
      await dovecot.mailboxes.append(user, 'INBOX', [{ raw: rawMail(`${user} 1`) }, { raw: rawMail(`${user} 2`) }]);
      await dovecot.mailboxes.setUidValidity(user, 'INBOX', 1);
    }
    await dovecot.mailboxes.append('first', 'Reported', [{ raw: rawMail('reported') }]);
  });
  after(async () => {
    await Promise.all(sources.map((source) => source.close()));
    await dovecot?.stop();
  });

  function sourceOf(username: 'first' | 'second', host = '127.0.0.1'): ImapSource {
    const source = imapSource(dovecot, { host, username, password: new Secret(users[username]) });
    sources.push(source);
    return source;
  }

  const ofAnotherAccount = (error: unknown) => {
    assert.ok(isLurewatchError(error, 'LW_MAIL_UIDVALIDITY_CHANGED'));
    assert.match(error.message, /mailbox soc: the folder "\w+" was not numbered for this host and username \(/);
    return true;
  };

  it('are numbered differently, and each the same at every listing', async () => {
    const [first, again, second] = [sourceOf('first'), sourceOf('first', '127.0.0.1'), sourceOf('second')];
    const numbering = async (source: ImapSource) => (await source.list('INBOX', { which: 'unread' })).uidValidity;
    assert.match(await numbering(first), /^1-[0-9a-f]{8}$/);
    assert.equal(await numbering(first), await numbering(again));
    assert.notEqual(await numbering(first), await numbering(second));
    assert.notEqual(await numbering(first), await numbering(sourceOf('first', 'localhost')));
    assert.equal(await numbering(sourceOf('first', 'LOCALHOST')), await numbering(sourceOf('first', 'localhost')));
  });

  it('never have a message of one marked or read as one of the other', async () => {
    const [first, second] = [sourceOf('first'), sourceOf('second')];
    const listing = await first.list('INBOX', { which: 'unread' });
    await assert.rejects(second.markSeen(listing, listing.uids), ofAnotherAccount);
    await assert.rejects(readAll(second, listing, listing.uids), ofAnotherAccount);
    const flags = await dovecot.mailboxes.flags('second', 'INBOX');
    assert.deepEqual(
      [...flags.values()].flat().filter((flag) => flag === '\\Seen'),
      [],
    );
  });

  it('know nothing of a bare UIDVALIDITY, which tells no account', async () => {
    const bare = { folder: 'INBOX', uidValidity: '1' };
    await assert.rejects(sourceOf('first').markSeen(bare, ['1']), ofAnotherAccount);
    assert.equal((await sourceOf('first').list('INBOX', { which: 'unread' })).uids.length, 2);
  });

  it('are told apart before a folder is missed that only one of them has', async () => {
    const listing = await sourceOf('first').list('Reported', { which: 'unread' });
    await assert.rejects(sourceOf('second').markSeen(listing, listing.uids), ofAnotherAccount);
  });
});

describe('the numbering of a folder', () => {
  it('tells apart accounts by host, port and user, and no spelling of a host', () => {
    const account = { host: 'imap.example.com', port: 993, username: 'soc' };
    const numbering = numberingOf('1', account);
    assert.ok(isOfAccount(numbering, { ...account, host: 'IMAP.example.com' }));
    for (const other of [{ host: 'imap.example.net' }, { port: 10_143 }, { username: 'abuse' }]) {
      assert.equal(isOfAccount(numbering, { ...account, ...other }), false);
    }
    assert.equal(isOfAccount('1', account), false);
  });
});
