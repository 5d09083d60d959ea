import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Client } from '@temporalio/client';
import { deliveriesOf } from '../../../src/cli/status/deliveries.js';
import { needsPerson } from '../../../src/cli/status/needs-person.js';

/** One message in delivery, which Temporal describes so; asked for its state it says nothing. */
function clientWith(raw: object): Client {
  const list = async function* () {
    yield { workflowId: 'message' };
  };
  const count = async (query: string) => ({ count: query.includes("'held'") ? 0 : 1 });
  const getHandle = () => ({ describe: async () => ({ raw }), query: () => Promise.reject(new Error('no answer')) });
  const withDeadline = (_: number, work: () => unknown) => work();
  return { workflow: { list, count, getHandle }, withDeadline } as unknown as Client;
}

for (const workersAnswer of [true, false]) {
  it(`tells of a message whose workflow cannot go on (workers answer: ${workersAnswer})`, async () => {
    const client = clientWith({ pendingWorkflowTask: { attempt: 9 } });
    const { inDelivery, troubles } = await deliveriesOf(client, 'lurewatch', 'soc', workersAnswer);
    assert.equal(inDelivery, 1);
    assert.deepEqual(
      troubles.map(({ code }) => code),
      ['LW_WORKFLOW_STUCK'],
    );
    assert.ok(needsPerson(troubles[0]?.code));
  });
}

it('has nothing to tell of one that goes on', async () => {
  const { troubles } = await deliveriesOf(clientWith({}), 'lurewatch', 'soc', true);
  assert.deepEqual(troubles, []);
});
