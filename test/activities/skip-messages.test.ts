import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { countOlder, createListUnread, listWaiting } from '../../src/activities/list-unread.js';
import { createPrepareAlerts } from '../../src/activities/prepare-alerts.js';
import { createPreviewMessages } from '../../src/activities/preview-messages.js';
import { createRecordProgress } from '../../src/activities/record-progress.js';
import { type Config, configSchema, type MailboxConfig } from '../../src/config/schema.js';
import { createExtractionPool } from '../../src/indicators/extraction-pool.js';
import { FileStore } from '../../src/store/file-store.js';
import { testDependencies } from '../support/dependencies.js';
import { inFolder } from '../support/folder.js';
import { simpleMail } from '../support/mails.js';
import { MemorySource } from '../support/memory-source.js';
import { quietActivity } from '../support/quiet-activity.js';
import { ScriptedSink } from '../support/scripted-sink.js';

const extraction = createExtractionPool({ threads: 1 });
after(() => extraction.close());

const uids = ['1', '2', '3', '4'] as const;
const skip = { subject: ['mail-2$'], body: ['phish\\.example/mail-3 today'] };

type Mailboxes = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Mailboxes of the same four mails, with what a worker does to them. */
class Bench {
  readonly source = new MemorySource();
  readonly store: FileStore;
  /** Keys of which none can be written: the worker dies there. */
  diesAt: RegExp | undefined;
  #config: Config;

  constructor(store: FileStore, mailboxes: Mailboxes) {
    for (const uid of uids) this.source.mails.set(uid, simpleMail(`mail-${uid}`));
    this.store = store;
    const createMany = store.createMany.bind(store);
    store.createMany = async (records) => {
      if (records.some(({ key }) => this.diesAt?.test(key))) throw new Error('died');
      return createMany(records);
    };
    this.#config = configOf(mailboxes);
  }

  /** As a worker that was started with another configuration. */
  configure(mailboxes: Mailboxes): void {
    this.#config = configOf(mailboxes);
  }

  async prepare(mailbox = 'soc', place = this.source.place) {
    return this.#run(createPrepareAlerts(this.dependencies()), { mailbox, ...place, uids });
  }

  async states(mailbox = 'soc'): Promise<readonly string[]> {
    return (await this.prepare(mailbox)).messages.map(({ state }) => state);
  }

  async waiting(): Promise<readonly string[]> {
    const { config, ledger } = this.dependencies();
    const soc: MailboxConfig | undefined = config.mailboxes.soc;
    assert.ok(soc !== undefined);
    return (await listWaiting(ledger, { name: 'soc', config: soc, source: this.source }, 'INBOX')).uids;
  }

  async recordProgress(): Promise<void> {
    await this.#run(createRecordProgress(this.dependencies()), { mailbox: 'soc' });
  }

  async preview() {
    return this.#run(createPreviewMessages(this.dependencies()), { mailbox: 'soc', ...this.source.place, uids });
  }

  async plan() {
    return (await this.#run(createListUnread(this.dependencies()), { mailbox: 'soc', pageSize: 10 })).plan;
  }

  dependencies() {
    const sources = Object.keys(this.#config.mailboxes).map((name) => [name, this.source] as const);
    return testDependencies(this.store, {
      config: this.#config,
      sources: new Map(sources),
      sinks: new Map([['cases', new ScriptedSink()]]),
      extraction,
    });
  }

  #run<Input, Output>(activity: (input: Input) => Promise<Output>, input: Input): Promise<Output> {
    return quietActivity().run(activity, input) as Promise<Output>;
  }
}

function configOf(mailboxes: Mailboxes): Config {
  const usual = { host: 'h', username: 'u', password: { env: 'P' }, targets: ['cases'] };
  return configSchema.parse({
    targets: { cases: { kind: 'file', path: './cases' } },
    mailboxes: Object.fromEntries(Object.entries(mailboxes).map(([name, more]) => [name, { ...usual, ...more }])),
  });
}

function withBench(mailboxes: Mailboxes, work: (bench: Bench) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => work(new Bench(await FileStore.open(folder), mailboxes)));
}

describe('a mail that a mailbox skips', () => {
  it('becomes no alert; its neighbours do, and the ledger says which expression it was', () =>
    withBench({ soc: { skip } }, async (bench) => {
      const { messages, rows, skipped } = await bench.prepare();
      assert.deepEqual(
        messages.map(({ state }) => state),
        ['fresh', 'skipped', 'skipped', 'fresh'],
      );
      assert.deepEqual(rows.map(({ subject }) => subject).sort(), ['Message mail-1', 'Message mail-4']);
      assert.deepEqual(
        skipped?.map(({ subject, why }) => [subject, why]),
        [
          ['Message mail-2', 'subject matches mail-2$'],
          ['Message mail-3', 'body matches phish\\.example/mail-3 today'],
        ],
      );
      const { ledger } = bench.dependencies();
      const [record, ...others] = await ledger.skips.named('mail-2@mail.example');
      assert.deepEqual(others, []);
      assert.deepEqual(record?.rule, { field: 'subject', expression: 'mail-2$' });
      assert.deepEqual(await ledger.skips.named(record?.alertId ?? ''), [record]);
      assert.deepEqual((await ledger.alerts.find([record?.alertId ?? '']))[0], undefined);
      assert.equal((await bench.store.list('evidence/')).length, uids.length, 'the raw mail is kept as any other');
    }));

  for (const [point, diesAt] of [
    ['evidence', /^evidence\//],
    ['the decision', /^ledger\/skips\/mailboxes\//],
    ['the alerts of its neighbours', /^ledger\/alerts\//],
  ] as const) {
    it(`is decided alike by a worker that follows on one that died before it kept ${point}`, () =>
      withBench({ soc: { skip } }, async (bench) => {
        bench.diesAt = diesAt;
        await assert.rejects(bench.prepare(), /died/);
        bench.diesAt = undefined;
        const { messages, skipped } = await bench.prepare();
        assert.deepEqual(
          messages.map(({ state }) => state === 'skipped'),
          [false, true, true, false],
        );
        assert.equal(skipped?.length, 2);
        assert.deepEqual((await bench.states()).filter((state) => state === 'skipped').length, 2, 'and once more');
      }));
  }

  it('is looked at again where the expressions change, and becomes an alert then', () =>
    withBench({ soc: { skip } }, async (bench) => {
      await bench.prepare();
      bench.configure({ soc: { skip: { subject: ['mail-2$'] } } });
      assert.deepEqual((await bench.prepare()).rows.map(({ subject }) => subject).sort(), [
        'Message mail-1',
        'Message mail-3',
        'Message mail-4',
      ]);
    }));

  it('is not one that the mailbox made an alert of before the expression came, under whatever number', () =>
    withBench({ soc: {} }, async (bench) => {
      await bench.prepare();
      bench.configure({ soc: { skip } });
      assert.deepEqual(await bench.states(), ['known', 'known', 'known', 'known']);
      const renumbered = await bench.prepare('soc', { ...bench.source.place, uidValidity: '8' });
      assert.deepEqual(new Set(renumbered.messages.map(({ state }) => state)), new Set(['fresh']));
    }));

  it('is not one that the mailbox made an alert of since, under other expressions', () =>
    withBench({ soc: { skip } }, async (bench) => {
      await bench.prepare();
      bench.configure({ soc: {} });
      assert.equal((await bench.prepare()).rows.length, 4);
      bench.configure({ soc: { skip } });
      assert.deepEqual(await bench.states(), ['known', 'known', 'known', 'known']);
      bench.configure({ soc: { skip: { ...skip, mark: false } } });
      assert.deepEqual(await bench.waiting(), ['1', '2', '3', '4']);
      bench.configure({ soc: { skip, read: 'new' } });
      await bench.recordProgress();
      assert.deepEqual(await bench.waiting(), ['1', '2', '3', '4']);
    }));

  it('is one for its mailbox alone', () =>
    withBench({ soc: { skip }, other: {} }, async (bench) => {
      assert.deepEqual(await bench.states('other'), ['fresh', 'fresh', 'fresh', 'fresh']);
      assert.deepEqual(await bench.states(), ['fresh', 'skipped', 'skipped', 'fresh']);
      assert.equal((await bench.prepare('other')).rows.length, 4);
      assert.deepEqual(await bench.states(), ['known', 'skipped', 'skipped', 'known']);
    }));

  it('stays unread with `mark: false`, and is listed no more', () =>
    withBench({ soc: { skip: { ...skip, mark: false } } }, async (bench) => {
      assert.equal((await bench.plan()).leavesSkipped, true);
      assert.deepEqual(await bench.waiting(), ['1', '2', '3', '4']);
      await bench.prepare();
      assert.deepEqual(await bench.waiting(), ['1', '4']);
      bench.configure({ soc: { skip: { subject: ['mail-4$'], mark: false } } });
      assert.deepEqual(await bench.waiting(), ['1', '2', '3', '4'], 'other expressions decide anew');
    }));

  it('is dealt with in a `read: new` mailbox', () =>
    withBench({ soc: { skip, read: 'new' } }, async (bench) => {
      await bench.prepare();
      await bench.recordProgress();
      assert.deepEqual(await bench.waiting(), ['1', '4']);
    }));

  it('is shown by a dry run with its expression', () =>
    withBench({ soc: { skip } }, async (bench) => {
      const lines = await bench.preview();
      assert.deepEqual(
        lines.map((line) => ('skippedBy' in line ? line.skippedBy : '')),
        ['', 'subject matches mail-2$', 'body matches phish\\.example/mail-3 today', ''],
      );
      assert.deepEqual(await bench.store.list('ledger/'), []);
    }));
});

describe('a mailbox with `daysBack`', () => {
  const day = 24 * 60 * 60_000;

  it('looks at what was received within so many days, or since the later `since`', () =>
    withBench({ soc: { daysBack: 3 } }, async (bench) => {
      const since: number[] = [];
      const list = bench.source.list;
      Object.assign(bench.source, {
        list: async (_: string, options: { readonly since?: Date }) => {
          since.push(options.since?.getTime() ?? 0);
          return list();
        },
      });
      const before = Date.now();
      await bench.waiting();
      const after = Date.now();
      assert.ok((since[0] ?? 0) >= before - 3 * day && (since[0] ?? 0) <= after - 3 * day);
      bench.configure({ soc: { daysBack: 3, since: '2999-01-01' } });
      await bench.waiting();
      assert.equal(since[1], Date.parse('2999-01-01T00:00:00Z'));
      bench.configure({ soc: { since: '2026-11-22T16:30:00.5+02:00' } });
      await bench.waiting();
      assert.equal(since[2], Date.parse('2026-11-22T14:30:00Z'));
    }));

  it('knows how many unread are older than that, and nothing of it without', () =>
    withBench({ soc: {} }, async (bench) => {
      const received = new Map(uids.map((uid, index) => [uid as string, Date.now() - index * 2 * day]));
      Object.assign(bench.source, {
        list: async (_: string, { since }: { readonly since?: Date }) => ({
          ...bench.source.place,
          uidNext: '',
          uids: uids.filter((uid) => (received.get(uid) ?? 0) >= (since?.getTime() ?? 0)),
        }),
      });
      const { soc } = configOf({ soc: { daysBack: 3 } }).mailboxes;
      const { soc: without } = configOf({ soc: {} }).mailboxes;
      assert.ok(soc !== undefined && without !== undefined);
      assert.equal(await countOlder({ config: soc, source: bench.source }), 2);
      assert.equal(await countOlder({ config: without, source: bench.source }), undefined);
    }));
});
