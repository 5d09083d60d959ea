import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ServiceError } from '@temporalio/client';
import { isLurewatchError } from '../../src/errors/lurewatch-error.js';
import { connectWorker } from '../../src/temporal/connect.js';
import { alertIdsKey, mailboxKey } from '../../src/temporal/search-attribute-keys.js';
import { ensureSearchAttributes, type ServerConnection } from '../../src/temporal/search-attributes.js';
import { eventually, startTestServer, type TestServer } from '../support/temporal.js';

let test: TestServer;
before(async () => {
  test = await startTestServer({ searchAttributes: [] });
});
after(() => test.stop());

const names = ['LurewatchAlertIds', 'LurewatchFeed', 'LurewatchMailbox', 'LurewatchStatus'];

async function createNamespace(namespace: string): Promise<void> {
  const { workflowService } = test.connection;
  await workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  });
  await eventually(
    () =>
      workflowService.countWorkflowExecutions({ namespace }).then(
        () => true,
        () => undefined,
      ),
    `namespace ${namespace}`,
  );
}

describe('our search attributes', () => {
  it('are registered where they are missing, by two workers at once, and can be used at once', async () => {
    await Promise.all([1, 2].map(() => ensureSearchAttributes(test.connection, 'default')));
    const { customAttributes } = await test.connection.operatorService.listSearchAttributes({ namespace: 'default' });
    assert.deepEqual(
      Object.keys(customAttributes ?? {})
        .filter((name) => name.startsWith('Lurewatch'))
        .sort(),
      names,
    );

    await test.client.workflow.start('none', {
      taskQueue: 'nobody',
      workflowId: 'tagged',
      typedSearchAttributes: [
        { key: mailboxKey, value: 'soc' },
        { key: alertIdsKey, value: ['alert-1', 'alert-2'] },
      ],
    });
    await eventually(async () => {
      const query = "LurewatchMailbox = 'soc' AND LurewatchAlertIds = 'alert-2'";
      for await (const found of test.client.workflow.list({ query })) return found.workflowId;
      return undefined;
    }, 'the workflow is found by its attributes');
  });

  it('that exist already are left as they are, also over a worker’s connection', async () => {
    const { connection } = await connectWorker({ address: test.address, ignoreEnvironment: true });
    try {
      await ensureSearchAttributes(connection, 'default');
      await ensureSearchAttributes(connection, 'default');
    } finally {
      await connection.close();
    }
  });

  it('of another type are an error that says how to mend it', async () => {
    await createNamespace('wrong');
    await test.connection.operatorService.addSearchAttributes({
      namespace: 'wrong',
      searchAttributes: { LurewatchStatus: 4 },
    });
    await assert.rejects(ensureSearchAttributes(test.connection, 'wrong'), (error) => {
      assert.ok(isLurewatchError(error, 'LW_SEARCH_ATTRIBUTES_MISSING'));
      assert.match(error.message, /another type than ours: LurewatchStatus/);
      assert.match(error.message, /create --namespace wrong --name LurewatchStatus --type Keyword\n/);
      return true;
    });
  });

  it('that the server does not let us register are named with the commands to run', async () => {
    await createNamespace('guarded');
    const { workflowService, operatorService } = test.connection;
    const refusal = Object.assign(new ServiceError('Request unauthorized.'), {
      code: 7,
      details: 'Request unauthorized.',
      metadata: {},
    });
    const guarded: ServerConnection = {
      workflowService,
      operatorService: {
        listSearchAttributes: (request) => operatorService.listSearchAttributes(request),
        addSearchAttributes: () => Promise.reject(refusal),
      },
    };
    await assert.rejects(ensureSearchAttributes(guarded, 'guarded'), (error) => {
      assert.ok(isLurewatchError(error, 'LW_SEARCH_ATTRIBUTES_MISSING'));
      for (const name of names)
        assert.match(
          error.message,
          new RegExp(`search-attribute create --namespace guarded --name ${name} --type Keyword`),
        );
      assert.match(error.message, /--name LurewatchAlertIds --type KeywordList\n/);
      return true;
    });
  });
});
