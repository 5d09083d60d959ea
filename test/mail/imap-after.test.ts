import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Dovecot } from '../../src/dev/dovecot.js';
import { isLurewatchError } from '../../src/errors/lurewatch-error.js';
import type { After } from '../../src/mail/imap/after-config.js';
import { copiedBefore } from '../../src/mail/imap/copied-before.js';
import type { ImapSource } from '../../src/mail/imap/imap-source.js';
import { openFolder } from '../../src/mail/imap/open-folder.js';
import { ImapSession } from '../../src/mail/imap/session.js';
import type { ImapSettings } from '../../src/mail/imap/settings.js';
import { imapSettings, imapSource, rawMail, startTestDovecot, user } from '../support/dovecot.js';

/** What the server announces. Dovecot can more than it says; the client goes by what it says. */
const announced = {
  'MOVE and UIDPLUS': undefined,
  'UIDPLUS alone': 'IMAP4rev1 LITERAL+ IDLE UIDPLUS',
  'neither MOVE nor UIDPLUS': 'IMAP4rev1 LITERAL+ IDLE',
} as const;

const move: After = { kind: 'move', folder: 'Done', create: true };

for (const [what, capability] of Object.entries(announced)) {
  describe(`after delivery, on a server that announces ${what}`, () => {
    const stays = what.startsWith('neither');
    const moves = what.startsWith('MOVE');
    let dovecot: Dovecot;
    before(async () => {
      dovecot = await startTestDovecot({ capability });
    });
    after(async () => dovecot?.stop());

    const mails = (count: number, name: string) =>
      Array.from({ length: count }, (_, index) => ({ raw: rawMail(`${name}${index}`) }));

    /** Does with the first two of three mails what is said; a fourth one somebody else has marked as deleted. */
    async function finishTwo(folder: string, settings: Partial<ImapSettings>, folderOfMove = 'Done') {
      const [first = '', second = '', third = '', theirs = ''] = await dovecot.mailboxes.append(user, folder, [
        ...mails(3, folder),
        { raw: rawMail('theirs'), flags: ['\\Deleted', '\\Seen'] },
      ]);
      return withSource(settings, async (source) => {
        const listing = await source.list(folder, { which: 'all' });
        const result = await source.markSeen(listing, [first, second]);
        const again = await source.markSeen(listing, [first, second]);
        const flags = await dovecot.mailboxes.flags(user, folder);
        const moved = await dovecot.mailboxes.flags(user, folderOfMove).catch(() => new Map());
        return { first, second, third, theirs, result, again, flags, moved, listing };
      });
    }

    async function withSource<Result>(
      settings: Partial<ImapSettings>,
      work: (source: ImapSource) => Promise<Result>,
    ): Promise<Result> {
      const source = imapSource(dovecot, settings);
      try {
        return await work(source);
      } finally {
        await source.close();
      }
    }

    it('moves by UID and leaves alone what somebody else has marked as deleted', async () => {
      const { first, second, third, theirs, result, again, flags, moved } = await finishTwo('Moved', { after: move });
      assert.deepEqual(result, { marked: [first, second], vanished: [], refused: [] });
      assert.equal(moved.size, 2, 'each once, also when told twice');
      assert.deepEqual(flags.get(third), []);
      assert.ok(flags.get(theirs)?.includes('\\Deleted'));
      if (stays) {
        for (const uid of [first, second]) assert.deepEqual(flags.get(uid)?.toSorted(), ['\\Deleted', '\\Seen']);
      } else {
        assert.deepEqual([...flags.keys()], [third, theirs]);
        assert.deepEqual(again, { marked: [], vanished: [first, second], refused: [] });
      }
    });

    it('deletes by UID and leaves alone what somebody else has marked as deleted', async () => {
      const { first, second, third, theirs, result, flags } = await finishTwo('Removed', { after: { kind: 'delete' } });
      assert.deepEqual(result, { marked: [first, second], vanished: [], refused: [] });
      assert.deepEqual([...flags.keys()], stays ? [first, second, third, theirs] : [third, theirs]);
      if (stays) assert.deepEqual(flags.get(first)?.toSorted(), ['\\Deleted', '\\Seen']);
    });

    it('sets a flag, and with `read: unread` \\Seen beside it', async () => {
      const flag: After = { kind: 'flag', flag: '$Lurewatch' };
      const { first, third, result, flags } = await finishTwo('Flagged', { after: flag });
      assert.equal(result.marked.length, 2);
      assert.deepEqual(flags.get(first)?.toSorted(), ['$Lurewatch', '\\Seen']);
      assert.deepEqual(flags.get(third), []);
      const all = await finishTwo('Shared', { after: { kind: 'flag', flag: '\\Flagged' }, read: 'new' });
      assert.deepEqual(all.flags.get(all.first), ['\\Flagged']);
    });

    it('makes no second copy after a death between copy and removal, and does not take another mail for one', async () => {
      const twin = (body: string) => Buffer.from(`From: a@example.com\r\nMessage-ID: <twin@x>\r\n\r\n${body}\r\n`);
      const [uid = '', other = ''] = await dovecot.mailboxes.append(user, 'Cut', [
        { raw: twin('1') },
        { raw: twin('2') },
      ]);
      // What the one that died has left behind.
      await dovecot.mailboxes.append(user, 'Kept', [{ raw: twin('1') }]);
      const to: After = { kind: 'move', folder: 'Kept', create: false };
      await withSource({ after: to }, async (source) => {
        const listing = await source.list('Cut', { which: 'unread' });
        assert.equal((await source.markSeen(listing, [uid, other])).marked.length, 2);
        assert.deepEqual((await source.list('Cut', { which: 'unread' })).uids, []);
      });
      // With MOVE no copy is ever left behind, so none is looked for.
      assert.equal((await dovecot.mailboxes.flags(user, 'Kept')).size, capability === undefined ? 3 : 2);
    });

    it('makes no second copy of what may have been moved before, where it lies in the other folder', async () => {
      const [uid = '', other = ''] = await dovecot.mailboxes.append(user, 'Again', mails(2, 'again'));
      await dovecot.mailboxes.append(user, 'Had', mails(1, 'again'));
      await withSource({ after: { ...move, folder: 'Had' } }, async (source) => {
        const listing = await source.list('Again', { which: 'unread' });
        const result = await source.markSeen(listing, [uid, other], undefined, undefined, [uid, other]);
        assert.deepEqual(result.marked.toSorted(), [uid, other]);
        assert.deepEqual((await source.list('Again', { which: 'unread' })).uids, []);
      });
      assert.equal((await dovecot.mailboxes.flags(user, 'Had')).size, 2);
      // Where MOVE leaves nothing behind by itself, what is there beside its copy is never deleted.
      assert.equal((await dovecot.mailboxes.flags(user, 'Again')).size, stays ? 2 : moves ? 1 : 0);
    });

    it('tells of delivered messages those that it has still to deal with', async () => {
      for (const kind of ['delete', 'read'] as const) {
        const { first, third, listing } = await finishTwo(`Left-${kind}`, { after: { kind } });
        const unfinished = await withSource({ after: { kind } }, (source) =>
          source.unfinished(listing, [first, third]),
        );
        assert.deepEqual(unfinished, [third]);
      }
    });

    it('says in a check how it is done, and changes nothing', async () => {
      await dovecot.mailboxes.append(user, 'Checked', mails(1, 'checked'));
      await withSource({ after: { ...move, folder: 'Nowhere' }, folders: ['Checked'] }, async (source) => {
        const lines = (await source.check()).findings;
        const how = lines.find((line) => line.includes('after delivery')) ?? '';
        assert.match(
          how,
          stays ? /neither MOVE nor UIDPLUS, so they stay/ : /"Nowhere"(?: \(MOVE\)|, then deleted by UID)/,
        );
        assert.ok(lines.some((line) => line.startsWith('folder "Nowhere": not there yet')));
      });
      assert.deepEqual([...(await dovecot.mailboxes.flags(user, 'Checked')).values()], [[]]);
      const missing: After = { kind: 'move', folder: 'Checkd', create: false };
      await withSource({ after: missing, folders: ['INBOX'] }, async (source) => {
        await assert.rejects(
          source.check(),
          /no folder "Checkd"\. .*folders that exist: "Checked".*LW_MAIL_FOLDER_UNKNOWN/,
        );
      });
    });
  });
}

describe('after delivery, where the mailbox does not let us', () => {
  let dovecot: Dovecot;
  before(async () => {
    dovecot = await startTestDovecot();
  });
  after(async () => dovecot?.stop());

  it('leaves the mails where they are and says so', async () => {
    const uids = await dovecot.mailboxes.append(user, 'Kept', [{ raw: rawMail('kept') }]);
    for (const [kind, words] of [
      [{ kind: 'move', folder: 'Nowhere', create: false }, /no folder "Nowhere"/],
      [{ kind: 'move', folder: 'Locked', create: false }, /could not move messages to "Locked"/],
    ] as const) {
      await dovecot.mailboxes.append(user, 'Locked', []);
      await dovecot.mailboxes.restrict(user, 'Locked', 'lr');
      const source = imapSource(dovecot, { after: kind });
      const listing = await source.list('Kept', { which: 'all' });
      await assert.rejects(source.markSeen(listing, uids), words);
      await source.close();
    }
    assert.deepEqual([...(await dovecot.mailboxes.flags(user, 'Kept'))], [[uids[0], []]]);
  });

  it('names the flag that a folder does not keep, in the check', async () => {
    await dovecot.mailboxes.append(user, 'Strict', [{ raw: rawMail('strict') }]);
    await dovecot.mailboxes.restrict(user, 'Strict', 'lrs');
    for (const [kind, flag] of [
      [{ kind: 'delete' }, '\\Deleted'],
      [{ kind: 'flag', flag: '$Lurewatch' }, '$Lurewatch'],
    ] as const) {
      const source = imapSource(dovecot, { after: kind, folders: ['Strict'] });
      await assert.rejects(source.check(), (error) => {
        assert.ok(isLurewatchError(error, 'LW_MAIL_READ_ONLY'));
        return error.message.includes(`does not keep the flag ${flag}`);
      });
      await source.close();
    }
  });

  it('takes no mail for a copy of itself, or of another one that goes, where a folder has several names', async () => {
    const raw = rawMail('itself');
    const uids = (await dovecot.mailboxes.append(user, 'Itself', [{ raw }, { raw }])).map(Number);
    const [one = 0] = uids;
    const session = await ImapSession.open(imapSettings(dovecot));
    const open = await openFolder(session, 'Itself', 'write');
    assert.deepEqual(await copiedBefore(session, open, uids, 'Itself'), new Set());
    assert.deepEqual(await copiedBefore(session, open, [one], 'Itself'), new Set([one]), 'another one stays');
    await session.logout();
  });

  it('marks as read, and moves nowhere, what lies in the folder of the moved already', async () => {
    const uids = await dovecot.mailboxes.append(user, 'Done', [{ raw: rawMail('there') }]);
    const source = imapSource(dovecot, { after: move });
    const listing = await source.list('Done', { which: 'unread' });
    assert.deepEqual(await source.markSeen(listing, uids), { marked: uids, vanished: [], refused: [] });
    assert.deepEqual((await dovecot.mailboxes.flags(user, 'Done')).get(uids[0] ?? ''), ['\\Seen']);
    await source.close();
  });
});
