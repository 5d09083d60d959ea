import assert from 'node:assert/strict';
import type { Lab } from '../support/lab.js';
import { simpleReport } from '../support/reports.js';
import { type SoarLabOptions, withWebhook } from '../support/soar-labs.js';
import { eventually } from '../support/temporal.js';
import type { WebhookServer } from '../support/webhook-server.js';
import type { Scenario } from './scenario.js';

/** A mailbox and a SOAR that counts. */
export interface Story extends Pick<Scenario, 'name' | 'keep'> {
  readonly options?: SoarLabOptions;
  readonly play: (lab: Lab, soar: WebhookServer) => Promise<void>;
}

const forEver = Number.POSITIVE_INFINITY;
const decision = { who: 'ada@example.com', why: 'the SOAR was mended' };

const stories: readonly Story[] = [
  {
    name: 'delivered',
    keep: { ingestMailbox: 1, ingestBatch: 1 },
    play: async (lab) => {
      await lab.deliver(lab.mails(3));
      await lab.worker();
      await lab.ingest();
    },
  },
  {
    name: 'dry-run',
    keep: { ingestMailbox: 1 },
    play: async (lab) => {
      await lab.deliver(lab.mails(2));
      await lab.worker();
      await lab.ingest('soc', { dryRun: true });
    },
  },
  {
    name: 'refused',
    keep: { ingestMailbox: 1, ingestBatch: 1 },
    play: async (lab, soar) => {
      soar.fault({ kind: 'status', status: 401, times: forEver });
      await lab.deliver(lab.mails(2));
      await lab.worker();
      await assert.rejects(lab.ingest());
    },
  },
  {
    name: 'wrong-password',
    keep: { ingestMailbox: 1 },
    options: { mailboxes: { soc: { password: { env: 'HOOK' } } } },
    play: async (lab) => {
      await lab.worker();
      await assert.rejects(lab.ingest());
    },
  },
  {
    name: 'continued',
    keep: { ingestMailbox: 2 },
    play: async (lab) => {
      await lab.deliver(lab.mails(2_502));
      await lab.worker();
      await lab.ingest();
    },
  },
  {
    name: 'handed-over',
    keep: { ingestMailbox: 2, ingestBatch: 1, deliverMessage: 1 },
    options: { mailboxes: { soc: { every: '2s' } } },
    play: async (lab, soar) => {
      await soar.down();
      await lab.deliver(lab.mails(2));
      await lab.worker();
      await lab.ingest();
      await lab.ingest();
      await soar.up();
      await lab.settled();
    },
  },
  {
    name: 'report',
    keep: { ingestMailbox: 1, ingestBatch: 1, deliverMessage: 2 },
    options: { mailboxes: { soc: { alertFor: 'originals', every: '2s' } } },
    play: async (lab, soar) => {
      await soar.down();
      await lab.deliver([simpleReport(lab.name, [`${lab.name}-1`, `${lab.name}-2`])]);
      await lab.worker();
      await lab.ingest();
      await soar.up();
      await lab.settled();
    },
  },
  {
    name: 'asked-to-wait',
    keep: { ingestBatch: 1, deliverMessage: 1 },
    options: { mailboxes: { soc: { every: '1s' } } },
    play: async (lab, soar) => {
      soar.fault({ kind: 'status', status: 429, headers: { 'retry-after': '4' } });
      await lab.deliver(lab.mails(1));
      await lab.worker();
      await lab.ingest();
      await lab.settled();
    },
  },
  {
    name: 'held-and-retried',
    keep: { ingestMailbox: 1, ingestBatch: 1, deliverMessage: 1 },
    play: holdAndRetry,
  },
  // Since what is held stands in the memo. The story above was recorded before.
  { name: 'held-with-memo', keep: { deliverMessage: 1 }, play: holdAndRetry },
  {
    name: 'in-parts',
    keep: { ingestBatch: 1 },
    options: { target: { alertsPerSecond: 2 } },
    play: async (lab) => {
      await lab.deliver(lab.mails(6));
      await lab.worker();
      await lab.ingest();
    },
  },
  {
    name: 'held-and-discarded',
    keep: { deliverMessage: 1 },
    play: async (lab, soar) => {
      const handle = await heldMessage(lab, soar);
      await handle.executeUpdate('discard', { args: [decision] });
      await handle.result();
    },
  },
  {
    name: 'renumbered',
    keep: { ingestMailbox: 1, ingestBatch: 1 },
    play: async (lab) => {
      await lab.deliver(lab.mails(2));
      const flag = lab.holdAt('before flag');
      await lab.worker();
      const poll = await lab.poll();
      await flag.reached();
      await lab.site.dovecot.mailboxes.resetUidValidity(lab.users.soc ?? '', 'INBOX');
      await flag.release();
      await poll.result();
    },
  },
];

export const mailScenarios: readonly Scenario[] = stories.map(scenarioOf);

export function scenarioOf({ name, keep, options, play }: Story): Scenario {
  return {
    name,
    keep,
    run: (site, whenPlayed) =>
      withWebhook(
        site,
        async (lab, soar) => {
          await play(lab, soar);
          await whenPlayed(lab);
        },
        options,
      ),
  };
}

async function holdAndRetry(lab: Lab, soar: WebhookServer): Promise<void> {
  const handle = await heldMessage(lab, soar);
  await handle.executeUpdate('retry', { args: [decision] });
  await eventually(async () => soar.requests.length > 2 || undefined, 'it is tried again');
  await eventually(async () => (await isHeld(handle)) || undefined, 'it is held again');
  soar.clearFaults();
  await handle.executeUpdate('retry', { args: [decision] });
  await handle.result();
}

type Handle = Awaited<ReturnType<typeof heldMessage>>;

/** The second of two mails, which the SOAR rejects. */
async function heldMessage(lab: Lab, soar: WebhookServer) {
  const match = (body: string) => body.includes(`"Message ${lab.name}-2"`);
  soar.fault({ kind: 'status', status: 400, times: forEver, match });
  await lab.deliver(lab.mails(2));
  await lab.worker();
  await lab.ingest();
  const look = async () => (await lab.openWorkflows('deliverMessage'))[0];
  return lab.site.temporal.client.workflow.getHandle(await eventually(look, 'a message is held'));
}

async function isHeld(handle: Handle): Promise<boolean> {
  const { sinks } = await handle.query<{ readonly sinks: readonly { readonly state: string }[] }>('state');
  return sinks[0]?.state === 'held';
}
