import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Dependencies, OpenDelivery } from '../../src/activities/dependencies.js';
import { createHandOver } from '../../src/activities/hand-over.js';
import { createListUnread } from '../../src/activities/list-unread.js';
import { createMarkSeen } from '../../src/activities/mark-seen.js';
import { createPrepareAlerts } from '../../src/activities/prepare-alerts.js';
import { createPreviewMessages } from '../../src/activities/preview-messages.js';
import type { AlertDocument } from '../../src/alerts/types.js';
import { configSchema } from '../../src/config/schema.js';
import { Exclusion } from '../../src/indicators/exclude/exclusion.js';
import { createExtractionPool } from '../../src/indicators/extraction-pool.js';
import { extractorVersion } from '../../src/indicators/extractor-version.js';
import { keys } from '../../src/ledger/keys.js';
import type { Outcome } from '../../src/ledger/records.js';
import { FileStore } from '../../src/store/file-store.js';
import type { DeliverMessageInput, PreparedBatch } from '../../src/workflows/types.js';
import { testDependencies } from '../support/dependencies.js';
import { inFolder } from '../support/folder.js';
import { simpleMail } from '../support/mails.js';
import { MemorySource } from '../support/memory-source.js';
import { quietActivity } from '../support/quiet-activity.js';
import { attachedMail, carriedMail, reportOf, simpleReport } from '../support/reports.js';
import { ScriptedSink } from '../support/scripted-sink.js';

const extraction = createExtractionPool({ threads: 1 });
after(() => extraction.close());

const outcome: Outcome = {
  version: 1,
  kind: 'delivered',
  reference: 'case',
  warnings: [],
  owner: { workflowId: 'w', runId: 'r' },
  atMs: 1,
};

/** One worker and a mailbox `soc` whose reports become an alert for each mail that they carry. */
class Bench {
  readonly source = new MemorySource();
  readonly folder: string;
  readonly store: FileStore;
  readonly dependencies: Dependencies;
  /** Alert ids that open workflows carry. */
  readonly carried = new Set<string>();
  readonly open: OpenDelivery[] = [];
  readonly started: (readonly [input: DeliverMessageInput, together: number])[] = [];
  readonly marked: string[] = [];
  /** True: it dies before the document of a report is written. */
  dies = false;

  constructor(store: FileStore, folder: string, alertFor: 'report' | 'originals') {
    this.folder = folder;
    this.store = store;
    const createMany = store.createMany.bind(store);
    store.createMany = async (records) => {
      if (this.dies && records.some(({ body }) => body.includes('"originalAlertIds"'))) throw new Error('died');
      return createMany(records);
    };
    const source = {
      ...this.source,
      fetch: this.source.fetch.bind(this.source),
      markSeen: async (_: unknown, uids: readonly string[]) => {
        this.marked.push(...uids);
        return { marked: uids, vanished: [], refused: [] };
      },
    };
    const config = configSchema.parse({
      targets: { cases: { kind: 'file', path: './cases' } },
      misp: { kind: 'feed', path: './feed' },
      exclude: { domains: ['excluded.example'] },
      mailboxes: {
        soc: {
          host: 'h',
          username: 'u',
          password: { env: 'P' },
          targets: ['cases'],
          authserv: 'mx.corp.example',
          alertFor,
        },
      },
    });
    this.dependencies = testDependencies(store, {
      config,
      exclusion: new Exclusion(config.exclude, []),
      sources: new Map([['soc', source]]),
      sinks: new Map([['cases', new ScriptedSink()]]),
      extraction,
      workflows: {
        isOpen: async () => false,
        isWorkflowOpen: async () => false,
        isInDelivery: async (_, alertId) => this.carried.has(alertId),
        openDeliveries: async () => this.open,
        startDelivery: async (...start) => {
          this.started.push(start);
          return true;
        },
        askForPoll: async () => 'asked',
      },
    });
  }

  async prepare(...uids: readonly string[]): Promise<PreparedBatch> {
    return this.#run(createPrepareAlerts(this.dependencies), { mailbox: 'soc', ...this.source.place, uids });
  }

  preview(...uids: readonly string[]) {
    return this.#run(createPreviewMessages(this.dependencies), { mailbox: 'soc', ...this.source.place, uids });
  }

  list() {
    return this.#run(createListUnread(this.dependencies), { mailbox: 'soc', pageSize: 100 });
  }

  mark(report: string) {
    return this.#run(createMarkSeen(this.dependencies), { mailbox: 'soc', ...this.source.place, uids: ['1'], report });
  }

  handOver(messages: Parameters<ReturnType<typeof createHandOver>>[0]['messages']) {
    return this.#run(createHandOver(this.dependencies), { mailbox: 'soc', ...this.source.place, messages });
  }

  async documents(alertIds: readonly string[]): Promise<readonly AlertDocument[]> {
    return this.dependencies.ledger.alerts.read(alertIds);
  }

  async reach(...alertIds: readonly string[]): Promise<void> {
    const outcomes = alertIds.map((alertId) => ({ alertId, outcome }));
    await this.dependencies.ledger.deliveries.recordOutcomes('cases', outcomes);
  }

  #run<I, R>(activity: (input: I) => Promise<R>, input: I): Promise<R> {
    return quietActivity().run(activity, input);
  }
}

function withBench(
  work: (bench: Bench) => Promise<void>,
  alertFor: 'report' | 'originals' = 'originals',
): Promise<void> {
  return inFolder(async (folder) => work(new Bench(await FileStore.open(folder), folder, alertFor)));
}

const idsOf = ({ messages: [message] }: PreparedBatch) => message?.alertIds ?? [];

describe('a report whose mails become alerts', () => {
  it('gives each of them an alert of its fields, and tells who reported it how', () =>
    withBench(async (bench) => {
      bench.source.mails.set('1', simpleReport('r', ['one', 'two']));
      const batch = await bench.prepare('1');
      const [message] = batch.messages;
      assert.equal(message?.state, 'fresh');
      assert.deepEqual(
        batch.rows.map(({ alertId, subject }) => [alertId, subject]),
        idsOf(batch).map((alertId, index) => [alertId, `Your account ${['one', 'two'][index]}`]),
      );
      const [first, second] = await bench.documents(idsOf(batch));
      assert.ok(first && second);
      const start = String(Date.UTC(2026, 1, 1, 7));
      assert.deepEqual(first.alert.events, [
        {
          StartTime: start,
          EndTime: start,
          event_name: 'Suspicious email',
          device_product: 'Mail',
          Subject: 'Your account one',
          SourceUserName: '"Bank one" <no-reply@one.example>',
          DestinationUserName: 'jane@corp.example',
          found_url: 'https://phish.example/one',
          found_url_kind: 'text',
          found_domain: 'phish.example',
          received_ip: '203.0.113.77',
          reply_to: 'answers@one-mail.example',
          reported_by: '"Jane Doe" <jane@corp.example>',
          report_subject: 'Report r',
          report_message_id: 'report-r@corp.example',
          report_url: 'https://corp.example/me',
          findings: first.findings.map(({ text }) => text).join('; '),
        },
      ]);
      assert.equal(first.alert.name, 'Your account one');
      assert.equal(first.alert.ticket_id, 'original-one@mail.example');
      assert.equal(first.alert.display_id, first.alertId);
      assert.ok(second.alert.events[0] !== undefined && !('report_url' in second.alert.events[0]), 'told once');
      const [report] = await bench.documents([message?.alertId ?? '']);
      assert.equal(report?.evidence, first.evidence);
      assert.deepEqual(report?.originalAlertIds, idsOf(batch));
      assert.equal(report?.mispEvent, null);
      assert.notEqual(first.mispEvent?.uuid, second.mispEvent?.uuid);
      assert.equal(first.mispEvent?.info, 'Suspicious email: Your account one');
      assert.ok(!JSON.stringify(first.mispEvent).includes('example/two'));
    }));

  it('takes the time of its arrival where the date of a mail in it lies behind that', () =>
    withBench(async (bench) => {
      const late = carriedMail('late').replace('1 Feb 2026', '1 Feb 2036');
      bench.source.mails.set('1', reportOf('r', [attachedMail(late)]));
      const [document] = await bench.documents(idsOf(await bench.prepare('1')));
      assert.equal(document?.alert.start_time, 1_770_000_000_000);
    }));

  it('leaves out of each mail what is excluded, and of what it holds itself', () =>
    withBench(async (bench) => {
      const body = '\r\nhttps://x.excluded.example/ https://kept.example/';
      const note = 'https://me.excluded.example/ https://note.example/';
      bench.source.mails.set('1', reportOf('r', [attachedMail(carriedMail('a', [], body))], note));
      const [document] = await bench.documents(idsOf(await bench.prepare('1')));
      assert.deepEqual(document?.urls, ['https://kept.example/']);
      assert.equal(document?.alert.events[0]?.report_url, 'https://note.example/');
      assert.ok(!JSON.stringify(document).includes('x.excluded.example'));
    }));

  it('gives two alerts where two people report the same mail', () =>
    withBench(async (bench) => {
      bench.source.mails.set('1', simpleReport('first', ['one']));
      bench.source.mails.set('2', simpleReport('second', ['one']));
      const { messages, rows } = await bench.prepare('1', '2');
      const [one, other] = messages.flatMap(({ alertIds = [] }) => alertIds);
      assert.equal(rows.length, 2);
      assert.notEqual(one, other);
      const documents = await bench.documents([one ?? '', other ?? '']);
      assert.equal(new Set(documents.map(({ ticketId }) => ticketId)).size, 2);
    }));

  it('is one alert, as always, where it carries none or the mailbox asks for one', async () => {
    await withBench(async (bench) => {
      bench.source.mails.set('1', simpleMail('plain'));
      const { messages, rows } = await bench.prepare('1');
      assert.deepEqual(Object.keys(messages[0] ?? {}).sort(), ['alertId', 'state', 'uid']);
      assert.deepEqual(
        rows.map(({ alertId }) => alertId),
        messages.map(({ alertId }) => alertId),
      );
    });
    await withBench(async (bench) => {
      bench.source.mails.set('1', simpleReport('r', ['one', 'two']));
      const { messages, rows } = await bench.prepare('1');
      assert.deepEqual([messages.length, rows.length, messages[0]?.alertIds], [1, 1, undefined]);
      const [document] = await bench.documents([messages[0]?.alertId ?? '']);
      assert.equal(document?.alert.events[0]?.orig_count, '2');
    }, 'report');
  });

  it('is shown mail by mail by a dry run, with the alert ids that they will have', () =>
    withBench(async (bench) => {
      bench.source.mails.set('1', simpleReport('r', ['one', 'two']));
      const lines = await bench.preview('1');
      assert.deepEqual(await bench.store.list('ledger/'), []);
      const expected = idsOf(await bench.prepare('1'));
      assert.deepEqual(
        lines.map((line) => ('unreadable' in line ? line : [line.alertId, line.subject, line.reportedBy, line.urls])),
        ['one', 'two'].map((name, index) => [
          expected[index],
          `Your account ${name}`,
          '"Jane Doe" <jane@corp.example>',
          [`https://phish.example/${name}`],
        ]),
      );
    }));
});

describe('what was decided of a report', () => {
  it('is made again alike after a death between its mails and itself', () =>
    withBench(async (bench) => {
      bench.source.mails.set('1', simpleReport('r', ['one', 'two']));
      bench.dies = true;
      await assert.rejects(bench.prepare('1'), /died/);
      const before = await bench.store.list('ledger/alerts/');
      assert.equal(before.length, 2);
      bench.dies = false;
      const batch = await bench.prepare('1');
      assert.equal((await bench.store.list('ledger/alerts/')).length, 3);
      assert.deepEqual(
        before.map((key) => key.slice(key.lastIndexOf('/') + 1, -'.json'.length)).sort(),
        [...idsOf(batch)].sort(),
      );
    }));

  it('stands, whatever another release of the extractor would find in it', () =>
    withBench(async (bench) => {
      bench.source.mails.set('1', simpleReport('r', ['one', 'two']));
      const before = idsOf(await bench.prepare('1'));
      await bench.store.remove(keys.extraction(extractorVersion, await evidenceOf(bench)));
      bench.source.mails.set('1', simpleReport('r', ['one', 'two', 'three']));
      assert.deepEqual(idsOf(await bench.prepare('1')), before);
    }));

  it('keeps the message unread, and says so, where the document of one of its mails is damaged', () =>
    withBench(async (bench) => {
      bench.source.mails.set('1', simpleReport('r', ['one', 'two']));
      bench.source.mails.set('2', simpleReport('s', ['three']));
      const [first = ''] = idsOf(await bench.prepare('1'));
      const path = join(bench.folder, keys.alert(first));
      await rm(path);
      await writeFile(path, '{"version":1}\n');
      const batch = await bench.prepare('1', '2');
      assert.deepEqual(
        batch.messages.map(({ uid }) => uid),
        ['2'],
      );
      assert.deepEqual(
        batch.unreadable.map(({ uid, code }) => [uid, code]),
        [['1', 'LW_STORE_CORRUPT']],
      );
    }));
});

describe('a report on its way', () => {
  it('is marked only when the last of its mails has reached every sink', () =>
    withBench(async (bench) => {
      bench.source.mails.set('1', simpleReport('r', ['one', 'two']));
      const batch = await bench.prepare('1');
      const [first = '', second = ''] = idsOf(batch);
      const report = batch.messages[0]?.alertId ?? '';
      await bench.reach(first);
      assert.deepEqual(await bench.mark(report), { marked: 0, vanished: 0, waits: true });
      assert.equal((await bench.prepare('1')).messages[0]?.state, 'known');
      assert.deepEqual(bench.marked, []);
      await bench.reach(second);
      assert.equal((await bench.prepare('1')).messages[0]?.state, 'reached');
      assert.deepEqual(await bench.mark(report), { marked: 1, vanished: 0 });
      assert.deepEqual(bench.marked, ['1']);
    }));

  it('is left to the workflows that have its mails, and what none has is brought to the sinks', () =>
    withBench(async (bench) => {
      bench.source.mails.set('1', simpleReport('r', ['one', 'two', 'three']));
      const [first = '', second = '', third = ''] = idsOf(await bench.prepare('1'));
      await bench.reach(first);
      bench.carried.add(second);
      const batch = await bench.prepare('1');
      assert.deepEqual(batch.messages[0]?.alertIds, [first, third]);
      assert.equal(batch.messages[0]?.othersCarried, true);
      assert.deepEqual(
        batch.rows.map(({ alertId }) => alertId),
        [first, third],
      );
      bench.carried.add(third);
      assert.equal((await bench.prepare('1')).messages[0]?.state, 'carried');
    }));

  it('is handed over mail by mail and counts once', () =>
    withBench(async (bench) => {
      bench.source.mails.set('1', simpleReport('r', ['one', 'two']));
      const batch = await bench.prepare('1');
      const report = batch.messages[0]?.alertId ?? '';
      const sinks = [{ sink: 'cases' }];
      const messages = idsOf(batch).map((alertId) => ({ uid: '1', alertId, report, sinks }));
      assert.deepEqual(await bench.handOver(messages), { started: 1 });
      assert.deepEqual(
        bench.started.map(([{ alertId, report: of, subject }, together]) => [alertId, of, subject, together]),
        idsOf(batch).map((alertId, index) => [alertId, report, `Your account ${['one', 'two'][index]}`, 2]),
      );
    }));

  it('is passed over by polls while all that was handed over is open, and looked at again when some is gone', () =>
    withBench(async (bench) => {
      bench.source.mails.set('1', simpleReport('r', ['one', 'two']));
      bench.source.mails.set('2', simpleMail('other'));
      const delivery = { ...bench.source.place, uid: '1', held: false, together: 2 };
      bench.open.push(delivery, { ...delivery, held: true });
      const page = await bench.list();
      assert.deepEqual([page.openDeliveries, page.held, page.inDelivery], [1, 1, 0]);
      assert.deepEqual(page.folders[0]?.uids, ['2']);
      assert.equal(page.plan.batchSize, 10);
      bench.open.pop();
      assert.deepEqual((await bench.list()).folders[0]?.uids, ['1', '2']);
    }));

  it('of the worst kind leaves a small history: ten reports of twenty mails each', () =>
    withBench(async (bench) => {
      const names = (report: number) => Array.from({ length: 20 }, (_, index) => `mail-${report}-${index}`);
      const uids = Array.from({ length: 10 }, (_, index) => String(index + 1));
      for (const uid of uids) bench.source.mails.set(uid, simpleReport(`r${uid}`, names(Number(uid))));
      const batch = await bench.prepare(...uids);
      assert.equal(batch.rows.length, 200);
      assert.ok(JSON.stringify(batch).length < 64 * 1024, `${JSON.stringify(batch).length} bytes`);
    }));
});

async function evidenceOf(bench: Bench): Promise<string> {
  const [record] = await bench.dependencies.ledger.messages.find('soc', bench.source.place, ['1']);
  return record?.evidence ?? '';
}
