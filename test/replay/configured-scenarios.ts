import { campaignMails } from '../support/campaign-mails.js';
import { simpleMail } from '../support/mails.js';
import { WebhookServer } from '../support/webhook-server.js';
import { type Story, scenarioOf } from './mail-scenarios.js';
import type { Scenario } from './scenario.js';

/** Ways that a batch goes only where the configuration says so. */
const stories: readonly Story[] = [
  {
    // What is delivered is moved, what is skipped is marked; one goes on by itself, and is moved from there.
    name: 'moved',
    keep: { ingestMailbox: 1, ingestBatch: 1, deliverMessage: 1 },
    options: {
      mailboxes: { soc: { every: '2s', after: { move: 'Done', create: true }, skip: { subject: ['-skipped$'] } } },
    },
    play: async (lab, soar) => {
      const match = (body: string) => body.includes(`"Message ${lab.name}-away"`);
      soar.fault({ kind: 'status', status: 503, times: Number.POSITIVE_INFINITY, match });
      await lab.deliver(['delivered', 'skipped', 'away'].map((word) => simpleMail(`${lab.name}-${word}`)));
      await lab.worker();
      await lab.ingest();
      soar.clearFaults();
      await lab.settled();
    },
  },
  {
    // Here a poll notes how far it came, and each batch sets a flag.
    name: 'flagged',
    keep: { ingestMailbox: 1, ingestBatch: 1 },
    options: { mailboxes: { soc: { read: 'new', after: { flag: '$Lurewatch' } } } },
    play: async (lab) => {
      await lab.deliver(lab.mails(2));
      await lab.worker();
      await lab.ingest();
    },
  },
  {
    name: 'campaign',
    keep: { ingestBatch: 1 },
    options: { mailboxes: { soc: { campaigns: true } } },
    play: async (lab) => {
      await lab.deliver(campaignMails(lab.name, 3));
      await lab.worker();
      await lab.ingest();
    },
  },
];

/** One mail for two targets, of which one is away, one for one target, and one that no route matches. */
const routed: Scenario = {
  name: 'routed',
  keep: { ingestMailbox: 1, ingestBatch: 1, deliverMessage: 1 },
  run: async (site, whenPlayed) => {
    const [soar, hook] = await Promise.all([WebhookServer.start(), WebhookServer.start()]);
    const webhook = ({ url }: WebhookServer) => ({ kind: 'webhook', url, insecure: true, secret: { env: 'HOOK' } });
    const routes = [
      { name: 'brand', when: { subject: { matches: 'brand$' } }, targets: ['brand'] },
      { name: 'both', when: { subject: { matches: 'both$' } }, targets: ['brand', 'hook'] },
    ];
    const options = {
      targets: { cases: webhook(soar), brand: webhook(soar), hook: webhook(hook) },
      mailboxes: { soc: { every: '2s', targets: ['cases'], routes } },
      secrets: { HOOK: hook.secret },
    };
    try {
      await site.lab(options, async (lab) => {
        await hook.down();
        await lab.deliver(['brand', 'both', 'other'].map((word) => simpleMail(`${lab.name}-${word}`)));
        await lab.worker();
        await lab.ingest();
        await hook.up();
        await lab.settled();
        await whenPlayed(lab);
      });
    } finally {
      await soar.close();
      await hook.close();
    }
  },
};

export const configuredScenarios: readonly Scenario[] = [...stories.map(scenarioOf), routed];
