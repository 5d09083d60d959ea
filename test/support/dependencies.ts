import type { Dependencies, Workflows } from '../../src/activities/dependencies.js';
import { configSchema } from '../../src/config/schema.js';
import { Exclusion } from '../../src/indicators/exclude/exclusion.js';
import { openLedger } from '../../src/ledger/ledger.js';
import type { Store } from '../../src/store/store.js';

/** No workflow is open, and one can be started. */
const idle: Workflows = {
  isOpen: async () => false,
  isWorkflowOpen: async () => false,
  isInDelivery: async () => false,
  openDeliveries: async () => [],
  startDelivery: async () => true,
  askForPoll: async () => 'asked',
};

/** What activities need: a mailbox `soc` without sinks, and nothing to reach but what the test names. */
export function testDependencies(store: Store, some: Partial<Dependencies> = {}): Dependencies {
  return {
    config: configSchema.parse({ mailboxes: { soc: { host: 'h', username: 'u', password: { env: 'P' } } } }),
    store,
    ledger: openLedger(store),
    sources: new Map(),
    sinks: new Map(),
    feeds: new Map(),
    revisions: undefined,
    extraction: { extract: unused, extractMany: unused, close: async () => {} },
    exclusion: new Exclusion({ domains: [], urls: [], cidr: [] }, []),
    warninglists: undefined,
    workflows: idle,
    ...some,
  };
}

async function unused(): Promise<never> {
  throw new Error('nothing is parsed here');
}
