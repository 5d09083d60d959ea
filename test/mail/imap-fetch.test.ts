import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Dovecot } from '../../src/dev/dovecot.js';
import { isLurewatchError } from '../../src/errors/lurewatch-error.js';
import type { ImapSource } from '../../src/mail/imap/imap-source.js';
import { bytesOf, imapSource, plainThrough, rawMail, readAll, startTestDovecot, user } from '../support/dovecot.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const megabyte = 1024 * 1024;

function bigMail(megabytes: number): Buffer {
  return Buffer.concat([rawMail('big', ''), Buffer.from(randomBytes(megabytes * megabyte * 0.74).toString('base64'))]);
}

describe('fetching over IMAP', () => {
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

  it('gives the very bytes, the size and INTERNALDATE, and leaves every message unread', async () => {
    const odd = Buffer.concat([
      rawMail('odd', ''),
      Buffer.from([0x80, 0xff, 0x0d, 0x0a, 0x1b, 0x24, 0x42, 0x0d, 0x0a]),
    ]);
    const receivedAt = new Date('2025-12-31T23:59:58Z');
    const uids = await dovecot.mailboxes.append(user, 'Peek', [
      { raw: rawMail('a') },
      { raw: odd, receivedAt },
      { raw: bigMail(2) },
    ]);
    const listing = await source.list('Peek', { which: 'unread' });
    const read = await readAll(source, listing, uids);
    const second = read.find(({ uid }) => uid === uids[1]);
    assert.deepEqual(second?.raw, odd);
    assert.equal(second?.sizeBytes, odd.length);
    assert.deepEqual(second?.internalDate, receivedAt);
    assert.equal(read.length, 3);
    for (const flags of (await dovecot.mailboxes.flags(user, 'Peek')).values()) assert.ok(!flags.includes('\\Seen'));
  });

  it('leaves out what vanished', async () => {
    const uids = await dovecot.mailboxes.append(
      user,
      'Vanished',
      ['a', 'b', 'c'].map((name) => ({ raw: rawMail(name) })),
    );
    const listing = await source.list('Vanished', { which: 'unread' });
    await dovecot.mailboxes.expunge(user, 'Vanished', [uids[1] ?? '']);
    assert.deepEqual(
      (await readAll(source, listing, uids)).map(({ uid }) => uid),
      [uids[0], uids[2]],
    );
  });

  it('reads 500 messages in one call, each under its own UID', async () => {
    const names = Array.from({ length: 500 }, (_, index) => `mail-${index}`);
    const uids = await dovecot.mailboxes.append(
      user,
      'Many',
      names.map((name) => ({ raw: rawMail(name) })),
    );
    const odd = uids.filter((_, index) => index % 3 !== 1);
    const listing = await source.list('Many', { which: 'unread' });
    const read = await readAll(source, listing, odd);
    assert.deepEqual(
      read.map(({ uid }) => uid),
      odd,
    );
    for (const { uid, raw } of read) assert.deepEqual(raw, rawMail(names[uids.indexOf(uid)] ?? ''));
  });

  it('reads nothing once the folder is renumbered', async () => {
    const uids = await dovecot.mailboxes.append(user, 'Renumbered', [{ raw: rawMail('a') }, { raw: rawMail('b') }]);
    const listing = await source.list('Renumbered', { which: 'unread' });
    await dovecot.mailboxes.resetUidValidity(user, 'Renumbered');
    let taken = 0;
    const fetching = source.fetch(listing, uids, { maxBytes: megabyte }, async () => {
      taken += 1;
    });
    await assert.rejects(fetching, (error) => isLurewatchError(error, 'LW_MAIL_UIDVALIDITY_CHANGED'));
    assert.equal(taken, 0);
  });

  it('streams 25 MB without asking the server for more than the reader keeps up with', async () => {
    const raw = bigMail(25);
    const uids = await dovecot.mailboxes.append(user, 'Large', [{ raw }, { raw: rawMail('small') }]);
    const proxy = await TcpProxy.start({ host: dovecot.host, port: dovecot.imapPort });
    const proxied = imapSource(dovecot, plainThrough(proxy.port));
    try {
      const listing = await proxied.list('Large', { which: 'unread' });
      let largestLead = 0;
      let largestPiece = 0;
      const read = new Map<string, Buffer>();
      const before = proxy.bytesToClients;
      await proxied.fetch(listing, uids, { maxBytes: 50 * megabyte }, async (message) => {
        if (Buffer.isBuffer(message.raw)) {
          assert.ok(message.raw.length <= megabyte, 'the large message came as one buffer');
          read.set(message.uid, message.raw);
          return;
        }
        const pieces: Buffer[] = [];
        let taken = 0;
        for await (const piece of message.raw) {
          assert.ok(Buffer.isBuffer(piece));
          pieces.push(piece);
          taken += piece.length;
          // A slow reader: time enough for whatever would be sent ahead.
          await source.list('Large', { which: 'unread' });
          largestPiece = Math.max(largestPiece, piece.length);
          largestLead = Math.max(largestLead, proxy.bytesToClients - before - taken);
        }
        read.set(message.uid, Buffer.concat(pieces));
      });
      assert.ok(read.get(uids[0] ?? '')?.equals(raw));
      assert.deepEqual(read.get(uids[1] ?? ''), rawMail('small'));
      assert.ok(largestPiece <= megabyte, `pieces of ${largestPiece} bytes`);
      assert.ok(largestLead < 4 * megabyte, `${largestLead} bytes were sent ahead of the reader`);
    } finally {
      await proxied.close();
      await proxy.stop();
    }
  });

  it('reads only `maxBytes` of a larger message, and says how large it is', async () => {
    const raw = bigMail(5);
    const uids = await dovecot.mailboxes.append(user, 'Cut', [{ raw }, { raw: rawMail('small', 'x'.repeat(5000)) }]);
    const listing = await source.list('Cut', { which: 'unread' });
    for (const maxBytes of [3000, megabyte, 3 * megabyte + 1]) {
      const [large] = await readAll(source, listing, uids.slice(0, 1), maxBytes);
      assert.ok(large?.raw.equals(raw.subarray(0, maxBytes)));
      assert.equal(large?.sizeBytes, raw.length);
    }
    const [small] = await readAll(source, listing, uids.slice(1), 1024);
    assert.equal(small?.raw.length, 1024);
    assert.ok((small?.sizeBytes ?? 0) > 5000);
  });

  it('goes on with the next message when a reader leaves a stream unread', async () => {
    const uids = await dovecot.mailboxes.append(user, 'Left', [{ raw: bigMail(4) }, { raw: bigMail(3) }]);
    const listing = await source.list('Left', { which: 'unread' });
    const met: string[] = [];
    await source.fetch(listing, uids, { maxBytes: 50 * megabyte }, async ({ uid }) => {
      met.push(uid);
    });
    assert.deepEqual(met, uids);
    assert.equal((await source.list('Left', { which: 'unread' })).uids.length, 2);
  });

  for (const { what, megabytes, cutAt } of [
    { what: 'of a small message', megabytes: 0.7, cutAt: 300_000 },
    { what: 'of a streamed message', megabytes: 6, cutAt: 3_500_000 },
  ]) {
    it(`fails when the connection is cut in the middle ${what}, and reads it whole the next time`, async () => {
      const raw = bigMail(megabytes);
      const folder = `Cut in the middle ${what}`;
      const uids = await dovecot.mailboxes.append(user, folder, [{ raw }]);
      const proxy = await TcpProxy.start({ host: dovecot.host, port: dovecot.imapPort });
      const proxied = imapSource(dovecot, plainThrough(proxy.port));
      try {
        const listing = await proxied.list(folder, { which: 'unread' });
        proxy.cutAfter(cutAt);
        const whole: Buffer[] = [];
        const fetching = proxied.fetch(listing, uids, { maxBytes: 50 * megabyte }, async (message) => {
          whole.push(await bytesOf(message));
        });
        await assert.rejects(fetching, (error) => isLurewatchError(error, 'LW_MAIL_UNREACHABLE'));
        assert.equal(whole.length, 0);
        const [again] = await readAll(proxied, listing, uids);
        assert.ok(again?.raw.equals(raw));
      } finally {
        await proxied.close();
        await proxy.stop();
      }
    });
  }

  it('passes on what the reader throws, as it is', async () => {
    const uids = await dovecot.mailboxes.append(user, 'Thrown', [{ raw: rawMail('a') }, { raw: bigMail(2) }]);
    const listing = await source.list('Thrown', { which: 'unread' });
    const trouble = new Error('the disk is full');
    for (const uid of uids) {
      const fetching = source.fetch(listing, [uid], { maxBytes: 50 * megabyte }, async () => {
        throw trouble;
      });
      await assert.rejects(fetching, (error) => error === trouble);
    }
  });

  it('refuses what is no UID before it connects', async () => {
    const ref = { folder: 'INBOX', uidValidity: '1' };
    for (const uid of ['1:*', '0', '-1', '4294967296', '1 STORE']) {
      const fetching = source.fetch(ref, [uid], { maxBytes: 1 }, async () => {});
      await assert.rejects(fetching, (error) => isLurewatchError(error, 'LW_INPUT_INVALID'));
    }
  });
});
