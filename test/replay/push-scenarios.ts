import { listenerOf } from '../support/listeners.js';
import { withWebhook } from '../support/soar-labs.js';
import type { Scenario } from './scenario.js';

const pushed = { push: 'idle', every: '1h' };

export const pushScenarios: readonly Scenario[] = [
  {
    // One whose worker stops, and the next, which meets a configuration without push.
    name: 'listened',
    keep: { watchMailbox: 2 },
    run: (site, whenPlayed) =>
      withWebhook(
        site,
        async (lab) => {
          const worker = await lab.worker();
          const handle = await site.temporal.client.workflow.start('watchMailbox', {
            taskQueue: lab.taskQueue,
            workflowId: `${lab.taskQueue}-push`,
            args: [{ mailbox: 'listened' }],
          });
          await listenerOf(lab);
          await worker.stop();
          await lab.configure({ mailboxes: { listened: lab.mailbox('listened', {}) } });
          await lab.worker();
          await handle.result();
          await whenPlayed(lab);
        },
        { mailboxes: { listened: pushed } },
      ),
  },
];
