import assert from 'node:assert/strict';
import { chmod, chown, mkdir, mkdtemp, readdir, rename, rm, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { isLurewatchError } from '../../src/errors/lurewatch-error.js';
import { DirectorySource } from '../../src/mail/directory/directory-source.js';
import { bytesOf, rawMail, readAll } from '../support/dovecot.js';

/** Root may read everything: tests of what may not be read take another effective user for a while. */
async function asOrdinaryUser<T>(folder: string, work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  const nobody = 65_534;
  for (const part of ['', 'new', 'cur']) await chown(join(folder, part), nobody, nobody);
  process.seteuid?.(nobody);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

describe('a Maildir as a mailbox', () => {
  let maildir: string;
  let source: DirectorySource;
  beforeEach(async () => {
    maildir = await mkdtemp(join(tmpdir(), 'lurewatch-maildir-'));
    for (const folder of ['new', 'cur', 'tmp']) await mkdir(join(maildir, folder));
    source = new DirectorySource({ where: 'mailbox reports', path: maildir });
  });
  afterEach(async () => rm(maildir, { recursive: true, force: true }));

  async function put(file: string, receivedAt = '2026-01-01T00:00:00Z', raw = rawMail(file)): Promise<void> {
    await writeFile(join(maildir, file), raw);
    await utimes(join(maildir, file), new Date(receivedAt), new Date(receivedAt));
  }

  it('lists what is unread, oldest first by delivery', async () => {
    await put('new/b', '2026-01-03T00:00:00Z');
    await put('cur/a:2,F', '2026-01-02T00:00:00Z');
    await put('cur/read:2,RS', '2026-01-01T00:00:00Z');
    await put('new/c', '2026-01-01T00:00:00Z');
    await put('tmp/half');
    await put('new/.hidden');
    const listing = await source.list('INBOX', { which: 'unread' });
    assert.deepEqual(listing, { folder: 'INBOX', uidValidity: 'maildir', uidNext: '', uids: ['c', 'a', 'b'] });
    assert.deepEqual([...(await source.list('INBOX', { which: 'all' })).uids].sort(), ['a', 'b', 'c', 'read']);
    const since = new Date('2026-01-02T00:00:00Z');
    assert.deepEqual([...(await source.list('INBOX', { which: 'unread', since })).uids], ['a', 'b']);
  });

  it('gives the bytes, the time of delivery and the size, and changes nothing', async () => {
    await put('new/a', '2026-01-03T00:00:00Z');
    const listing = await source.list('INBOX', { which: 'unread' });
    const [message] = await readAll(source, listing, ['a']);
    assert.deepEqual(message?.raw, rawMail('new/a'));
    assert.deepEqual(message?.internalDate, new Date('2026-01-03T00:00:00Z'));
    assert.equal(message?.sizeBytes, rawMail('new/a').length);
    assert.deepEqual(await readdir(join(maildir, 'new')), ['a']);
  });

  it('streams a large message and stops at `maxBytes`', async () => {
    const raw = Buffer.concat([rawMail('big', ''), Buffer.alloc(3_000_000, 'x')]);
    await put('new/big', undefined, raw);
    const listing = await source.list('INBOX', { which: 'unread' });
    const [whole] = await readAll(source, listing, ['big']);
    assert.ok(whole?.raw.equals(raw));
    const [cut] = await readAll(source, listing, ['big'], 2_000_001);
    assert.ok(cut?.raw.equals(raw.subarray(0, 2_000_001)));
    assert.equal(cut?.sizeBytes, raw.length);
  });

  it('marks by moving to `cur` with S among the flags, which stay sorted', async () => {
    await put('new/a');
    await put('cur/b:2,FT');
    await put('cur/c:2,S');
    const listing = await source.list('INBOX', { which: 'all' });
    const result = await source.markSeen(listing, ['a', 'b', 'c', 'never']);
    assert.deepEqual(result, { marked: ['a', 'b', 'c'], vanished: ['never'], refused: [] });
    assert.deepEqual((await readdir(join(maildir, 'cur'))).sort(), ['a:2,S', 'b:2,FST', 'c:2,S']);
    assert.deepEqual(await readdir(join(maildir, 'new')), []);
    assert.deepEqual([...(await source.list('INBOX', { which: 'unread' })).uids], []);
  });

  it('finds a message again that another reader moved, and leaves out one that is gone', async () => {
    for (const name of ['a', 'b', 'c']) await put(`new/${name}`);
    const listing = await source.list('INBOX', { which: 'unread' });
    const met: string[] = [];
    await source.fetch(listing, ['a', 'b', 'c'], { maxBytes: 10_000 }, async ({ uid }) => {
      met.push(uid);
      if (uid !== 'a') return;
      await rename(join(maildir, 'new/b'), join(maildir, 'cur/b:2,'));
      await unlink(join(maildir, 'new/c'));
    });
    assert.deepEqual(met, ['a', 'b']);
  });

  it('hands over all others when the worker may not read a file', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await put(`new/${name}`);
    for (const name of ['a', 'c']) await chmod(join(maildir, 'new', name), 0o000);
    const met: string[] = [];
    const fetching = asOrdinaryUser(maildir, async () => {
      const listing = await source.list('INBOX', { which: 'all' });
      await source.fetch(listing, ['a', 'b', 'c', 'd'], { maxBytes: 10_000 }, async ({ uid }) => {
        met.push(uid);
      });
    });
    await assert.rejects(fetching, (error) => {
      assert.ok(isLurewatchError(error, 'LW_MAIL_PROTOCOL'));
      assert.deepEqual(error.details, { uid: 'a', others: ['c'] });
      assert.match(error.message, /UID a: EACCES.*new\/a/);
      return true;
    });
    assert.deepEqual(met, ['b', 'd']);
  });

  for (const { what, maxBytes } of [
    { what: 'a file', maxBytes: 1_000_000 },
    { what: 'the stream of a large file', maxBytes: 1_000 },
  ]) {
    it(`hands over all others when reading ${what} fails`, async () => {
      const mails = ['a', 'b', 'c'];
      for (const name of mails) await put(`new/${name}`);
      const listing = await source.list('INBOX', { which: 'unread' });
      const met: string[] = [];
      const fetching = source.fetch(listing, mails, { maxBytes }, async (message) => {
        await bytesOf(message);
        met.push(message.uid);
        if (message.uid !== 'a') return;
        // What can be opened and not read, whoever asks.
        await unlink(join(maildir, 'new/b'));
        await mkdir(join(maildir, 'new/b'));
      });
      await assert.rejects(fetching, (error) => {
        assert.ok(isLurewatchError(error, 'LW_MAIL_PROTOCOL'), String(error));
        assert.deepEqual(error.details, { uid: 'b' });
        return true;
      });
      assert.deepEqual(met, ['a', 'c']);
    });
  }

  it('passes on what the reader of a stream throws, as it is', async () => {
    await put('new/a');
    const listing = await source.list('INBOX', { which: 'unread' });
    const trouble = new Error('the disk is full');
    const fetching = source.fetch(listing, ['a'], { maxBytes: 10 }, async () => {
      throw trouble;
    });
    await assert.rejects(fetching, (error) => error === trouble);
  });

  it('is the trouble itself when it cannot be read as a whole', async () => {
    for (const name of ['a', 'b']) await put(`new/${name}`);
    const listing = await source.list('INBOX', { which: 'unread' });
    const fetching = source.fetch(listing, ['a', 'b'], { maxBytes: 10_000 }, async () => {
      await rm(join(maildir, 'new'), { recursive: true });
      await writeFile(join(maildir, 'new'), '');
    });
    await assert.rejects(fetching, (error) => {
      assert.ok(isLurewatchError(error, 'LW_MAIL_FOLDER_UNKNOWN'), String(error));
      assert.equal(error.details, undefined);
      return true;
    });
  });

  it('knows only its one folder and numbering', async () => {
    await assert.rejects(source.list('Other', { which: 'all' }), (error) =>
      isLurewatchError(error, 'LW_MAIL_FOLDER_UNKNOWN'),
    );
    const marking = source.markSeen({ folder: 'INBOX', uidValidity: '1' }, []);
    await assert.rejects(marking, (error) => isLurewatchError(error, 'LW_MAIL_UIDVALIDITY_CHANGED'));
  });

  it('says what is wrong with a path that is no Maildir', async () => {
    for (const path of [join(maildir, 'missing'), join(maildir, 'tmp')]) {
      const wrong = new DirectorySource({ where: 'mailbox reports', path });
      await assert.rejects(wrong.check(), (error) => {
        assert.ok(isLurewatchError(error, 'LW_MAIL_FOLDER_UNKNOWN'));
        assert.match(error.message, /mailbox reports: .* is not a Maildir/);
        return true;
      });
    }
  });

  it('checks itself', async () => {
    await put('new/a');
    assert.deepEqual((await source.check()).findings, [`Maildir ${maildir}: 1 messages, 1 unread`]);
  });
});
