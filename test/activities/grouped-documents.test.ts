import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { createPrepareAlerts } from '../../src/activities/prepare-alerts.js';
import type { AlertDocument } from '../../src/alerts/types.js';
import { configSchema } from '../../src/config/schema.js';
import { createExtractionPool } from '../../src/indicators/extraction-pool.js';
import { FileStore } from '../../src/store/file-store.js';
import type { PreparedBatch } from '../../src/workflows/types.js';
import { testDependencies } from '../support/dependencies.js';
import { inFolder } from '../support/folder.js';
import { MemorySource } from '../support/memory-source.js';
import { quietActivity } from '../support/quiet-activity.js';
import { attachedMail, mixed } from '../support/reports.js';
import { ScriptedSink } from '../support/scripted-sink.js';

const extraction = createExtractionPool({ threads: 1 });
after(() => extraction.close());

/** A copy of one phishing mail, as `name` gets it. */
function copy(name: string, number: number, subject = `${name}: invoice ${number} is overdue`): string {
  return [
    `Message-ID: <${name}-${number}@mailer${number}.phish.example>`,
    'Date: Mon, 2 Feb 2026 10:00:00 +0000',
    `From: "Billing ${number}" <b${number}@mailer${number}.phish.example>`,
    `To: "${name}" <${name.toLowerCase()}@corp.example>`,
    `Subject: ${subject}`,
    '',
    `Pay: https://u${number}.pay.example/${number}?for=${name}`,
  ].join('\r\n');
}

/** What an employee makes of a mail that she reports. */
function report(name: string, mail: string): string {
  return mixed(
    [
      `Message-ID: <report-of-${name}@corp.example>`,
      `From: ${name} <${name.toLowerCase()}@corp.example>`,
      'To: phishing@corp.example',
      `Subject: ${name} thinks this is phishing`,
      'MIME-Version: 1.0',
    ],
    [`Content-Type: text/plain\r\n\r\nhttps://${name.toLowerCase()}.example/my-signature`, attachedMail(mail)],
  );
}

function forward(name: string, number: number): string {
  const [header = '', body = ''] = copy(name, number).split('\r\n\r\n');
  const field = (label: string) => new RegExp(`^${label}: (.*)$`, 'm').exec(header)?.[1];
  return [
    `Message-ID: <forward-of-${name}@corp.example>`,
    `From: ${name} <${name.toLowerCase()}@corp.example>`,
    'To: phishing@corp.example',
    `Subject: Fwd: ${field('Subject')}`,
    '',
    `See https://${name.toLowerCase()}.example/my-signature`,
    '',
    '---------- Forwarded message ---------',
    `From: ${field('From')}`,
    'Date: Mon, Feb 2, 2026 at 10:00 AM',
    `Subject: ${field('Subject')}`,
    `To: ${name} <${name.toLowerCase()}@corp.example>`,
    '',
    body,
  ].join('\r\n');
}

/** No two messages share one. */
let lastUid = 0;

type Settings = Readonly<Record<string, unknown>>;

/** A worker with its own view of a store that others may share, and a mailbox of these mails. */
class Worker {
  readonly source = new MemorySource();
  readonly store: FileStore;
  readonly #prepare;
  /** True: it dies before the first document of an alert is written. */
  dies = false;

  constructor(store: FileStore, mails: readonly string[], settings: Settings) {
    for (const mail of mails) this.source.mails.set(String(++lastUid), mail);
    this.store = store;
    const createMany = store.createMany.bind(store);
    store.createMany = async (records) => {
      if (this.dies && records.some(({ key }) => key.startsWith('ledger/alerts/'))) throw new Error('died');
      return createMany(records);
    };
    const account = { host: 'h', username: 'u', password: { env: 'P' }, targets: ['cases'] };
    const dependencies = testDependencies(store, {
      config: configSchema.parse({
        targets: { cases: { kind: 'file', path: './cases' } },
        mailboxes: { soc: { ...account, ...settings } },
      }),
      sources: new Map([['soc', this.source]]),
      sinks: new Map([['cases', new ScriptedSink()]]),
      extraction,
    });
    this.#prepare = createPrepareAlerts(dependencies);
    this.documents = async (alertIds) => dependencies.ledger.alerts.read(alertIds);
  }

  readonly documents: (alertIds: readonly string[]) => Promise<readonly AlertDocument[]>;

  /** What is sent for each of the mails, in their order. */
  async sent(): Promise<readonly (readonly AlertDocument[])[]> {
    const input = { mailbox: 'soc', ...this.source.place, uids: [...this.source.mails.keys()] };
    const run: Promise<PreparedBatch> = quietActivity().run(this.#prepare, input);
    const { messages } = await run;
    return Promise.all(messages.map(({ alertId, alertIds = [alertId] }) => this.documents(alertIds)));
  }

  async keys(): Promise<readonly (string | undefined)[]> {
    return (await this.sent()).flat().map(({ alert }) => alert.source_grouping_identifier);
  }
}

const on: Settings = { campaigns: true };

function withWorkers(
  work: (worker: (mails: readonly string[], settings?: Settings) => Promise<Worker>) => Promise<void>,
) {
  return () =>
    inFolder((folder) =>
      work(async (mails, settings = on) => new Worker(await FileStore.open(folder), mails, settings)),
    );
}

describe('the grouping key of an alert', () => {
  it(
    'is one for the copies of a mail, another for another mail, and none for one that says nothing',
    withWorkers(async (worker) => {
      const nothing = 'Message-ID: <n@mail.example>\r\nFrom: a@phish.example\r\nSubject: 4711\r\n\r\nHello';
      const mails = [copy('Ada', 1), copy('Grace', 2), copy('Alan', 3, 'Your parcel waits'), nothing];
      const [ada, grace, alan, none] = await (await worker(mails)).keys();
      assert.match(ada ?? '', /^lw-[a-z2-7]{16}-20260202T024000Z$/);
      assert.equal(grace, ada);
      assert.match(alan ?? '', /^lw-[a-z2-7]{16}-20260202T024000Z$/);
      assert.notEqual(alan, ada);
      assert.equal(none, undefined);
    }),
  );

  it(
    'is not there without `campaigns`, and nothing else of the alert changes with it',
    withWorkers(async (worker) => {
      const without = await worker([copy('Ada', 1)], {});
      const [[document] = []] = await without.sent();
      assert.ok(document !== undefined && !('source_grouping_identifier' in document.alert));
      for (const folder of ['campaigns/', 'ledger/campaigns/']) assert.deepEqual(await without.store.list(folder), []);
      await inFolder(async (folder) => {
        const [[grouped] = []] = await new Worker(await FileStore.open(folder), [copy('Ada', 1)], on).sent();
        assert.ok(grouped !== undefined);
        const { source_grouping_identifier: key, ...alert } = grouped.alert;
        assert.equal(typeof key, 'string');
        assert.deepEqual({ ...grouped, alert }, document);
      });
    }),
  );

  it(
    'stays what it was in the alert’s document, whatever the configuration says later',
    withWorkers(async (worker) => {
      const [key] = await (await worker([copy('Ada', 1)])).keys();
      assert.deepEqual(await (await worker([copy('Ada', 1)], {})).keys(), [key]);
      assert.deepEqual(await (await worker([copy('Ada', 1)], { campaigns: { window: '1h' } })).keys(), [key]);
    }),
  );

  it(
    'is the same for reports of one mail by many, attached or forwarded, and for the mail itself',
    withWorkers(async (worker) => {
      const mails = [
        copy('Edsger', 9),
        report('Ada', copy('Ada', 1)),
        report('Grace', copy('Grace', 2)),
        forward('Alan', 3),
        forward('Barbara', 4),
      ];
      const keys = await (await worker(mails)).keys();
      assert.equal(keys.length, 5);
      assert.ok(keys[0] !== undefined);
      assert.equal(new Set(keys).size, 1, String(keys));
    }),
  );

  it(
    'is that of the carried mail where each is an alert of its own, and the report has none',
    withWorkers(async (worker) => {
      const settings = { ...on, alertFor: 'originals' };
      const reports = ['Ada', 'Grace'].map((name, index) => report(name, copy(name, index)));
      const reporters = await worker([...reports, copy('Edsger', 9)], settings);
      const keys = await reporters.keys();
      assert.equal(keys.length, 3);
      assert.equal(new Set(keys).size, 1, String(keys));
      const all = await reporters.store.list('ledger/alerts/');
      const documents = await reporters.documents(all.map((key) => key.slice(key.lastIndexOf('/') + 1, -5)));
      const whole = documents.filter(({ originalAlertIds }) => originalAlertIds !== undefined);
      assert.equal(whole.length, 2);
      assert.ok(whole.every(({ alert }) => alert.source_grouping_identifier === undefined));
    }),
  );

  it(
    'is a report’s own where it carries several mails, and a reply’s own though it quotes one',
    withWorkers(async (worker) => {
      const several = report('Ada', copy('Ada', 1)).replace(
        /--report--/,
        `--report\r\n${attachedMail(copy('Ada', 2, 'Another subject'))}\r\n--report--`,
      );
      const reply = forward('Alan', 3).replace('Subject: Fwd:', 'Subject: Re:');
      const keys = await (await worker([copy('Edsger', 9), several, reply])).keys();
      assert.equal(new Set(keys).size, 3, String(keys));
    }),
  );

  it(
    'is shared by batches, but not by environments',
    withWorkers(async (worker) => {
      const [first] = await (await worker([copy('Ada', 1)])).keys();
      const [second] = await (await worker([copy('Grace', 2)])).keys();
      const [elsewhere] = await (await worker([copy('Alan', 3)], { ...on, environment: 'Tokyo' })).keys();
      assert.equal(second, first);
      assert.notEqual(elsewhere, first);
    }),
  );

  it(
    'is one where workers meet the copies at the same moment',
    withWorkers(async (worker) => {
      const batches = Array.from({ length: 4 }, (_, batch) =>
        Array.from({ length: 5 }, (_, index) => copy('Ada', batch * 5 + index)),
      );
      const workers = await Promise.all(batches.map((mails) => worker(mails)));
      const keys = (await Promise.all(workers.map((one) => one.keys()))).flat();
      assert.equal(keys.length, 20);
      assert.equal(new Set(keys).size, 1, String(keys));
    }),
  );

  it(
    'outlives the worker that dies between deciding and using it',
    withWorkers(async (worker) => {
      const doomed = await worker([copy('Ada', 1)]);
      doomed.dies = true;
      await assert.rejects(doomed.sent(), /died/);
      const decided = await doomed.store.list('campaigns/');
      assert.equal(decided.length, 2);
      assert.equal((await doomed.store.list('ledger/campaigns/')).length, 1, 'what has a key is found by it');
      const keys = await (await worker([copy('Grace', 2), copy('Ada', 1)])).keys();
      assert.equal(new Set(keys).size, 1);
      assert.deepEqual(await doomed.store.list('campaigns/'), decided);
    }),
  );
});
