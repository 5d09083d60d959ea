import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Dovecot } from '../../src/dev/dovecot.js';
import { isLurewatchError } from '../../src/errors/lurewatch-error.js';
import { mostFoldersHeard } from '../../src/mail/imap/idle.js';
import type { ImapSource } from '../../src/mail/imap/imap-source.js';
import type { WatchedFolder, WatchListener, WatchTimings } from '../../src/mail/watch.js';
import { imapSource, plainThrough, rawMail, startTestDovecot, user } from '../support/dovecot.js';
import { startScriptedImap } from '../support/scripted-imap.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { eventually } from '../support/temporal.js';

/** Notes what it is told. */
class Notes implements WatchListener {
  readonly folders: WatchedFolder[] = [];
  readonly arrivals: string[] = [];
  readonly listening = (folder: WatchedFolder) => this.folders.push(folder);
  readonly arrived = (folder: string) => this.arrivals.push(folder);

  readonly hears = async (count: number): Promise<void> => {
    await eventually(async () => (this.folders.length === count ? true : undefined), `${count} folders are heard`);
  };

  async arrivalIn(folder: string): Promise<void> {
    await eventually(async () => (this.arrivals.includes(folder) ? true : undefined), `mail arrives in ${folder}`);
  }
}

/** Listens while the test looks; whatever becomes of that, it has ended then. */
async function whileListening(
  source: ImapSource,
  look: (notes: Notes, watching: Promise<void>) => Promise<void>,
  timings?: WatchTimings,
): Promise<Notes> {
  const stop = new AbortController();
  const notes = new Notes();
  const watching = source.watch(notes, stop.signal, timings);
  watching.catch(() => undefined);
  try {
    await look(notes, watching);
    return notes;
  } finally {
    stop.abort();
    await watching.catch(() => undefined);
    await source.close();
  }
}

describe('listening over IMAP', () => {
  let dovecot: Dovecot;
  before(async () => {
    dovecot = await startTestDovecot();
  });
  after(async () => dovecot?.stop());

  async function throughProxy(work: (proxy: TcpProxy) => Promise<unknown>): Promise<void> {
    const proxy = await TcpProxy.start({ host: '127.0.0.1', port: dovecot.imapPort });
    try {
      await work(proxy);
    } finally {
      await proxy.stop();
    }
  }

  it('tells of mail in each of its folders as it arrives, and marks none', async () => {
    await dovecot.mailboxes.append(user, 'Reports', []);
    await whileListening(imapSource(dovecot, { folders: ['INBOX', 'Reports'] }), async (notes) => {
      await notes.hears(2);
      for (const folder of ['INBOX', 'Reports']) {
        await dovecot.mailboxes.append(user, folder, [{ raw: rawMail(`pushed to ${folder}`) }]);
        await notes.arrivalIn(folder);
        const [flags = []] = (await dovecot.mailboxes.flags(user, folder)).values();
        assert.ok(!flags.includes('\\Seen'));
      }
    });
  });

  it('tells another state of a folder only when something has come since', async () => {
    const stateOf = async () =>
      (await whileListening(imapSource(dovecot), (notes) => notes.hears(1))).folders[0]?.state;
    const before = await stateOf();
    assert.equal(await stateOf(), before);
    await dovecot.mailboxes.append(user, 'INBOX', [{ raw: rawMail('while nobody listened') }]);
    assert.notEqual(await stateOf(), before);
  });

  it('goes on listening after each sign of life, and notices a connection that gives none', () =>
    throughProxy((proxy) =>
      whileListening(
        imapSource(dovecot, plainThrough(proxy.port)),
        async (notes, watching) => {
          await notes.hears(1);
          const bytes = proxy.bytesToClients;
          await proxy.until(({ bytesToClients }) => bytesToClients > bytes + 500);
          await dovecot.mailboxes.append(user, 'INBOX', [{ raw: rawMail('after many renewals') }]);
          await notes.arrivalIn('INBOX');
          proxy.freezeOldest();
          await assert.rejects(watching, (error) => {
            assert.ok(isLurewatchError(error, 'LW_MAIL_UNREACHABLE'));
            return error.message.includes('did not answer within 1 s');
          });
        },
        { renewMs: 100, answerMs: 1_000 },
      ),
    ));

  it('notices at once a connection that is cut', () =>
    throughProxy((proxy) =>
      whileListening(
        imapSource(dovecot, { ...plainThrough(proxy.port), folders: ['INBOX', 'Reports'] }),
        async (notes, watching) => {
          await notes.hears(2);
          proxy.cutNow();
          await assert.rejects(watching, (error) => isLurewatchError(error, 'LW_MAIL_UNREACHABLE'));
        },
      ),
    ));

  it('says of a log-in that is refused what a poll says', async () => {
    await whileListening(imapSource(dovecot, { username: 'nobody@example.com' }), (_, watching) =>
      assert.rejects(watching, (error) => isLurewatchError(error, 'LW_MAIL_AUTH')),
    );
  });

  it('opens no more connections than an account may hold, and says in the check which folders they are for', async () => {
    const folders = Array.from({ length: mostFoldersHeard + 2 }, (_, index) => `Many-${index}`);
    for (const folder of folders) await dovecot.mailboxes.append(user, folder, []);
    const source = imapSource(dovecot, { folders, pushed: true });
    const lines = (await source.check()).findings;
    assert.match(lines.at(-1) ?? '', /^push by IDLE: "Many-0", .*"Many-4"; the other 2 are only polled$/);
    const notes = await whileListening(source, ({ hears }) => hears(mostFoldersHeard));
    assert.equal(notes.folders.length, mostFoldersHeard);
  });

  it('refuses a server without IDLE, in the check and when listening', async () => {
    const server = await startScriptedImap({});
    const source = imapSource(dovecot, { ...plainThrough(server.port), pushed: true });
    for (const attempt of [() => source.watch(new Notes(), new AbortController().signal), () => source.check()]) {
      await assert.rejects(attempt, (error) => isLurewatchError(error, 'LW_MAIL_NO_IDLE'));
    }
    await source.close();
    await server.stop();
  });

  it('says so where the server refuses to be listened to', async () => {
    const server = await startScriptedImap({
      CAPABILITY: () => ['* CAPABILITY IMAP4rev1 IDLE', 'OK done'],
      IDLE: () => ['NO not now'],
    });
    const source = imapSource(dovecot, plainThrough(server.port));
    const refused = source.watch(new Notes(), new AbortController().signal);
    await assert.rejects(refused, (error) => isLurewatchError(error, 'LW_MAIL_PROTOCOL'));
    await source.close();
    await server.stop();
  });
});
