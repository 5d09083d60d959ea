import { type Dependencies, routingMailbox } from '../activities/dependencies.js';
import type { AlertDocument } from '../alerts/types.js';
import { aroundDamage } from '../ledger/around-damage.js';
import { sinksFor } from '../routing/sinks-for.js';
import type { UnreadAlerts } from './unread-alerts.js';

/**
 * `unknown`: no alert was built; `open`: some sink may still get it; `done`: nothing of the raw mail is needed, or its
 * mailbox made no alert of it.
 */
export type AlertEnd = 'unknown' | 'open' | 'done' | 'damaged';

/**
 * Whether alerts have come to their end, by the ledger alone where it can tell. A target that was added later is one
 * that old alerts never go to; so where some sink has an alert and another was never tried, Temporal and the mailboxes
 * are asked whether anybody still carries it there.
 */
export async function alertEnds(
  dependencies: Dependencies,
  unread: UnreadAlerts,
  alertIds: readonly string[],
): Promise<ReadonlyMap<string, AlertEnd>> {
  const { sound, damaged } = await aroundDamage(alertIds, (some) => dependencies.ledger.alerts.find(some));
  const ends = new Map<string, AlertEnd>([...damaged.keys()].map((id) => [id, 'damaged']));
  for (const [alertId, document] of sound) {
    if (document !== undefined) ends.set(alertId, await endOf(dependencies, unread, document));
    else ends.set(alertId, await endOfNoAlert(dependencies, unread, alertId));
  }
  return ends;
}

/** Done where it was skipped, and waits in no mailbox in which it still might become an alert. */
async function endOfNoAlert({ ledger }: Dependencies, unread: UnreadAlerts, alertId: string): Promise<AlertEnd> {
  const { sound, damaged } = await aroundDamage([alertId], async () => [await ledger.skips.named(alertId)]);
  if (damaged.size > 0) return 'damaged';
  const isSkipped = (sound.get(alertId) ?? []).length > 0;
  return isSkipped && !(await unread.has(alertId)) ? 'done' : 'unknown';
}

async function endOf(dependencies: Dependencies, unread: UnreadAlerts, document: AlertDocument): Promise<AlertEnd> {
  const { originalAlertIds } = document;
  if (originalAlertIds === undefined) return (await isDone(dependencies, unread, document)) ? 'done' : 'open';
  // A report whose mails are alerts in its place has come to its end with the last of them.
  const { sound, damaged } = await aroundDamage(originalAlertIds, (some) => dependencies.ledger.alerts.find(some));
  if (damaged.size > 0) return 'damaged';
  for (const original of sound.values()) {
    if (original === undefined || !(await isDone(dependencies, unread, original, document.alertId))) return 'open';
  }
  return 'done';
}

/** @param report which carries it, too: not only the one that it was first found in */
async function isDone(
  dependencies: Dependencies,
  unread: UnreadAlerts,
  document: AlertDocument,
  report?: string,
): Promise<boolean> {
  const { alertId } = document;
  const { deliveries } = dependencies.ledger;
  const own = sinksOf(dependencies, document.mailbox, document);
  const others = Object.keys(dependencies.config.mailboxes).flatMap((name) => sinksOf(dependencies, name, document));
  let reached = 0;
  let untried = 0;
  let untriedByOthers = 0;
  // What its route led to may be gone from the configuration.
  for (const name of document.route?.targets ?? []) {
    if (!dependencies.sinks.has(name) && (await deliveries.reached(name, [alertId]))[0]) reached += 1;
  }
  for (const [name, sink] of dependencies.sinks) {
    const [isReached = false] = await deliveries.reached(name, [alertId]);
    if (isReached) reached += 1;
    else if ((await deliveries.areClaimed(name, [alertId]))[0]) return false;
    else if (!sink.wants(document)) continue;
    else if (own.includes(name)) untried += 1;
    else if (others.includes(name)) untriedByOthers += 1;
  }
  if (untried > 0 && reached === 0) return false;
  if (untried + untriedByOthers === 0) return true;
  // Another mailbox may have got the same mail, and be yet to send it where only its own mail goes.
  for (const message of new Set([alertId, document.report?.alertId, report])) {
    if (message !== undefined && (await unread.has(message))) return false;
  }
  return !(await isCarried(dependencies, document));
}

async function isCarried({ config, workflows }: Dependencies, { alertId, mailbox }: AlertDocument): Promise<boolean> {
  for (const name of new Set([mailbox, ...Object.keys(config.mailboxes)])) {
    if (await workflows.isInDelivery(name, alertId)) return true;
  }
  return false;
}

/** Of a mailbox that is no longer configured nothing is sent anywhere any more. */
function sinksOf(dependencies: Dependencies, name: string, document: AlertDocument): readonly string[] {
  const mailbox = routingMailbox(dependencies, name);
  return mailbox === undefined ? [] : sinksFor(mailbox, document);
}
