import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createPreviewMessages } from '../../src/activities/preview-messages.js';
import { createExtractionPool } from '../../src/indicators/extraction-pool.js';
import { FileStore } from '../../src/store/file-store.js';
import type { MessagePreviewLine } from '../../src/workflows/types.js';
import { testDependencies } from '../support/dependencies.js';
import { inFolder } from '../support/folder.js';
import { simpleMail } from '../support/mails.js';
import { MemorySource } from '../support/memory-source.js';

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
      const lines: readonly MessagePreviewLine[] = await new MockActivityEnvironment().run(previewMessages, {
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
});
