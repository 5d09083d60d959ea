import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadConfig } from '../../src/config/load-config.js';
import { createLog } from '../../src/log/logger.js';
import { installRuntime, runWorker } from '../../src/worker.js';
import { inFolder } from '../support/folder.js';
import { startTestServer } from '../support/temporal.js';

describe('a worker', () => {
  it('asked to stop while it starts lets go of all it opened, so that its process can end', async () => {
    installRuntime(createLog('error'));
    const { address, stop: stopServer } = await startTestServer();
    try {
      await inFolder(async (folder) => {
        const file = join(folder, 'lurewatch.yaml');
        await writeFile(
          file,
          'mailboxes:\n  soc: { kind: directory, path: ./mail, targets: [] }\nmisp: { kind: feed, path: ./feed }\n',
        );
        const loaded = await loadConfig(file, {});
        const temporal = { address, ignoreEnvironment: true };
        const stop = new AbortController();
        const running = runWorker({
          loaded,
          temporal,
          signal: stop.signal,
          decorate: (dependencies) => {
            stop.abort();
            return dependencies;
          },
        });
        // A worker that is made and never run keeps its threads and its connection, which then refuses to close.
        await assert.doesNotReject(running);
      });
    } finally {
      await stopServer();
    }
  });
});
