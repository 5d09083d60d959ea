import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Dependencies } from '../../src/activities/dependencies.js';
import { createExpireEvidencePage } from '../../src/activities/expire-evidence-page.js';
import { configSchema } from '../../src/config/schema.js';
import { keys } from '../../src/ledger/keys.js';
import type { Outcome } from '../../src/ledger/records.js';
import { alertIdOf, MessageIdentity } from '../../src/mail/identity.js';
import type { ExpiredPage } from '../../src/retention/types.js';
import { FileStore } from '../../src/store/file-store.js';
import { alertDocument } from '../support/alert-documents.js';
import { testDependencies } from '../support/dependencies.js';
import { inFolder } from '../support/folder.js';
import { simpleMail } from '../support/mails.js';
import { MemorySource } from '../support/memory-source.js';
import { quietActivity } from '../support/quiet-activity.js';
import { ScriptedSink } from '../support/scripted-sink.js';

const dayMs = 24 * 60 * 60 * 1000;
const owner = { workflowId: 'ingest-soc-1', runId: 'run-1' };
const delivered: Outcome = { version: 1, kind: 'delivered', reference: '4711', warnings: [], owner, atMs: 0 };

class Place {
  readonly store: FileStore;
  readonly source = new MemorySource();
  readonly dependencies: Dependencies;
  carried = new Set<string>();
  #runs = 0;

  constructor(store: FileStore, targets: readonly string[]) {
    this.store = store;
    const config = configSchema.parse({
      store: { kind: 'file', path: './var', retention: { evidence: '30d' } },
      mailboxes: { soc: { kind: 'directory', path: './mail', targets } },
      targets: Object.fromEntries(targets.map((name) => [name, { kind: 'file', path: './cases' }])),
    });
    const usual = testDependencies(store);
    this.dependencies = {
      ...usual,
      config,
      sources: new Map([['soc', this.source]]),
      sinks: new Map(targets.map((name) => [name, new ScriptedSink()])),
      workflows: { ...usual.workflows, isInDelivery: async (_, alertId) => this.carried.has(alertId) },
    };
  }

  /** A mail whose alert was built, and reached these sinks. */
  async keep(name: string, ageDays: number, reached: readonly string[] | 'no alert'): Promise<string> {
    const raw = Buffer.from(simpleMail(name));
    const sha256 = createHash('sha256').update(raw).digest('hex');
    const digest = new MessageIdentity();
    digest.update(raw);
    const identity = digest.digest();
    const alertId = alertIdOf(identity);
    await this.store.createMany([
      { key: keys.evidence(sha256), body: raw },
      { key: keys.extraction('9', sha256), body: Buffer.from('{}\n') },
    ]);
    await this.age(sha256, ageDays);
    const { ledger } = this.dependencies;
    const place = { ...this.source.place, mailbox: 'soc', uid: name };
    const sizes = { sizeBytes: raw.length, storedBytes: raw.length, internalDateMs: 0 };
    await ledger.messages.record([{ version: 1, ...place, alertId, identity, evidence: sha256, ...sizes }]);
    if (reached === 'no alert') return sha256;
    await ledger.alerts.create([{ ...alertDocument(name), alertId, identity, evidence: sha256 }]);
    for (const sink of reached) {
      await ledger.deliveries.claim(sink, [{ alertId, number: 1 }], owner, 0);
      await ledger.deliveries.recordOutcomes(sink, [{ alertId, outcome: delivered }]);
    }
    return sha256;
  }

  /** A mail that its mailbox made no alert of. */
  async keepSkipped(name: string, ageDays: number): Promise<string> {
    const sha256 = await this.keep(name, ageDays, 'no alert');
    const [record] = await this.dependencies.ledger.messages.find('soc', this.source.place, [name]);
    assert.ok(record !== undefined);
    const { alertId, folder, uidValidity, uid, evidence } = record;
    const rule = { field: 'subject', expression: '^Message' } as const;
    const place = { mailbox: 'soc', digest: '0'.repeat(16), rule, alertId, folder, uidValidity, uid, evidence };
    const mail = { from: 'a@example.com', subject: name, messageId: null, receivedAtMs: 0, atMs: 0 };
    await this.dependencies.ledger.skips.record([{ version: 1, ...place, ...mail }]);
    return sha256;
  }

  async alertIdOf(sha256: string): Promise<string> {
    for (const key of await this.store.list('ledger/alerts/')) {
      const [body] = await this.store.readMany([key]);
      if (body?.includes(`"evidence":"${sha256}"`)) return key.slice(key.lastIndexOf('/') + 1, -'.json'.length);
    }
    throw new Error(`no alert of ${sha256}`);
  }

  async age(sha256: string, days: number): Promise<void> {
    const then = new Date(Date.now() - days * dayMs);
    await utimes(this.store.placeOf(keys.evidence(sha256)), then, then);
  }

  async evidence(): Promise<readonly string[]> {
    return (await this.store.list('evidence/')).map((key) => key.slice(key.lastIndexOf('/') + 1, -'.eml'.length));
  }

  /** @param options with `run`, a further page of it; by default a run of its own */
  async expire(
    options: { dryRun?: boolean; serverMs?: number; mostRemoved?: number; run?: string } = {},
  ): Promise<ExpiredPage> {
    this.#runs += 1;
    const { dryRun = false, serverMs = Date.now(), mostRemoved, run = `run ${this.#runs}` } = options;
    const environment = quietActivity({ currentAttemptScheduledTimestampMs: serverMs });
    const activity = createExpireEvidencePage(this.dependencies, mostRemoved);
    return environment.run(activity, { dryRun, run });
  }
}

async function inPlace(work: (place: Place) => Promise<void>, targets = ['cases']): Promise<void> {
  await inFolder(async (folder) => work(new Place(await FileStore.open(folder), targets)));
}

describe('evidence that is older than it is kept', () => {
  it('is removed where its mailbox made no alert of it, once it is unread no more', () =>
    inPlace(async (place) => {
      await place.keepSkipped('read', 40);
      const unread = await place.keepSkipped('unread', 40);
      const neither = await place.keep('neither', 40, 'no alert');
      place.source.mails.set('unread', simpleMail('unread'));
      const { kept } = await place.expire();
      assert.equal(kept.withoutAlert, 2);
      assert.deepEqual(new Set(await place.evidence()), new Set([unread, neither]));
    }));

  it('is removed with what was found in it, once its alert has reached every sink; the ledger stays', () =>
    inPlace(async (place) => {
      const gone = [await place.keep('one', 31, ['cases']), await place.keep('two', 300, ['cases'])];
      const young = await place.keep('young', 29, ['cases']);
      const ledger = await place.store.list('ledger/');
      const { removed, kept, remaining, more } = await place.expire();
      assert.deepEqual([removed, remaining, more], [2, 1, false]);
      assert.deepEqual(kept, { undelivered: 0, withoutAlert: 0, damaged: 0 });
      assert.deepEqual(await place.evidence(), [young]);
      assert.deepEqual(await place.store.list('ledger/'), ledger);
      const extractions = await place.store.list('extractions/');
      assert.deepEqual(
        gone.filter((hash) => extractions.some((key) => key.includes(hash))),
        [],
      );
      assert.equal(extractions.length, 1);
      assert.equal((await place.expire()).removed, 0);
    }));

  it('is kept and counted while its alert is not done with, or it is not known whose it is', () =>
    inPlace(async (place) => {
      const { deliveries } = place.dependencies.ledger;
      const never = await place.keep('never sent', 100, []);
      const held = await place.keep('held', 100, []);
      await deliveries.claim('cases', [{ alertId: await place.alertIdOf(held), number: 1 }], owner, 0);
      await place.keep('without alert', 100, 'no alert');
      const damaged = await place.keep('damaged', 100, ['cases']);
      await writeFile(place.store.placeOf(keys.evidence(damaged)), 'something else');
      await place.age(damaged, 100);
      const lost = await place.keep('ledger damaged', 100, ['cases']);
      await writeFile(place.store.placeOf(keys.alert(await place.alertIdOf(lost))), 'damaged');
      const before = await place.evidence();
      const { removed, kept } = await place.expire();
      assert.equal(removed, 0);
      assert.deepEqual(kept, { undelivered: 2, withoutAlert: 1, damaged: 2 });
      assert.deepEqual(await place.evidence(), before);
      assert.ok(before.includes(never));
      const discarded: Outcome = { version: 1, kind: 'discarded', who: 'kim', why: 'a test', owner, atMs: 0 };
      await deliveries.recordOutcomes('cases', [{ alertId: await place.alertIdOf(held), outcome: discarded }]);
      assert.equal((await place.expire()).removed, 1);
    }));

  it('goes although a target was added since, unless somebody still carries its alert there', () =>
    inPlace(
      async (place) => {
        const hashes = await Promise.all(['done', 'carried', 'unread'].map((name) => place.keep(name, 100, ['cases'])));
        const [, carried = '', unread = ''] = hashes;
        place.carried.add(await place.alertIdOf(carried));
        place.source.mails.set('unread', '');
        const { removed, kept } = await place.expire();
        assert.deepEqual([removed, kept.undelivered], [1, 2]);
        assert.deepEqual(await place.evidence(), [carried, unread].sort());
        Object.assign(place.source, { list: () => Promise.reject(new Error('the mail server is away')) });
        place.carried.clear();
        assert.equal((await place.expire()).removed, 0);
      },
      ['cases', 'added'],
    ));

  it('of a report whose mails are alerts in its place stays until the last of them has come to its end', () =>
    inPlace(async (place) => {
      const hash = await place.keep('report', 100, 'no alert');
      const { alerts, deliveries } = place.dependencies.ledger;
      const mails = [alertDocument('first'), alertDocument('second')];
      const raw = Buffer.from(simpleMail('report'));
      const digest = new MessageIdentity();
      digest.update(raw);
      const alertId = alertIdOf(digest.digest());
      const originalAlertIds = mails.map((mail) => mail.alertId);
      await alerts.create([...mails, { ...alertDocument('report'), alertId, evidence: hash, originalAlertIds }]);
      const end = (id = '') => deliveries.recordOutcomes('cases', [{ alertId: id, outcome: delivered }]);
      await end(originalAlertIds[0]);
      assert.equal((await place.expire()).kept.undelivered, 1);
      await end(originalAlertIds[1]);
      assert.equal((await place.expire()).removed, 1);
    }));

  it('stays while another mailbox is yet to send the same mail where only its own mail goes', () =>
    inPlace(
      async (place) => {
        const legal = new MemorySource();
        const { config, sources } = place.dependencies;
        const soc = config.mailboxes.soc ?? assert.fail('no mailbox soc');
        const mailboxes = { soc: { ...soc, targets: ['cases'] }, legal: { ...soc, targets: ['audit'] } };
        Object.assign(place.dependencies, {
          config: { ...config, mailboxes },
          sources: new Map([...sources, ['legal', legal]]),
        });
        const hash = await place.keep('both', 100, ['cases']);
        const { messages } = place.dependencies.ledger;
        const [record] = await messages.find('soc', place.source.place, ['both']);
        await messages.record([{ ...(record ?? assert.fail('no record')), mailbox: 'legal' }]);
        legal.mails.set('both', '');
        assert.equal((await place.expire()).kept.undelivered, 1);
        assert.deepEqual(await place.evidence(), [hash]);
        legal.mails.clear();
        assert.equal((await place.expire()).removed, 1);
      },
      ['cases', 'audit'],
    ));

  it('of a second report with the same mail stays while that one is unread', () =>
    inPlace(
      async (place) => {
        const hash = await place.keep('report', 100, 'no alert');
        const { alerts, deliveries, messages } = place.dependencies.ledger;
        const [message] = await messages.find('soc', place.source.place, ['report']);
        const alertId = message?.alertId ?? assert.fail('no record');
        const firstReport = { alertId: 'r'.repeat(26), from: 'a@example.com', subject: null, messageId: null };
        const mail = { ...alertDocument('mail'), report: firstReport };
        await alerts.create([
          mail,
          { ...alertDocument('report'), alertId, evidence: hash, originalAlertIds: [mail.alertId] },
        ]);
        await deliveries.recordOutcomes('cases', [{ alertId: mail.alertId, outcome: delivered }]);
        place.source.mails.set('report', '');
        assert.equal((await place.expire()).kept.undelivered, 1);
        place.source.mails.clear();
        assert.equal((await place.expire()).removed, 1);
      },
      ['cases', 'added'],
    ));

  it('goes page by page', () =>
    inPlace(async (place) => {
      for (let index = 0; index < 120; index += 1) await place.keep(`mail ${index}`, 100, ['cases']);
      const first = await place.expire({ mostRemoved: 60 });
      assert.deepEqual([first.removed, first.more], [100, true]);
      const second = await place.expire({ mostRemoved: 60 });
      assert.deepEqual([second.removed, second.more, second.remaining], [20, false, 0]);
    }));

  it('goes also where somebody put something else beside it; a folder that cannot be read is not an empty one', () =>
    inPlace(async (place) => {
      const hash = await place.keep('one', 100, ['cases']);
      const folder = place.store.placeOf('evidence');
      await writeFile(join(folder, 'README'), 'not ours');
      assert.equal((await place.expire()).removed, 1);
      assert.equal((await place.store.list('evidence/')).length, 1);
      await rename(folder, `${folder}-elsewhere`);
      await writeFile(folder, hash);
      await assert.rejects(place.expire(), { code: 'ENOTDIR' });
    }));

  it('stays in a dry run, which counts what would go', () =>
    inPlace(async (place) => {
      const hash = await place.keep('one', 100, ['cases']);
      const before = await place.store.list('ledger/');
      const { removed, removedBytes, remaining } = await place.expire({ dryRun: true });
      assert.deepEqual([removed, removedBytes, remaining], [1, simpleMail('one').length, 1]);
      assert.deepEqual(await place.evidence(), [hash]);
      assert.deepEqual(await place.store.list('retention/'), []);
      assert.deepEqual(await place.store.list('ledger/'), before);
      assert.equal((await place.store.list('extractions/')).length, 1);
    }));
});

describe('a clock that is wrong', () => {
  it('ahead in a worker alone, removes nothing too soon: the earliest clock counts', () =>
    inPlace(async (place) => {
      await place.keep('one', 20, ['cases']);
      assert.equal((await place.expire({ serverMs: Date.now() - 15 * dayMs })).removed, 0);
      // As if the worker's were right and the server's ahead.
      assert.equal((await place.expire({ serverMs: Date.now() + 3000 * dayMs })).removed, 0);
    }));

  it('ahead everywhere since the last run, lets no more than a week pass at once', () =>
    inPlace(async (place) => {
      await place.expire({ serverMs: Date.now() - 20 * dayMs });
      await place.keep('one', 32, ['cases']);
      const { before, removed } = await place.expire();
      assert.equal(removed, 0);
      assert.ok(Math.abs(Date.parse(before) - (Date.now() - 43 * dayMs)) < 60_000, before);
      assert.equal((await place.expire()).removed, 0);
      assert.equal((await place.expire()).removed, 1);
    }));

  it('ahead everywhere lets no more than a week pass in one run, however many pages and attempts it has', () =>
    inPlace(async (place) => {
      await place.expire({ serverMs: Date.now() - 20 * dayMs });
      const { before } = await place.expire({ run: 'many pages' });
      await place.keep('one', 32, ['cases']);
      for (let page = 0; page < 5; page += 1) {
        const { removed, before: same } = await place.expire({ run: 'many pages' });
        assert.deepEqual([removed, same], [0, before]);
      }
    }));

  it('that went back is believed from then on: ahead once more, it gains no more than a week either', () =>
    inPlace(async (place) => {
      for (let run = 0; run < 3; run += 1) await place.expire();
      const { before } = await place.expire({ serverMs: Date.now() - 20 * dayMs });
      const { before: after } = await place.expire();
      assert.equal(Date.parse(after) - Date.parse(before), 7 * dayMs);
    }));

  it('when a mail was stored, long before there was any, begins its time anew', () =>
    inPlace(async (place) => {
      const hash = await place.keep('one', 0, ['cases']);
      const path = place.store.placeOf(keys.evidence(hash));
      await utimes(path, new Date(0), new Date(0));
      assert.equal((await place.expire()).removed, 0);
      assert.ok(Date.now() - (await stat(path)).mtimeMs < 60_000);
    }));
});

it('a store that keeps evidence for ever, or is a bucket, is left alone and says what to do', () =>
  inPlace(async (place) => {
    const forEver = configSchema.parse({ store: { kind: 'file', path: './var' } });
    const message = /kept for ever.*store\.retention\.evidence/s;
    const run = (dependencies: Dependencies) =>
      quietActivity().run(createExpireEvidencePage(dependencies), { dryRun: false });
    await assert.rejects(run({ ...place.dependencies, config: forEver }), { code: 'LW_CONFIG_INVALID', message });
    const bucket = Object.create(place.store, { localPath: { value: () => undefined } });
    await assert.rejects(run({ ...place.dependencies, store: bucket }), { message: /lifecycle rule/ });
  }));
