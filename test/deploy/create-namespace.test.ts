import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../src/dev/run-command.js';
import { findTemporalCli } from '../../src/dev/temporal-cli.js';
import { inFolder } from '../support/folder.js';
import { startTestServer } from '../support/temporal.js';

const script = fileURLToPath(new URL('../../../deploy/temporal/create-namespace.sh', import.meta.url));

test('the namespace is there with its retention after the first start, and after another with a changed one', async () => {
  await inFolder(async (folder) => {
    await symlink(await findTemporalCli({ install: false }), join(folder, 'temporal'));
    const { address, connection, stop } = await startTestServer();
    try {
      for (const hours of [168, 24]) {
        const environment = {
          PATH: `${folder}:${process.env.PATH}`,
          HOME: folder,
          TEMPORAL_ADDRESS: address,
          TEMPORAL_NAMESPACE: 'soc',
          NAMESPACE_RETENTION: `${hours}h`,
        };
        const { exitCode, output } = await runCommand('/bin/sh', [script], { environment });
        assert.equal(exitCode, 0, output);
        const { config } = await connection.workflowService.describeNamespace({ namespace: 'soc' });
        assert.equal(Number(config?.workflowExecutionRetentionTtl?.seconds), hours * 3600);
      }
    } finally {
      await stop();
    }
  });
});
