import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { mailboxNamed } from '../../src/activities/dependencies.js';
import { type FetchedBatch, fetchMessages } from '../../src/activities/fetch-messages.js';
import type { Dovecot } from '../../src/dev/dovecot.js';
import { LurewatchError } from '../../src/errors/lurewatch-error.js';
import type { MailSource } from '../../src/mail/source.js';
import { FileStore } from '../../src/store/file-store.js';
import type { FetchResult, FolderPage } from '../../src/workflows/types.js';
import { testDependencies } from '../support/dependencies.js';
import { imapSource, plainThrough, rawMail, startTestDovecot, user } from '../support/dovecot.js';
import { inFolder } from '../support/folder.js';
import { simpleMail } from '../support/mails.js';
import { quietActivity } from '../support/quiet-activity.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const place = { folder: 'INBOX', uidValidity: '7' };

/** A server that cannot give one of its messages, as some do after a damaged disk. */
class DamagedSource implements MailSource {
  readonly asked: (readonly string[])[] = [];
  readonly check = async () => ({ findings: [] });
  readonly list = async () => ({ folder: 'INBOX', uidValidity: '7', uidNext: '9', uids: [] });
  readonly markSeen = async () => ({ marked: [], vanished: [], refused: [] });
  readonly close = async () => {};

  async fetch(...[, uids, , take]: Parameters<MailSource['fetch']>): Promise<void> {
    this.asked.push(uids);
    for (const uid of uids) {
      if (uid === '2') throw new LurewatchError('LW_MAIL_PROTOCOL', 'no body for UID 2', { details: { uid } });
      const raw = Buffer.from(simpleMail(uid));
      await take({ uid, internalDate: new Date(), sizeBytes: raw.length, raw });
    }
  }
}

async function fetchAt(
  attempt: number,
  folder: string,
  source: MailSource,
  page: FolderPage = { ...place, uids: ['1', '2', '3'] },
): Promise<FetchResult> {
  const store = await FileStore.open(folder);
  const dependencies = testDependencies(store, { sources: new Map([['soc', source]]) });
  const environment = quietActivity({ attempt });
  const { records: _, ...fetched } = await environment.run<[], FetchedBatch, () => Promise<FetchedBatch>>(() =>
    fetchMessages(dependencies, mailboxNamed(dependencies, 'soc'), page),
  );
  return fetched;
}

describe('a message that the server cannot give', () => {
  it('is tried again with its neighbours at first, who are read only once', () =>
    inFolder(async (folder) => {
      const source = new DamagedSource();
      await assert.rejects(fetchAt(1, folder, source), { code: 'LW_MAIL_PROTOCOL' });
      await assert.rejects(fetchAt(2, folder, source), { code: 'LW_MAIL_PROTOCOL' });
      assert.deepEqual(source.asked, [
        ['1', '2', '3'],
        ['2', '3'],
      ]);
    }));

  it('is left out in the end, and its neighbours go on', () =>
    inFolder(async (folder) => {
      const result = await fetchAt(3, folder, new DamagedSource());
      assert.deepEqual(
        result.messages.map(({ uid, state }) => [uid, state]),
        [
          ['1', 'fresh'],
          ['3', 'fresh'],
        ],
      );
      assert.deepEqual(
        result.unreadable.map(({ uid }) => uid),
        ['2'],
      );
      assert.deepEqual(result.vanished, []);
    }));
});

describe('a message at which the server hangs up', () => {
  let dovecot: Dovecot;
  before(async () => {
    dovecot = await startTestDovecot();
  });
  after(() => dovecot?.stop());

  /** Eight mails, two of them with files that Dovecot cannot read. */
  async function damaged(folder: string): Promise<{ page: FolderPage; good: string[]; bad: string[] }> {
    const mails = Array.from({ length: 8 }, (_, index) => ({ raw: rawMail(`${folder} ${index}`) }));
    const uids = await dovecot.mailboxes.append(user, folder, mails);
    const bad = [uids[0] ?? '', uids[5] ?? ''];
    for (const uid of bad) await dovecot.mailboxes.damage(user, folder, uid);
    const source = imapSource(dovecot);
    const { uidValidity } = await source.list(folder, { which: 'unread' });
    await source.close();
    return { page: { folder, uidValidity, uids }, good: uids.filter((uid) => !bad.includes(uid)), bad };
  }

  it('is left out in the end with all others of its kind, and their neighbours go on', () =>
    inFolder(async (folder) => {
      const { page, good, bad } = await damaged('Hang-up');
      const source = imapSource(dovecot);
      try {
        await assert.rejects(fetchAt(1, folder, source, page), { code: 'LW_MAIL_UNREACHABLE' });
        const result = await fetchAt(3, folder, source, page);
        assert.deepEqual(
          result.messages.map(({ uid, state }) => [uid, state]),
          good.map((uid) => [uid, 'fresh']),
        );
        assert.deepEqual(
          result.unreadable.map(({ uid }) => uid),
          bad,
        );
        assert.deepEqual(result.vanished, []);
      } finally {
        await source.close();
      }
    }));

  it('is not made out of a server that is away', () =>
    inFolder(async (folder) => {
      const { page } = await damaged('Away');
      const proxy = await TcpProxy.start({ host: dovecot.host, port: dovecot.imapPort });
      const source = imapSource(dovecot, plainThrough(proxy.port));
      try {
        await source.list('Away', { which: 'unread' });
        await proxy.refuse();
        await assert.rejects(fetchAt(5, folder, source, page), { code: 'LW_MAIL_UNREACHABLE' });
      } finally {
        await source.close();
        await proxy.stop();
      }
    }));
});
