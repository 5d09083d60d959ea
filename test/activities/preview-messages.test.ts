import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { createPrepareAlerts } from '../../src/activities/prepare-alerts.js';
import { createPreviewMessages } from '../../src/activities/preview-messages.js';
import { configSchema } from '../../src/config/schema.js';
import { createExtractionPool } from '../../src/indicators/extraction-pool.js';
import { FileStore } from '../../src/store/file-store.js';
import type { MessagePreviewLine, PreparedBatch } from '../../src/workflows/types.js';
import { testDependencies } from '../support/dependencies.js';
import { inFolder } from '../support/folder.js';
import { simpleMail } from '../support/mails.js';
import { MemorySource } from '../support/memory-source.js';
import { quietActivity } from '../support/quiet-activity.js';
import { ScriptedSink } from '../support/scripted-sink.js';

const extraction = createExtractionPool({ threads: 1 });
after(() => extraction.close());

describe('a dry run', () => {
  it('shows a message that the server does not give as a line with the reason, among the others', () =>
    inFolder(async (folder) => {
      const source = new MemorySource();
      for (const uid of ['1', '2', '3']) source.mails.set(uid, simpleMail(`mail-${uid}`));
      source.refused.add('2');
      const store = await FileStore.open(folder);
      const previewMessages = createPreviewMessages(
        testDependencies(store, { sources: new Map([['soc', source]]), extraction }),
      );
      const lines: readonly MessagePreviewLine[] = await quietActivity().run(previewMessages, {
        mailbox: 'soc',
        ...source.place,
        uids: ['1', '2', '3'],
      });
      const shown = lines.map((line) => ('unreadable' in line ? line.uid : line.subject));
      assert.deepEqual(shown, ['Message mail-1', '2', 'Message mail-3']);
      const [, unreadable] = lines;
      assert.ok(unreadable !== undefined && 'unreadable' in unreadable);
      assert.match(unreadable.unreadable, /the server did not give it/);
      assert.deepEqual(await readdir(join(folder)), ['tmp'], 'nothing is written');
    }));

  it('tells alert and route as a poll decides them, also of large messages and of those that are cut', () =>
    inFolder(async (folder) => {
      const source = new MemorySource();
      const filled = (size: number) =>
        `${simpleMail('large')}${`${'filler '.repeat(146)}\r\n`.repeat(size / 1024)}\r\nhttps://at-the-end.example/x\r\n`;
      source.mails.set('1', filled(5.5 * 1024 * 1024));
      source.mails.set('2', filled(7 * 1024 * 1024));
      source.large.add('1').add('2');
      const routes = [
        { name: 'cut', when: { findings: 'size-cut' }, targets: ['cases'] },
        { name: 'end', when: { host: 'at-the-end.example' }, targets: ['cases'] },
      ];
      const limits = { sizeBytes: 6.5 * 1024 * 1024 };
      const soc = { host: 'h', username: 'u', password: { env: 'P' }, targets: ['cases'], routes, limits };
      const config = configSchema.parse({ mailboxes: { soc }, targets: { cases: { kind: 'file', path: './cases' } } });
      const store = await FileStore.open(folder);
      const sources = new Map([['soc', source]]);
      const sinks = new Map([['cases', new ScriptedSink()]]);
      const dependencies = testDependencies(store, { config, sources, sinks, extraction });
      const input = { mailbox: 'soc', ...source.place, uids: ['1', '2'] };
      const environment = quietActivity();
      const previews: readonly MessagePreviewLine[] = await environment.run(createPreviewMessages(dependencies), input);
      const { rows }: PreparedBatch = await environment.run(createPrepareAlerts(dependencies), input);
      assert.deepEqual(
        previews.map((line) => ('unreadable' in line ? line : line.alertId)),
        rows.map(({ alertId }) => alertId),
      );
      const routed = previews.map((line) => ('unreadable' in line ? line : line.route?.rule));
      assert.deepEqual(routed, ['end', 'cut']);
      const decided = await dependencies.ledger.alerts.read(rows.map(({ alertId }) => alertId));
      assert.deepEqual(
        decided.map(({ route }) => route?.rule),
        routed,
      );
    }));
});
