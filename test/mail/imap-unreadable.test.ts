import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { Secret } from '../../src/config/secret.js';
import type { Dovecot } from '../../src/dev/dovecot.js';
import { isLurewatchError, type LurewatchError } from '../../src/errors/lurewatch-error.js';
import { ImapSource } from '../../src/mail/imap/imap-source.js';
import { imapTimeouts } from '../../src/mail/imap/settings.js';
import type { MailSource } from '../../src/mail/source.js';
import { bytesOf, imapSource, rawMail, startTestDovecot, user } from '../support/dovecot.js';
import { type ScriptedImap, startScriptedImap } from '../support/scripted-imap.js';

const text = 'Subject: x\r\n\r\nhello\r\n';
const large = 2_000_000;

/** What was handed over, and the error at the end. */
async function readUntilError(
  source: MailSource,
  folder: string,
  uids: readonly string[],
): Promise<{ taken: readonly string[]; error: LurewatchError }> {
  const listing = await source.list(folder, { which: 'all' });
  const taken: string[] = [];
  try {
    await source.fetch(listing, uids, { maxBytes: 50_000_000 }, async (message) => {
      await bytesOf(message);
      taken.push(message.uid);
    });
  } catch (error) {
    assert.ok(isLurewatchError(error), String(error));
    return { taken, error };
  }
  return assert.fail('nothing was unreadable');
}

describe('a message that the IMAP server refuses to give', () => {
  let server: ScriptedImap | undefined;
  let source: ImapSource | undefined;
  afterEach(async () => {
    await source?.close();
    await server?.stop();
  });

  interface Damage {
    /** What a command is answered that touches one of `uids`. */
    readonly answer: string;
    readonly uids: readonly number[];
    readonly touches: (command: string) => boolean;
    readonly size?: number;
  }

  /** Five messages. A FETCH gives what comes before the first damaged one, then fails. */
  async function damaged({ answer, uids, touches, size = text.length }: Damage): Promise<ImapSource> {
    server = await startScriptedImap({
      SEARCH: (line) => [`* SEARCH ${uidsOf(/UID (?:SEARCH .*)?UID ([\d:,]+)/, line).join(' ')}`, 'OK done'],
      FETCH: (line) => {
        const asked = uidsOf(/UID FETCH ([\d:,]+) /, line);
        const bad = touches(line) ? asked.find((uid) => uids.includes(uid)) : undefined;
        const given = bad === undefined ? asked : asked.filter((uid) => uid < bad);
        return [...given.map((uid) => responseFor(uid, line, size)), bad === undefined ? 'OK done' : answer];
      },
    });
    source = new ImapSource({
      where: 'mailbox soc',
      host: '127.0.0.1',
      port: server.port,
      tls: 'none',
      ca: undefined,
      verify: true,
      username: 'soc',
      password: new Secret('x'),
      folders: ['INBOX'],
      read: 'unread',
      connections: 1,
      timeouts: imapTimeouts,
    });
    return source;
  }

  function uidsOf(pattern: RegExp, line: string): number[] {
    const pieces = (pattern.exec(line)?.[1] ?? '').split(',');
    return [1, 2, 3, 4, 5].filter((uid) =>
      pieces.some((piece) => {
        const [from = 0, to = from] = piece.split(':').map(Number);
        return uid >= from && uid <= to;
      }),
    );
  }

  function responseFor(uid: number, line: string, size: number): string {
    if (line.includes('RFC822.SIZE')) {
      return `* ${uid} FETCH (UID ${uid} RFC822.SIZE ${size} INTERNALDATE "01-Jan-2026 00:00:00 +0000")`;
    }
    const [, start = '', length = ''] = /<(\d+)\.(\d+)>/.exec(line) ?? [];
    if (start === '') return `* ${uid} FETCH (UID ${uid} BODY[] {${text.length}}\r\n${text})`;
    const piece = 'x'.repeat(Math.max(0, Math.min(Number(length), size - Number(start))));
    return `* ${uid} FETCH (UID ${uid} BODY[]<${start}> {${piece.length}}\r\n${piece})`;
  }

  const all = ['1', '2', '3', '4', '5'];
  const body = (line: string) => line.includes('BODY.PEEK');

  for (const [what, damage] of [
    ['its bytes with NO', { answer: 'NO [SERVERBUG] Internal error', touches: body }],
    ['its bytes with BAD', { answer: 'BAD it cannot be converted', touches: body }],
    ['its size with NO', { answer: 'NO [SERVERBUG] Internal error', touches: (line) => line.includes('RFC822.SIZE') }],
  ] satisfies [string, Pick<Damage, 'answer' | 'touches'>][]) {
    it(`does not keep its neighbours when the server refuses ${what}`, async () => {
      const { taken, error } = await readUntilError(await damaged({ ...damage, uids: [3] }), 'INBOX', all);
      assert.deepEqual(taken, ['1', '2', '4', '5']);
      assert.equal(error.code, 'LW_MAIL_PROTOCOL');
      assert.deepEqual(error.details, { uid: '3' });
      assert.match(error.message, /UID 3: .*(Internal error|cannot be converted)/);
    });
  }

  it('is told together with all others of its kind', async () => {
    const damage = { answer: 'NO [SERVERBUG] Internal error', touches: body, uids: [1, 4, 5] };
    const { taken, error } = await readUntilError(await damaged(damage), 'INBOX', all);
    assert.deepEqual(taken, ['2', '3']);
    assert.deepEqual(error.details, { uid: '1', others: ['4', '5'] });
    assert.match(error.message, /3 messages are there and cannot be read \(UID 1: .*UID 4: .*UID 5: /);
  });

  it('does not keep its neighbours when it is a large one that breaks off', async () => {
    const touches = (line: string) => line.includes('<1048576.');
    const damage = { answer: 'NO [SERVERBUG] Internal error', touches, uids: [2, 4], size: large };
    const { taken, error } = await readUntilError(await damaged(damage), 'INBOX', all);
    assert.deepEqual(taken, ['1', '3', '5']);
    assert.deepEqual(error.details, { uid: '2', others: ['4'] });
  });

  it('is not what is wrong when the connection is lost', async () => {
    const { error } = await readUntilError(
      await damaged({ answer: 'hang up', touches: body, uids: [3] }),
      'INBOX',
      all,
    );
    assert.equal(error.code, 'LW_MAIL_UNREACHABLE');
    assert.equal(error.details, undefined);
  });
});

describe('a message whose file Dovecot cannot read, where it does not hang up', () => {
  let dovecot: Dovecot;
  let source: ImapSource;
  before(async () => {
    dovecot = await startTestDovecot({ fetchFailure: 'no-after' });
    source = imapSource(dovecot);
  });
  after(async () => {
    await source?.close();
    await dovecot?.stop();
  });

  it('does not keep its neighbours', async () => {
    const mails = Array.from({ length: 8 }, (_, index) => ({ raw: rawMail(`mail ${index}`) }));
    const uids = await dovecot.mailboxes.append(user, 'Damaged', mails);
    const [, , bad = ''] = uids;
    await dovecot.mailboxes.damage(user, 'Damaged', bad);
    const { taken, error } = await readUntilError(source, 'Damaged', uids);
    assert.deepEqual(
      taken,
      uids.filter((uid) => uid !== bad),
    );
    assert.equal(error.code, 'LW_MAIL_PROTOCOL');
    assert.deepEqual(error.details, { uid: bad });
  });
});
