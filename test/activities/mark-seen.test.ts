import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { DefaultLogger, type Logger } from '@temporalio/worker';
import { listWaiting } from '../../src/activities/list-unread.js';
import { createMarkSeen, type MarkSeenInput } from '../../src/activities/mark-seen.js';
import { createRecordProgress } from '../../src/activities/record-progress.js';
import { configSchema } from '../../src/config/schema.js';
import { keys } from '../../src/ledger/keys.js';
import { openLedger } from '../../src/ledger/ledger.js';
import type { Outcome } from '../../src/ledger/records.js';
import type { MailSource } from '../../src/mail/source.js';
import { FileStore } from '../../src/store/file-store.js';
import { alertDocument } from '../support/alert-documents.js';
import { testDependencies } from '../support/dependencies.js';
import { inFolder } from '../support/folder.js';
import { MemorySource } from '../support/memory-source.js';
import { messageRecord } from '../support/message-record.js';
import { quietActivity } from '../support/quiet-activity.js';
import { ScriptedSink } from '../support/scripted-sink.js';

const owner = { workflowId: 'w', runId: 'r' };
/** Keeps what is warned of. */
function recorded(said: unknown[]): Logger {
  return new DefaultLogger('WARN', ({ meta }) => said.push({ code: meta?.code, uids: meta?.uids }));
}

const reached: Outcome = { version: 1, kind: 'delivered', reference: '', warnings: [], owner, atMs: 0 };

/**
 * Two messages, of which the first has reached its sink; gives back what was done and with which of them, and whom the
 * next poll of a server that took none away would look at.
 */
async function marking(
  after: unknown,
  input: Partial<MarkSeenInput> = {},
  {
    stored = true,
    cut = false,
    read = 'new',
    receivedAtMs = messageRecord.internalDateMs,
    attempt = 1,
    stays = false,
  } = {},
) {
  return inFolder(async (folder) => {
    const store = await FileStore.open(folder);
    const ledger = openLedger(store);
    const source = new MemorySource();
    const documents = [alertDocument('one'), alertDocument('two')];
    await ledger.alerts.create(documents);
    const raw = Buffer.from('Subject: whole\r\n\r\n');
    const evidence = createHash('sha256').update(raw).digest('hex');
    if (stored) await store.createMany([{ key: keys.evidence(evidence), body: raw }]);
    const usual = { ...messageRecord, ...source.place, evidence, storedBytes: raw.length };
    const sizeBytes = raw.length + (cut ? 1 : 0);
    await ledger.messages.record(
      documents.map(({ alertId }, index) => ({ ...usual, sizeBytes, uid: String(index + 1), alertId })),
    );
    const [first] = documents;
    await ledger.deliveries.recordOutcomes('cases', [{ alertId: first?.alertId ?? '', outcome: reached }]);
    const config = configSchema.parse({
      mailboxes: {
        soc: { host: 'h', username: 'u', password: { env: 'P' }, targets: ['cases'], read, after },
      },
      targets: { cases: { kind: 'file', path: 'x' } },
    });
    const asked: unknown[] = [];
    const suspected: string[] = [];
    const said: unknown[] = [];
    for (const uid of ['1', '2']) source.mails.set(uid, 'Subject: another\r\n\r\n');
    const watched = Object.assign(source, {
      receivedAt: async () => new Date(receivedAtMs),
      unfinished: async (_: unknown, uids: readonly string[]) => uids,
      markSeen: async (...[, uids, , only, earlier = []]: Parameters<MailSource['markSeen']>) => {
        if (uids.length > 0) asked.push(only === undefined ? uids : [only, ...uids]);
        suspected.push(...earlier);
        return { marked: uids, vanished: [], refused: [], ...(stays ? { stayed: uids } : {}) };
      },
    });
    const dependencies = testDependencies(store, {
      config,
      sources: new Map([['soc', watched]]),
      sinks: new Map([['cases', new ScriptedSink()]]),
    });
    const environment = quietActivity({ attempt }, { logger: recorded(said) });
    const report = await environment.run(createMarkSeen(dependencies), {
      mailbox: 'soc',
      ...source.place,
      uids: ['1', '2', '3'],
      ...input,
    });
    await environment.run(createRecordProgress(dependencies), { mailbox: 'soc' });
    const soc = config.mailboxes.soc;
    assert.ok(soc !== undefined);
    const waiting = (await listWaiting(ledger, { name: 'soc', config: soc, source: watched }, 'INBOX')).uids;
    return { report, asked, waiting, suspected, said };
  });
}

describe('what is done with delivered messages', () => {
  for (const after of ['delete', { move: 'Done' }]) {
    it(`takes nothing away that the ledger does not know at every sink, whoever says so: ${JSON.stringify(after)}`, async () => {
      const { report, asked } = await marking(after);
      assert.deepEqual(asked, [['1']]);
      assert.deepEqual(report, { marked: 1, vanished: 0, unreached: 2 });
    });
  }

  it('deletes nothing whose raw mail is not in the store, and moves it all the same', async () => {
    const gone = { stored: false };
    const { report, asked } = await marking('delete', { uids: ['1'] }, gone);
    assert.deepEqual([report, asked], [{ marked: 0, vanished: 0, unreached: 1 }, []]);
    assert.deepEqual((await marking({ move: 'Done' }, { uids: ['1'] }, gone)).asked, [['1']]);
  });

  it('deletes no other message that has the number of one that was delivered', async () => {
    const { report, asked } = await marking(
      'delete',
      { uids: ['1'] },
      { receivedAtMs: messageRecord.internalDateMs + 1000 },
    );
    assert.deepEqual(asked, []);
    assert.deepEqual(report, { marked: 0, vanished: 0, unreached: 1 });
  });

  it('deletes nothing that was too large to be kept whole: it is marked as read where that counts', async () => {
    const { report, asked } = await marking('delete', { uids: ['1'] }, { cut: true, read: 'unread' });
    assert.deepEqual([report, asked], [{ marked: 1, vanished: 0 }, [['seen', '1']]]);
    const all = await marking('delete', { uids: ['1'] }, { cut: true });
    assert.deepEqual([all.asked, all.waiting], [[], ['2']], 'with `read: new` it is dealt with');
    assert.deepEqual((await marking('delete', { uids: ['1'] })).waiting, ['1', '2']);
    assert.deepEqual((await marking({ move: 'Done' }, { uids: ['1'] }, { cut: true })).asked, [['1']]);
  });

  it('has those looked for that may have been moved before: named by the batch, or all when it is tried again', async () => {
    const to = { move: 'Done' };
    assert.deepEqual((await marking(to, { uids: ['1'] })).suspected, []);
    assert.deepEqual((await marking(to, { uids: ['1'], earlier: ['1'] })).suspected, ['1']);
    assert.deepEqual((await marking(to, { uids: ['1'] }, { attempt: 2 })).suspected, ['1']);
  });

  it('says of messages that the server leaves where they are that it does, and is done with them', async () => {
    const { report, said } = await marking({ move: 'Done' }, { uids: ['1'] }, { stays: true });
    assert.deepEqual(report, { marked: 1, vanished: 0, stayed: 1 });
    assert.deepEqual(said, [{ code: 'LW_WARN_NOT_MOVED', uids: ['1'] }]);
  });

  it('asks the ledger nothing where only a flag is set', async () => {
    const { report, asked } = await marking({ flag: '$Lurewatch' });
    assert.deepEqual(asked, [['1', '2', '3']]);
    assert.deepEqual(report, { marked: 3, vanished: 0 });
  });

  it('neither moves, flags nor deletes what was skipped', async () => {
    const { report, asked } = await marking('delete', { skipped: true });
    assert.deepEqual([report, asked], [{ marked: 0, vanished: 0 }, []]);
  });
});
