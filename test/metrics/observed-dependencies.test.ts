import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LurewatchError } from '../../src/errors/lurewatch-error.js';
import { createMetrics } from '../../src/metrics/metrics.js';
import { observedDependencies } from '../../src/metrics/observed-dependencies.js';
import { FileStore } from '../../src/store/file-store.js';
import { alertDocument, alertDocuments } from '../support/alert-documents.js';
import { testDependencies } from '../support/dependencies.js';
import { extract } from '../support/extraction.js';
import { inFolder } from '../support/folder.js';
import { MemorySource } from '../support/memory-source.js';
import { parseMetrics } from '../support/scrape.js';
import { ScriptedSink } from '../support/scripted-sink.js';

const signal = new AbortController().signal;
const refusal = new LurewatchError('LW_TARGET_AUTH', 'the key s3cret of ada@example.com is refused');

/** A sink, a mailbox and a store behind what measures them, and what is told then. */
async function observing(work: (parts: Awaited<ReturnType<typeof observed>>) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => work(await observed(folder)));
}

async function observed(folder: string) {
  const metrics = createMetrics();
  const sink = new ScriptedSink();
  const source = new MemorySource();
  const store = await FileStore.open(folder);
  const found = await extract('Subject: x\r\n\r\nhttps://phish.example/');
  const extraction = {
    extract: async () => ({ ...found, findings: [{ code: 'size-cut', text: '' }] }),
    extractMany: async () => [found, { ...found, findings: [{ code: 'no-body', text: '' }] }],
    close: async () => {},
  };
  const parts = { sinks: new Map([['cases', sink]]), sources: new Map([['soc', source]]), extraction };
  const dependencies = observedDependencies(testDependencies(store, parts), metrics);
  const told = async () => {
    const scraped = parseMetrics(await metrics.registry.metrics());
    return { text: scraped.text, of: (series: string) => scraped.of(`lurewatch_${series}`) };
  };
  return { dependencies, sink, source, told };
}

describe('what the activities work with, measured', () => {
  it('counts of a sink what it took, what it rejected, and how long each call took', () =>
    observing(async ({ dependencies, sink, told }) => {
      const cases = dependencies.sinks.get('cases');
      await cases?.send(alertDocuments(3), signal);
      sink.script = ([document]) => [{ status: 'rejected', reason: document?.subject ?? '' }];
      await cases?.send([alertDocument('poison')], signal);
      assert.equal(await cases?.find?.(alertDocument('poison'), signal), undefined);
      const { of } = await told();
      assert.equal(of('alerts_delivered_total{sink="cases"}'), 3);
      assert.equal(of('alerts_rejected_total{sink="cases"}'), 1);
      assert.equal(of('sink_request_seconds_count{sink="cases",operation="send"}'), 2);
      assert.equal(of('sink_request_seconds_count{sink="cases",operation="find"}'), 1);
      assert.deepEqual([cases?.repeats, cases?.concurrency, cases?.wants(alertDocument('a'))], ['lookup', 4, true]);
    }));

  it('counts errors by their code, and lets no word of them out', () =>
    observing(async ({ dependencies, sink, told }) => {
      sink.script = () => Promise.reject(refusal);
      const cases = dependencies.sinks.get('cases');
      await assert.rejects(async () => cases?.send(alertDocuments(2), signal), refusal);
      sink.script = () => Promise.reject(new TypeError('something about ada@example.com'));
      await assert.rejects(async () => cases?.send(alertDocuments(2), signal), TypeError);
      const { of, text } = await told();
      assert.equal(of('sink_errors_total{sink="cases",code="LW_TARGET_AUTH"}'), 1);
      assert.equal(of('sink_errors_total{sink="cases",code="OTHER"}'), 1);
      assert.equal(of('sink_request_seconds_count{sink="cases",operation="send"}'), 2);
      assert.doesNotMatch(text, /s3cret|ada@/);
    }));

  it('counts no error where we gave up ourselves', () =>
    observing(async ({ dependencies, sink, told }) => {
      sink.script = () => Promise.reject(AbortSignal.abort().reason);
      await assert.rejects(async () => dependencies.sinks.get('cases')?.send(alertDocuments(1), signal));
      assert.doesNotMatch((await told()).text, /^lurewatch_sink_errors_total\{/m);
    }));

  it('measures sessions with the mail server, which give what they gave before', () =>
    observing(async ({ dependencies, source, told }) => {
      source.mails.set('1', 'a mail');
      const soc = dependencies.sources.get('soc');
      assert.deepEqual(await soc?.list('INBOX', { which: 'unread' }), { ...source.place, uidNext: '', uids: ['1'] });
      const taken: string[] = [];
      await soc?.fetch(source.place, ['1'], { maxBytes: 100 }, async ({ uid }) => void taken.push(uid));
      assert.deepEqual(taken, ['1']);
      source.refused.add('1');
      await assert.rejects(async () => soc?.fetch(source.place, ['1'], { maxBytes: 100 }, async () => undefined));
      const { of } = await told();
      assert.equal(of('mail_request_seconds_count{mailbox="soc",operation="list"}'), 1);
      assert.equal(of('mail_request_seconds_count{mailbox="soc",operation="fetch"}'), 2);
      assert.equal(of('mail_errors_total{mailbox="soc",code="LW_MAIL_PROTOCOL"}'), 1);
    }));

  it('measures the store, also under the ledger', () =>
    observing(async ({ dependencies, told }) => {
      await dependencies.store.createMany([{ key: 'a/b', body: Buffer.from('x') }]);
      assert.deepEqual(await dependencies.store.readMany(['a/b', 'a/c']), [Buffer.from('x'), undefined]);
      const before = (await told()).of('store_request_seconds_count{operation="read"}') ?? 0;
      await dependencies.ledger.alerts.find(['a'.repeat(26)]);
      assert.ok(((await told()).of('store_request_seconds_count{operation="read"}') ?? 0) > before);
      await assert.rejects(() => dependencies.store.readMany(['../outside']));
      assert.equal((await told()).of('store_errors_total{operation="read",code="LW_INTERNAL"}'), 1);
    }));

  it('counts mails that are parsed and what is found in them', () =>
    observing(async ({ dependencies, told }) => {
      const limits = { sizeBytes: 1000, depth: 2, seconds: 1 };
      await dependencies.extraction.extract({ bytes: Buffer.from('') }, limits);
      await dependencies.extraction.extractMany([{ bytes: Buffer.from('') }], limits);
      const { of } = await told();
      assert.equal(of('mails_parsed_total'), 3);
      assert.equal(of('findings_total{finding="size-cut"}'), 1);
      assert.equal(of('findings_total{finding="no-body"}'), 1);
      assert.equal(of('extraction_seconds_count'), 2);
    }));
});
