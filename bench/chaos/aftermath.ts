import { loadConfig } from '../../src/config/load-config.js';
import { alertIdOf, identityOf } from '../../src/mail/identity.js';
import { openStore } from '../../src/store/open-store.js';
import type { ClusterSite } from '../cluster/cluster-site.js';
import type { Deployment } from '../cluster/deployment.js';
import { generatedMail } from '../generated-mails.js';
import type { Receiver } from '../receiver.js';
import type { Aftermath } from './audit.js';

const sink = 'cases';

export interface Whereabouts {
  readonly site: ClusterSite;
  readonly deployment: Deployment;
  readonly receiver: Receiver;
  readonly user: string;
  readonly mailbox: string;
  readonly mails: number;
  readonly prefix: string;
}

/** Counts everything, from each place itself. */
export async function lookAtAftermath(at: Whereabouts): Promise<Aftermath> {
  const { site, deployment, receiver, user, mailbox, mails, prefix } = at;
  const loaded = await loadConfig(deployment.configFile, { ...process.env, ...deployment.environment });
  const store = await openStore(loaded.config.store, loaded.resolve, loaded.secret);
  try {
    const [claims, outcomes, documents, messages] = await Promise.all([
      store.list(`ledger/sinks/${sink}/claims/`),
      store.list(`ledger/sinks/${sink}/outcomes/`),
      store.list('ledger/alerts/'),
      store.list(`ledger/messages/${mailbox}/`),
    ]);
    const flags = await site.dovecot.mailboxes.flags(user, 'INBOX');
    return {
      expected: Array.from({ length: mails }, (_, index) =>
        alertIdOf(identityOf(generatedMail(index + 1, { prefix }))),
      ),
      arrivals: await receiver.arrivals(),
      ledger: ledgerOf(claims, outcomes),
      documents: documents.length,
      messages: messages.length,
      unread: [...flags.values()].filter((held) => !held.includes('\\Seen')).length,
      inMailbox: flags.size,
      openWorkflows: await openDeliveries(site),
    };
  } finally {
    await store.close();
  }
}

/** From the names of the records: `…/<alert id>.claim-2.json`, `….claim-2.end.json`, `….outcome.json`. */
export function ledgerOf(
  claims: readonly string[],
  outcomes: readonly string[],
): ReadonlyMap<string, { readonly claims: number; readonly outcome: boolean }> {
  const reached = new Set(outcomes.map(alertIdIn));
  const numbers = new Map<string, number>();
  for (const key of claims) {
    if (key.endsWith('.end.json')) continue;
    const id = alertIdIn(key);
    numbers.set(id, (numbers.get(id) ?? 0) + 1);
  }
  const ids = new Set([...reached, ...numbers.keys()]);
  return new Map([...ids].map((id) => [id, { claims: numbers.get(id) ?? 0, outcome: reached.has(id) }]));
}

function alertIdIn(key: string): string {
  const name = key.slice(key.lastIndexOf('/') + 1);
  return name.slice(0, name.indexOf('.'));
}

/** All but the polls, which come again every few seconds. */
export async function openDeliveries(site: ClusterSite): Promise<number> {
  const { count } = await site.temporal.client.workflow.count(
    'ExecutionStatus = "Running" AND WorkflowType IN ("deliverMessage", "ingestBatch")',
  );
  return count;
}
