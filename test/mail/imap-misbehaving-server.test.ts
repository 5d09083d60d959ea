import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { Secret } from '../../src/config/secret.js';
import type { ErrorCode } from '../../src/errors/catalogue.js';
import { isLurewatchError } from '../../src/errors/lurewatch-error.js';
import { ImapSource } from '../../src/mail/imap/imap-source.js';
import { numberingOf } from '../../src/mail/imap/numbering.js';
import { type ImapSettings, imapTimeouts } from '../../src/mail/imap/settings.js';
import { readAll } from '../support/dovecot.js';
import { type Script, type ScriptedImap, startScriptedImap } from '../support/scripted-imap.js';
import { type Stubbornness, stubbornImap } from '../support/stubborn-imap.js';

const password = 'correct horse';
const account = { host: '127.0.0.1', username: 'soc' };

describe('an IMAP server that misbehaves', () => {
  let server: ScriptedImap | undefined;
  let source: ImapSource | undefined;
  /** The folder as the server of this test numbers it. */
  let ref = { folder: 'INBOX', uidValidity: '' };
  afterEach(async () => {
    await source?.close();
    await server?.stop();
  });

  async function start(script: Script, different: Partial<ImapSettings> = {}): Promise<ImapSource> {
    server = await startScriptedImap(script);
    ref = { folder: 'INBOX', uidValidity: numberingOf('7', { ...account, port: server.port }) };
    source = new ImapSource({
      where: 'mailbox soc',
      ...account,
      port: server.port,
      tls: 'none',
      ca: undefined,
      verify: true,
      password: new Secret(password),
      folders: ['INBOX'],
      read: 'unread',
      connections: 1,
      timeouts: imapTimeouts,
      ...different,
    });
    return source;
  }

  function failsWith(code: ErrorCode, retryable: boolean) {
    return (error: unknown) => {
      assert.ok(isLurewatchError(error, code), inspect(error));
      assert.equal(error.retryable, retryable);
      return true;
    };
  }

  const sized = (size: number) => `* 1 FETCH (UID 1 RFC822.SIZE ${size} INTERNALDATE "01-Jan-2026 00:00:00 +0000")`;
  const body = (text: string, origin = '') => `* 1 FETCH (UID 1 BODY[]${origin} {${text.length}}\r\n${text})`;

  /** A message of this text, which the server declares as `size` bytes. */
  function serving(text: string, size: number): Script {
    return {
      FETCH: (line) => {
        if (line.includes('RFC822.SIZE')) return [sized(size), 'OK done'];
        const partial = /<(\d+)\.(\d+)>/.exec(line);
        if (partial === null) return [body(text), 'OK done'];
        const [start, length] = [Number(partial[1]), Number(partial[2])];
        return [body(text.slice(start, start + length), `<${start}>`), 'OK done'];
      },
    };
  }

  for (const refusal of ['NO [UNAVAILABLE] come back', 'NO Too many simultaneous connections', 'NO [LIMIT] rate']) {
    it(`is asked again later when it refuses the log-in with "${refusal}"`, async () => {
      const { list } = await start({ LOGIN: () => [refusal] }).then((made) => ({
        list: made.list('INBOX', { which: 'all' }),
      }));
      await assert.rejects(list, failsWith('LW_MAIL_PROTOCOL', true));
    });
  }

  it('is not asked again when it refuses the password', async () => {
    const made = await start({ LOGIN: () => ['NO [AUTHENTICATIONFAILED] Temporarily not your password'] });
    await assert.rejects(made.list('INBOX', { which: 'all' }), failsWith('LW_MAIL_AUTH', false));
  });

  it('is unreachable, not a wrong password, when it hangs up during the log-in', async () => {
    const made = await start({ LOGIN: () => ['hang up'] });
    await assert.rejects(made.list('INBOX', { which: 'all' }), failsWith('LW_MAIL_UNREACHABLE', true));
  });

  it('cannot bring the password into an error by repeating it', async () => {
    const made = await start({ LOGIN: (line) => [`BAD I do not know ${line}`] });
    await assert.rejects(made.list('INBOX', { which: 'all' }), (error) => {
      assert.ok(isLurewatchError(error));
      assert.match(error.message, /\[secret\]/);
      assert.ok(!inspect(error, { depth: null, showHidden: true }).includes(password));
      return true;
    });
  });

  it('cannot pass off a search that it refused as an empty folder', async () => {
    const made = await start({ SEARCH: () => ['NO [SERVERBUG] index is broken'] });
    await assert.rejects(made.list('INBOX', { which: 'all' }), (error) => {
      assert.match(String(error), /index is broken/);
      return failsWith('LW_MAIL_PROTOCOL', true)(error);
    });
  });

  for (const [what, answer] of [
    ['NIL instead of the message', '* 1 FETCH (UID 1 BODY[] NIL)'],
    ['an empty message of some size', body('')],
    ['no message at all', '* 1 FETCH (UID 1)'],
    ['a line that nobody can parse', '* 1 FETCH (UID 1 BODY[] "unfinished'],
  ] as const) {
    it(`is not believed when it gives ${what}`, async () => {
      const made = await start({
        FETCH: (line) => [line.includes('RFC822.SIZE') ? sized(10) : answer, 'OK done'],
        SEARCH: () => ['* SEARCH 1', 'OK done'],
      });
      await assert.rejects(readAll(made, ref, ['1']), failsWith('LW_MAIL_PROTOCOL', true));
    });
  }

  it('is not believed when it leaves out a message that is there', async () => {
    const made = await start({ FETCH: () => ['OK done'], SEARCH: () => ['* SEARCH 1', 'OK done'] });
    await assert.rejects(readAll(made, ref, ['1']), failsWith('LW_MAIL_PROTOCOL', true));
  });

  for (const declared of [5, 21, 100]) {
    it(`gives all the 21 bytes of a message that it declares as ${declared}`, async () => {
      const text = 'Subject: x\r\n\r\nhello\r\n';
      const made = await start(serving(text, declared));
      const [message] = await readAll(made, ref, ['1']);
      assert.equal(message?.raw.toString(), text);
      assert.equal(message?.sizeBytes, text.length);
    });
  }

  it('is unreachable when it hangs up within a literal', async () => {
    const made = await start({
      FETCH: (line) =>
        line.includes('RFC822.SIZE')
          ? [sized(100), 'OK done']
          : ['* 1 FETCH (UID 1 BODY[] {100}\r\nonly this', 'hang up'],
    });
    await assert.rejects(readAll(made, ref, ['1']), failsWith('LW_MAIL_UNREACHABLE', true));
  });

  it('is never asked for a message in a way that sets \\Seen', async () => {
    const made = await start(serving('Subject: x\r\n\r\nhello\r\n', 100));
    await readAll(made, ref, ['1']);
    const asked = server?.commands.filter((command) => command.includes('BODY')) ?? [];
    assert.equal(asked.length, 3);
    for (const command of asked) assert.match(command, /^UID FETCH 1 \(.*BODY\.PEEK\[\]/);
    assert.ok(server?.commands.some((command) => command === 'EXAMINE INBOX'));
  });

  it('costs one retryable error at most when it says goodbye between two calls', async () => {
    const made = await start({ SEARCH: () => ['* SEARCH 1', 'OK done', '* BYE going down', 'hang up'] });
    const uids = async () => (await made.list('INBOX', { which: 'all' })).uids;
    assert.deepEqual(await uids(), ['1']);
    const again = await uids().catch((error: unknown) => {
      failsWith('LW_MAIL_UNREACHABLE', true)(error);
      return uids();
    });
    assert.deepEqual(again, ['1']);
  });

  describe('by leaving where it is what it was told to move', () => {
    const done = { marked: ['1'], vanished: [], refused: [] };
    const to = { kind: 'move', folder: 'Done', create: false } as const;

    /** Moves the message; `again` does once more what is asked of one that may have been moved before. */
    async function moving(how: Stubbornness, read: 'unread' | 'new' = 'unread') {
      const stubborn = stubbornImap(how);
      const made = await start(stubborn.script, { after: to, read });
      const result = await made.markSeen(ref, ['1']);
      const again = () => made.markSeen(ref, ['1'], undefined, undefined, ['1']);
      return { result, again, made, copies: stubborn.copies, flags: stubborn.flags };
    }

    it('never gets it deleted, though it would do that: the copy may be the same message in a folder that is a view', async () => {
      const { result, copies, flags, again } = await moving({ expunges: true });
      assert.deepEqual([result, copies(), flags()], [{ ...done, stayed: ['1'] }, 1, ['\\Seen']]);
      await again();
      assert.deepEqual([copies(), flags()], [1, ['\\Seen']]);
    });

    for (const [what, how, kept] of [
      ['says where the copy is', { prepends: 'X-Copied: yes\r\n' }, ['\\Seen']],
      ['does not say where the copy is', { tells: false }, ['\\Seen']],
      ['has no UIDPLUS', { capability: 'IMAP4rev1 MOVE' }, ['\\Seen']],
      ['has no MOVE', { capability: 'IMAP4rev1 UIDPLUS' }, ['\\Deleted', '\\Seen']],
    ] as const) {
      it(`gets ${kept.join(' and ')}, and makes one copy, when it ${what}`, async () => {
        const { result, copies, flags, again, made } = await moving(how, 'new');
        assert.deepEqual(result, { ...done, stayed: ['1'] });
        assert.deepEqual([copies(), flags()?.toSorted()], [1, kept]);
        assert.deepEqual(await made.unfinished(ref, ['1']), [], 'no poll need look at it again');
        if (!('prepends' in how)) {
          await again();
          assert.equal(copies(), 1);
        }
      });
    }

    for (const [what, how] of [
      ['nothing is copied', { copies: false }],
      ['nothing tells of the copy', { tells: false, prepends: 'X-Copied: yes\r\n' }],
    ] as const) {
      it(`gets \\Seen alone where ${what}: it is not marked for removal`, async () => {
        const { result, flags } = await moving(how);
        assert.deepEqual([result, flags()], [{ ...done, stayed: ['1'] }, ['\\Seen']]);
      });
    }

    it('gets no second copy however often it is asked, though it keeps no flag either', async () => {
      const { result, copies, again } = await moving({ keeps: [], tells: false }, 'new');
      const refused = { marked: [], vanished: [], refused: ['1'] };
      assert.deepEqual([result, await again(), await again(), copies()], [refused, refused, refused, 1]);
    });
  });
});
