import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { createPrepareAlerts } from '../../src/activities/prepare-alerts.js';
import { configSchema } from '../../src/config/schema.js';
import { createExtractionPool } from '../../src/indicators/extraction-pool.js';
import { extractorVersion } from '../../src/indicators/extractor-version.js';
import { keys } from '../../src/ledger/keys.js';
import { FileStore } from '../../src/store/file-store.js';
import type { PreparedBatch } from '../../src/workflows/types.js';
import { testDependencies } from '../support/dependencies.js';
import { inFolder } from '../support/folder.js';
import { simpleMail } from '../support/mails.js';
import { MemorySource } from '../support/memory-source.js';
import { quietActivity } from '../support/quiet-activity.js';
import { ScriptedSink } from '../support/scripted-sink.js';
import { whereNothingTakesTime, whereReadingTakesLong } from '../support/slow-clock.js';

const uids = ['1', '2', '3', '4'] as const;
const extraction = createExtractionPool({ threads: 1 });
after(() => extraction.close());

/** One worker's `prepareAlerts`, over a mailbox of four mails. */
class Bench {
  readonly source = new MemorySource();
  readonly ledger;
  readonly store;
  readonly #folder: string;
  readonly #prepare;
  /** True: it dies before the first document of an alert is written. */
  dies = false;
  /** Called with the number of mails that are parsed. */
  onParse: (jobs: number) => void = () => undefined;

  constructor(store: FileStore, folder: string) {
    for (const uid of uids) this.source.mails.set(uid, simpleMail(`mail-${uid}`));
    this.store = store;
    this.#folder = folder;
    const createMany = store.createMany.bind(store);
    store.createMany = async (records) => {
      if (this.dies && records.some(({ key }) => key.startsWith('ledger/alerts/'))) throw new Error('died');
      return createMany(records);
    };
    const dependencies = testDependencies(store, {
      config: configSchema.parse({
        targets: { cases: { kind: 'file', path: './cases' } },
        mailboxes: {
          soc: { host: 'h', username: 'u', password: { env: 'P' }, targets: ['cases'], limits: { sizeBytes: 5_000 } },
        },
      }),
      sources: new Map([['soc', this.source]]),
      sinks: new Map([['cases', new ScriptedSink()]]),
      extraction: {
        ...extraction,
        extractMany: (jobs, ...rest) => {
          this.onParse(jobs.length);
          return extraction.extractMany(jobs, ...rest);
        },
      },
    });
    this.ledger = dependencies.ledger;
    this.#prepare = createPrepareAlerts(dependencies);
  }

  async prepare(): Promise<PreparedBatch> {
    const input = { mailbox: 'soc', ...this.source.place, uids };
    return quietActivity().run(this.#prepare, input);
  }

  async prepareQuickly(): Promise<PreparedBatch> {
    return whereNothingTakesTime(() => this.prepare());
  }

  /** All messages are read and parsed, and no alert is built. */
  async half(how: 'quickly' | 'slowly' = 'quickly'): Promise<void> {
    this.dies = true;
    const prepared = how === 'slowly' ? whereReadingTakesLong(extraction, () => this.prepare()) : this.prepareQuickly();
    await assert.rejects(prepared, /died/);
    this.dies = false;
    this.source.asked.length = 0;
  }

  async evidenceOf(uid: string): Promise<string> {
    const [record] = await this.ledger.messages.find('soc', this.source.place, [uid]);
    return record?.evidence ?? '';
  }

  /** Where the evidence of a message lies. */
  async fileOf(uid: string): Promise<string> {
    return join(this.#folder, keys.evidence(await this.evidenceOf(uid)));
  }

  /** All records of that kind, as a bad sector or a half-restored backup leaves them. */
  async damage(...path: readonly string[]): Promise<void> {
    const files = await readdir(join(this.#folder, ...path), { recursive: true, withFileTypes: true });
    for (const file of files) if (file.isFile()) await writeFile(join(file.parentPath, file.name), 'damaged');
  }

  async damageRecord(key: string): Promise<void> {
    // A file of its own: the names of its neighbours lead to the one it had.
    await rm(join(this.#folder, key));
    await writeFile(join(this.#folder, key), '{"version":1}\n');
  }

  async evidenceIsWhole(): Promise<void> {
    for (const uid of uids) assert.equal(await readFile(await this.fileOf(uid), 'utf8'), simpleMail(`mail-${uid}`));
  }
}

function withBench(work: (bench: Bench) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => work(new Bench(await FileStore.open(folder), folder)));
}

const uidsOf = (batch: PreparedBatch) => batch.messages.map(({ uid }) => uid);
const subjectsOf = (batch: PreparedBatch) => batch.rows.map(({ subject }) => subject).sort();
const allSubjects = uids.map((uid) => `Message mail-${uid}`);

describe('evidence that is not in the store as it was received', () => {
  for (const size of ['small', 'large'] as const) {
    it(`is read from the mailbox again, where its alert is not built yet (${size} mails)`, () =>
      withBench(async (bench) => {
        if (size === 'large') for (const uid of uids) bench.source.large.add(uid);
        await bench.half();
        await rm(await bench.fileOf('1'));
        await writeFile(await bench.fileOf('2'), '');
        await writeFile(await bench.fileOf('3'), simpleMail('forged'));
        const batch = await bench.prepare();
        assert.deepEqual(batch.unreadable, []);
        assert.deepEqual(subjectsOf(batch), allSubjects);
        assert.deepEqual(bench.source.asked, [['1', '2', '3']]);
        await bench.evidenceIsWhole();
      }));
  }

  it('is not looked for when its alert is built: what was built is what is sent', () =>
    withBench(async (bench) => {
      await bench.prepare();
      await rm(await bench.fileOf('1'));
      bench.source.asked.length = 0;
      assert.deepEqual(subjectsOf(await bench.prepare()), allSubjects);
      assert.deepEqual(bench.source.asked, []);
    }));

  it('is cut where it was cut before, so that it is the same message', () =>
    withBench(async (bench) => {
      const long = simpleMail('long', { body: `https://phish.example/long\r\n${'x'.repeat(20_000)}` });
      bench.source.mails.set('1', long);
      await bench.half();
      await rm(await bench.fileOf('1'));
      const batch = await bench.prepare();
      assert.deepEqual(batch.unreadable, []);
      assert.equal((await readFile(await bench.fileOf('1'))).length, 5_000);
    }));

  it('with other bytes of the same message stands under their own hash, which the alert names', () =>
    withBench(async (bench) => {
      await bench.half();
      await rm(await bench.fileOf('1'));
      const again = `Received: from elsewhere\r\n${simpleMail('mail-1')}`;
      bench.source.mails.set('1', again);
      const batch = await bench.prepare();
      const [document] = await bench.ledger.alerts.read(batch.messages.slice(0, 1).map(({ alertId }) => alertId));
      const [bytes] = await bench.store.readMany([keys.evidence(document?.evidence ?? '')]);
      assert.equal(bytes?.toString(), again);
    }));

  const losses = {
    'the mailbox gives another message under that UID': {
      change: (source: MemorySource) => source.mails.set('2', simpleMail('another')),
      words: /the mailbox gives another message now/,
    },
    'the mailbox no longer has it': {
      change: (source: MemorySource) => source.mails.delete('2'),
      words: /it is no longer in the mailbox/,
    },
    'the mailbox does not give it': {
      change: (source: MemorySource) => source.refused.add('2'),
      words: /does not give it \(.*the server did not give it/,
    },
  } as const;
  for (const [what, { change, words }] of Object.entries(losses)) {
    it(`and ${what}: the message is left out with the reason, and its neighbours go on`, () =>
      withBench(async (bench) => {
        await bench.half();
        await writeFile(await bench.fileOf('2'), 'damaged');
        change(bench.source);
        const batch = await bench.prepare();
        assert.deepEqual(uidsOf(batch), ['1', '3', '4']);
        assert.equal(batch.rows.length, 3);
        const [left] = batch.unreadable;
        assert.deepEqual([batch.unreadable.length, left?.uid, left?.code], [1, '2', 'LW_EVIDENCE_MISSING']);
        assert.match(left?.reason ?? '', words);
        assert.equal(await readFile(await bench.fileOf('2'), 'utf8'), 'damaged', 'nothing was put in its place');
      }));
  }

  it('keeps no mail from its alert that took long to parse, though the mailbox has it no more', () =>
    withBench(async (bench) => {
      await bench.half('slowly');
      await rm(await bench.fileOf('2'));
      bench.source.mails.delete('2');
      const batch = await bench.prepare();
      assert.deepEqual(subjectsOf(batch), allSubjects);
    }));
});

describe('what was found in mails', () => {
  it('is kept where it took long, and used by whoever goes on', () =>
    withBench(async (bench) => {
      await bench.half('slowly');
      assert.equal((await bench.store.list('extractions/')).length, uids.length);
      const parsed: number[] = [];
      bench.onParse = (jobs) => parsed.push(jobs);
      assert.deepEqual(subjectsOf(await bench.prepare()), allSubjects);
      assert.deepEqual(parsed, []);
    }));

  it('is not kept where that costs more than to parse them again', () =>
    withBench(async (bench) => {
      await bench.half();
      assert.deepEqual(await bench.store.list('extractions/'), []);
      assert.deepEqual(subjectsOf(await bench.prepareQuickly()), allSubjects);
      assert.deepEqual(await bench.store.list('extractions/'), []);
    }));
});

describe('a damaged record', () => {
  it('of what was found in a mail: the mail is parsed again, and the record stays as it is', () =>
    withBench(async (bench) => {
      await bench.half('slowly');
      await bench.damage('extractions');
      const batch = await bench.prepare();
      assert.deepEqual(subjectsOf(batch), allSubjects);
      assert.ok(batch.rows.every(({ urls }) => urls === 1));
      const [record] = await bench.store.readMany([keys.extraction(extractorVersion, await bench.evidenceOf('1'))]);
      assert.equal(record?.toString(), 'damaged');
    }));

  it('of which alert a message is: the message is read again, and no second alert is made of it', () =>
    withBench(async (bench) => {
      const first = await bench.prepare();
      await bench.damageRecord(keys.message('soc', bench.source.place, '3'));
      bench.source.asked.length = 0;
      const again = await bench.prepare();
      assert.deepEqual(again.rows, first.rows);
      assert.deepEqual(bench.source.asked, [['3']]);
    }));

  const beyondMending = {
    'of an alert': (alertId: string) => keys.alert(alertId),
    'of what became of an alert at a sink': (alertId: string) => keys.outcome('cases', alertId),
  } as const;
  for (const [what, keyOf] of Object.entries(beyondMending)) {
    it(`${what}: the message is left out with the reason, and its neighbours go on`, () =>
      withBench(async (bench) => {
        const { messages } = await bench.prepare();
        const alertId = messages[1]?.alertId ?? '';
        const owner = { workflowId: 'w', runId: 'r' };
        await bench.ledger.deliveries.recordOutcomes('cases', [
          { alertId, outcome: { version: 1, kind: 'delivered', reference: '', warnings: [], owner, atMs: 1 } },
        ]);
        await bench.damageRecord(keyOf(alertId));
        const batch = await bench.prepare();
        assert.deepEqual(uidsOf(batch), ['1', '3', '4']);
        assert.equal(batch.rows.length, 3);
        const [left] = batch.unreadable;
        assert.deepEqual([batch.unreadable.length, left?.uid, left?.code], [1, '2', 'LW_STORE_CORRUPT']);
        assert.ok(left?.reason.includes(keyOf(alertId)), left?.reason);
      }));
  }

  it('of who has a ticket id: the message is left out with the reason, and its neighbours go on', () =>
    withBench(async (bench) => {
      await bench.half();
      await bench.damageRecord(keys.holderOfName('mail-2@mail.example'));
      const batch = await bench.prepare();
      assert.deepEqual(uidsOf(batch), ['1', '3', '4']);
      assert.deepEqual(
        batch.unreadable.map(({ uid, code }) => [uid, code]),
        [['2', 'LW_STORE_CORRUPT']],
      );
    }));
});
