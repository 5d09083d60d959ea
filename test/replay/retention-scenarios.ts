import { withWebhook } from '../support/soar-labs.js';
import type { Scenario } from './scenario.js';

export const retentionScenarios: readonly Scenario[] = [
  {
    name: 'expired',
    keep: { expireEvidence: 1 },
    run: (site, whenPlayed) =>
      withWebhook(site, async (lab) => {
        await lab.configure({ store: { kind: 'file', path: './var', retention: { evidence: '180d' } } });
        await lab.worker();
        await site.temporal.client.workflow.execute('expireEvidence', {
          taskQueue: lab.taskQueue,
          workflowId: `${lab.taskQueue}-expire`,
          args: [{}],
        });
        await whenPlayed(lab);
      }),
  },
];
