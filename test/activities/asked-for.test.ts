import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { createPrepareAlerts } from '../../src/activities/prepare-alerts.js';
import type { AlertDocument } from '../../src/alerts/types.js';
import { configSchema } from '../../src/config/schema.js';
import { createExtractionPool } from '../../src/indicators/extraction-pool.js';
import { extractorVersion } from '../../src/indicators/extractor-version.js';
import { openLedger } from '../../src/ledger/ledger.js';
import { FileStore } from '../../src/store/file-store.js';
import type { PreparedBatch } from '../../src/workflows/types.js';
import { testDependencies } from '../support/dependencies.js';
import { inFolder } from '../support/folder.js';
import { MemorySource } from '../support/memory-source.js';
import { quietActivity } from '../support/quiet-activity.js';
import { ScriptedSink } from '../support/scripted-sink.js';
import { whereReadingTakesLong } from '../support/slow-clock.js';

const extraction = createExtractionPool({ threads: 1 });
after(() => extraction.close());

const mail = [
  'Message-ID: <1@mail.example>',
  'From: a@phish.example',
  'Subject: Asked for',
  'X-Zone: North',
  '',
  'Your number is CASE-5.',
].join('\r\n');

/** What a worker with these options of the mailbox builds of the mail, from what stands in the store, and keeps. */
async function built(store: FileStore, alert: unknown): Promise<readonly AlertDocument[]> {
  const source = new MemorySource();
  source.mails.set('1', mail);
  const soc = { kind: 'directory', path: '.', targets: ['cases'], ...(alert === undefined ? {} : { alert }) };
  const dependencies = testDependencies(store, {
    config: configSchema.parse({ targets: { cases: { kind: 'file', path: '.' } }, mailboxes: { soc } }),
    sources: new Map([['soc', source]]),
    sinks: new Map([['cases', new ScriptedSink()]]),
    extraction,
  });
  const prepare = createPrepareAlerts(dependencies);
  const input = { mailbox: 'soc', ...source.place, uids: ['1'] };
  const prepared: PreparedBatch = await whereReadingTakesLong(extraction, () => quietActivity().run(prepare, input));
  return dependencies.ledger.alerts.read(prepared.messages.map(({ alertId }) => alertId));
}

const wish = {
  headers: ['X-Zone'],
  fields: { number: { from: 'body', expression: 'CASE-([0-9])' } },
  alertName: '{number} {header_x_zone}',
};

describe('what a mailbox asks for beyond what every mail is searched for', () => {
  it('is found in mails that were parsed before it asked, and kept apart from what they were parsed for then', () =>
    inFolder(async (folder) => {
      const store = await FileStore.open(folder);
      const [before] = await built(store, undefined);
      assert.equal(before?.alert.name, 'Asked for');
      const plain = await store.list('extractions/');
      assert.equal(plain.length, 1);
      assert.ok(plain[0]?.startsWith(`extractions/${extractorVersion}/`));
      const text = String((await store.readMany(plain))[0]);
      // The alert stands for ever: only without its document is it built anew.
      assert.deepEqual(await built(store, wish), [before]);
      for (const key of await store.list('ledger/alerts/')) await store.remove(key);
      const [later] = await built(store, wish);
      assert.equal(later?.alert.name, '5 North');
      assert.equal(later?.alertId, before?.alertId);
      assert.deepEqual(String((await store.readMany(plain))[0]), text);
      assert.equal((await store.list('extractions/')).length, 2);
      for (const key of await store.list('ledger/alerts/')) await store.remove(key);
      assert.deepEqual(await built(store, undefined), [before]);
      assert.deepEqual(await openLedger(store).alerts.read([before?.alertId ?? '']), [before]);
    }));
});
