import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Client } from '@temporalio/client';
import { stringify } from 'yaml';
import { scheduleIdOfMailbox } from '../../../src/schedules/names.js';
import { createWorkflows } from '../../../src/temporal/workflows.js';
import { runCli } from '../../support/cli.js';
import { inFolder } from '../../support/folder.js';
import { converterOf, encryptedWith, historyKeys } from '../../support/history-config.js';
import { startTestServer, type TestServer } from '../../support/temporal.js';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.stop());

const withOne = encryptedWith('one', { one: 'KEY_ONE' });
const withTwo = encryptedWith('two', { two: 'KEY_TWO' });
const mailboxes = { soc: { kind: 'directory', path: './mail', targets: ['cases'], every: '1h' } };
const targets = { cases: { kind: 'file', path: './cases' } };

async function clientWith(history: unknown): Promise<Client> {
  const { connection, namespace } = server;
  return new Client({ connection, namespace, dataConverter: await converterOf(history) });
}

describe('without the key of the day', () => {
  it('schedules are compared, listed and started, since they are readable', () =>
    inFolder(async (folder) => {
      const environment = { ...historyKeys, TEMPORAL_ADDRESS: server.address };
      const schedules = async (history: unknown, command: 'apply' | 'list') => {
        await writeFile(join(folder, 'lurewatch.yaml'), stringify({ mailboxes, targets, history }));
        const { status, stdout, stderr } = await runCli(['schedules', command], { folder, environment });
        assert.equal(status, 0, stderr);
        return stdout;
      };
      assert.match(await schedules(withOne, 'apply'), /^created/);
      assert.match(await schedules(withTwo, 'apply'), /^unchanged/);
      assert.match(await schedules(withTwo, 'list'), /soc/);
      // What a worker will be given: as a client without any key reads it.
      const { action } = await server.client.schedule.getHandle(scheduleIdOfMailbox('soc')).describe();
      assert.deepEqual(action.args, [{ mailbox: 'soc' }]);
    }));

  it('it is known whether a workflow is still open, which may carry an alert', async () => {
    const started = await (await clientWith(withOne)).workflow.start('deliverMessage', {
      taskQueue: 'nobody',
      workflowId: 'carrier',
      memo: { folder: 'INBOX' },
    });
    const client = await clientWith(withTwo);
    const { isWorkflowOpen, isOpen } = createWorkflows(client, 'nobody');
    assert.equal(await isWorkflowOpen('carrier'), true);
    await assert.rejects(client.workflow.getHandle('carrier').describe(), { code: 'LW_HISTORY_KEY_UNKNOWN' });
    await started.terminate();
    assert.equal(await isOpen({ workflowId: 'carrier', runId: started.firstExecutionRunId }), false);
    assert.equal(await isWorkflowOpen('nobody'), false);
  });
});
