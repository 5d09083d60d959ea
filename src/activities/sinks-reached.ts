import type { AlertDocument } from '../alerts/types.js';
import type { Outcome } from '../ledger/records.js';
import { type RoutingMailbox, sinksFor } from '../routing/sinks-for.js';
import type { Dependencies } from './dependencies.js';
import { mispSinkName, sinkNamed } from './dependencies.js';

/** Of these alerts, those that have reached every sink that they go to, or were discarded there: see `openAlerts`. */
export async function sinksReached(
  dependencies: Dependencies,
  mailbox: RoutingMailbox,
  alertIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const open = await openAlerts(dependencies, mailbox, alertIds);
  return new Set(alertIds.filter((alertId) => open.get(alertId)?.length === 0));
}

/**
 * By alert id, the alerts that have a sink still to reach: the alert itself, or those of the mails of a report that are
 * alerts in its place.
 */
export async function openAlerts(
  dependencies: Dependencies,
  mailbox: RoutingMailbox,
  alertIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const own = await storedDocuments(dependencies, alertIds);
  const originals = await storedDocuments(dependencies, [...own.values()].flatMap(originalsOf));
  const sent = [...own.values()].filter(({ originalAlertIds }) => originalAlertIds === undefined);
  const reached = await reachedAll(dependencies, mailbox, [...sent, ...originals.values()]);
  return new Map(
    alertIds.map((alertId) => {
      const some = own.get(alertId)?.originalAlertIds ?? [alertId];
      return [alertId, some.filter((one) => !reached.has(one))];
    }),
  );
}

function originalsOf({ originalAlertIds = [] }: AlertDocument): readonly string[] {
  return originalAlertIds;
}

/** Without its document an alert was never sent anywhere. */
async function storedDocuments(
  { ledger }: Dependencies,
  alertIds: readonly string[],
): Promise<ReadonlyMap<string, AlertDocument>> {
  if (alertIds.length === 0) return new Map();
  const found = await ledger.alerts.find(alertIds);
  return new Map(found.flatMap((document) => (document === undefined ? [] : [[document.alertId, document]])));
}

async function reachedAll(
  dependencies: Dependencies,
  mailbox: RoutingMailbox,
  documents: readonly AlertDocument[],
): Promise<ReadonlySet<string>> {
  let left = documents;
  const before = await settledBefore(dependencies, mailbox, documents);
  for (const name of mailbox.sinks) {
    const sink = sinkNamed(dependencies, name);
    const ids = left.map(({ alertId }) => alertId);
    const outcomes = await dependencies.ledger.deliveries.outcomes(name, ids);
    left = left.filter(
      (document, index) =>
        outcomes[index] !== undefined ||
        (name !== mispSinkName && before.has(document.alertId)) ||
        !sinksFor(mailbox, document).includes(name) ||
        !sink.wants(document),
    );
  }
  return new Set(left.map(({ alertId }) => alertId));
}

/**
 * Alerts that the targets of their route had while the mailbox still had one of those: what is over is not sent again to
 * others in their place.
 */
async function settledBefore(
  { ledger }: Dependencies,
  mailbox: RoutingMailbox,
  documents: readonly AlertDocument[],
): Promise<ReadonlySet<string>> {
  const settled = new Set<string>();
  for (const { alertId, route, mailbox: decidedBy } of documents) {
    const { targets = [] } = route ?? {};
    if (decidedBy !== mailbox.name || targets.length === 0) continue;
    if (targets.some((target) => mailbox.sinks.includes(target))) continue;
    const each = await Promise.all(targets.map((target) => ledger.deliveries.outcomes(target, [alertId])));
    const outcomes = each.map(([outcome]) => (isGivenUpAsGone(outcome) ? undefined : outcome?.kind));
    if (outcomes.includes('delivered') || !outcomes.includes(undefined)) settled.add(alertId);
  }
  return settled;
}

/** A target was given up since it is gone, and not the message. */
function isGivenUpAsGone(outcome: Outcome | undefined): boolean {
  return outcome?.kind === 'discarded' && outcome.gone === true;
}
