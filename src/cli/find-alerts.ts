import { access } from 'node:fs/promises';
import { mispSinkName } from '../activities/dependencies.js';
import type { AlertDocument } from '../alerts/types.js';
import type { Config } from '../config/schema.js';
import { isLurewatchError } from '../errors/lurewatch-error.js';
import type { StandingClaim } from '../ledger/deliveries.js';
import { keys } from '../ledger/keys.js';
import type { Ledger } from '../ledger/ledger.js';
import { alertIdPattern } from '../ledger/message-ids.js';
import type { Outcome, Retry, SkipRecord } from '../ledger/records.js';
import { cleanMessageId } from '../mail/identity.js';
import { sinksFor } from '../routing/sinks-for.js';
import { goesToMisp, targetsOf } from '../routing/targets-of.js';
import { everyText } from '../schedules/times.js';
import { inParallel } from '../sinks/in-parallel.js';
import type { Store } from '../store/store.js';
import { findCampaign } from './find-campaign.js';

/** An alert with all that the ledger knows of it. */
export interface FoundAlert {
  readonly document: AlertDocument;
  /** The raw message. */
  readonly evidence: {
    readonly sha256: string;
    /** On this machine, where the store is. */
    readonly path?: string;
    readonly place: string;
    readonly present: boolean;
    /** It is not there, and older than `store.retention.evidence`: `180d`. */
    readonly expiredAfter?: string;
  };
  readonly sinks: readonly FoundDelivery[];
}

export interface FoundAlerts {
  readonly alerts: readonly FoundAlert[];
  /** The grouping key that was asked for, where there are alerts with it. */
  readonly campaign?: string;
  /** Where records are that cannot be read: alerts of the campaign may be missing. */
  readonly damaged: readonly string[];
}

export interface FoundDelivery {
  readonly sink: string;
  /** `open`: claimed, and not known to have arrived. `waiting`: not sent so far. `none`: this sink wants nothing of it. */
  readonly state: 'delivered' | 'discarded' | 'open' | 'waiting' | 'none';
  readonly outcome?: Outcome;
  /** Who had it tried again after it was held, and why; absent where nobody did. */
  readonly retries?: readonly Retry[];
  readonly claim?: StandingClaim;
  /** The alert's route leads elsewhere. */
  readonly passedOver?: true;
}

/** A campaign may be thousands of alerts, and each asks the store a few times. */
const atOnce = 16;

/**
 * Every alert that a text names: as its alert id, its ticket id, or the Message-ID of its mail, which several may share;
 * and all of a campaign by its grouping key. For a report whose mails are alerts in its place, those.
 */
export async function findAlerts(store: Store, ledger: Ledger, config: Config, text: string): Promise<FoundAlerts> {
  const campaign = await findCampaign(store, ledger, text);
  const named = await sentDocuments(ledger, await namedBy(ledger, text));
  const documents = [...new Map([...named, ...campaign.documents].map((one) => [one.alertId, one])).values()];
  const found = new Map<string, FoundAlert>();
  const damaged = [...campaign.damaged];
  await inParallel(documents, atOnce, async (document) => {
    try {
      const evidence = await evidenceOf(store, config, document);
      const sinks = sinksOf(config, document).map((sink) => deliveryTo(ledger, sink, document, config));
      found.set(document.alertId, { document, evidence, sinks: await Promise.all(sinks) });
    } catch (error) {
      // It hides none of the others.
      if (!isLurewatchError(error, 'LW_STORE_CORRUPT') || !campaign.documents.includes(document)) throw error;
      damaged.push(`${error.where ?? 'a record'} of alert ${document.alertId}`);
    }
  });
  const alerts = documents.flatMap(({ alertId }) => found.get(alertId) ?? []);
  return campaign.key === undefined || !campaign.documents.some(({ alertId }) => found.has(alertId))
    ? { alerts, damaged }
    : { alerts, damaged, campaign: campaign.key };
}

/** Every decision that a mail which a text names becomes no alert of a mailbox. */
export async function findSkips({ skips }: Pick<Ledger, 'skips'>, text: string): Promise<readonly SkipRecord[]> {
  const wanted = text.trim();
  const messageId = cleanMessageId(wanted);
  const asAlertId = alertIdPattern.test(wanted) ? [wanted.toLowerCase()] : [];
  const names = new Set([...asAlertId, ...(messageId === null ? [] : [messageId])]);
  const found = (await Promise.all([...names].map((name) => skips.named(name)))).flat();
  return [...new Map(found.map((skip) => [`${skip.mailbox} ${skip.digest} ${skip.alertId}`, skip])).values()];
}

async function sentDocuments({ alerts }: Ledger, alertIds: readonly string[]): Promise<readonly AlertDocument[]> {
  const named = (await alerts.find(alertIds)).filter((document) => document !== undefined);
  const sent = await alerts.find([
    ...new Set(named.flatMap(({ alertId, originalAlertIds }) => originalAlertIds ?? [alertId])),
  ]);
  return sent.filter((document) => document !== undefined);
}

async function namedBy(ledger: Ledger, text: string): Promise<readonly string[]> {
  const wanted = text.trim();
  const messageId = cleanMessageId(wanted);
  const carriers = messageId === null ? [] : await ledger.messageIds.find(messageId);
  // A sender may choose what looks like an alert id for a Message-ID.
  return alertIdPattern.test(wanted) ? [...new Set([wanted.toLowerCase(), ...carriers])] : carriers;
}

async function evidenceOf(
  store: Store,
  { store: kept }: Config,
  document: AlertDocument,
): Promise<FoundAlert['evidence']> {
  const sha256 = document.evidence;
  const key = keys.evidence(sha256);
  const retainedMs = kept.retention.evidence;
  const isOld = retainedMs !== undefined && document.receivedAtMs + retainedMs < Date.now();
  const [path, present] = [store.localPath(key), await isThere(store, key)];
  return {
    sha256,
    place: store.placeOf(key),
    ...(path === undefined ? {} : { path }),
    present,
    ...(isOld && !present ? { expiredAfter: everyText(retainedMs) } : {}),
  };
}

async function isThere(store: Store, key: string): Promise<boolean> {
  const path = store.localPath(key);
  if (path === undefined) {
    const stream = await store.openStream(key);
    stream?.destroy();
    return stream !== undefined;
  }
  return access(path).then(
    () => true,
    () => false,
  );
}

/**
 * Those its mailbox delivers to, then those of its route that may be gone, then all others of the configuration: the
 * mailbox may have had them before.
 */
function sinksOf(config: Config, { mailbox, route }: AlertDocument): readonly string[] {
  const own = Object.hasOwn(config.mailboxes, mailbox) ? config.mailboxes[mailbox] : undefined;
  const misp = config.misp === undefined ? [] : [mispSinkName];
  const targets = own === undefined ? [] : targetsOf(own);
  return [...new Set([...targets, ...(route?.targets ?? []), ...Object.keys(config.targets), ...misp])];
}

async function deliveryTo(
  { deliveries }: Ledger,
  sink: string,
  document: AlertDocument,
  config: Config,
): Promise<FoundDelivery> {
  const { alertId } = document;
  const [[outcome], retries] = await Promise.all([
    deliveries.outcomes(sink, [alertId]),
    deliveries.retries(sink, alertId),
  ]);
  const found = { sink, ...(retries.length === 0 ? {} : { retries }) };
  if (outcome !== undefined) return { ...found, state: outcome.kind, outcome };
  const claim = await deliveries.latestClaim(sink, alertId);
  if (claim !== undefined) return { ...found, state: 'open', claim };
  const mailbox = Object.hasOwn(config.mailboxes, document.mailbox) ? config.mailboxes[document.mailbox] : undefined;
  const isEmpty = sink === mispSinkName && document.mispEvent === null;
  if (mailbox === undefined) return { ...found, state: isEmpty ? 'none' : 'waiting' };
  const sinks = [...targetsOf(mailbox), ...(goesToMisp(mailbox) ? [mispSinkName] : [])];
  if (!sinks.includes(sink)) return { ...found, state: 'none' };
  if (!sinksFor({ name: document.mailbox, config: mailbox, sinks }, document).includes(sink)) {
    return { ...found, state: 'none', passedOver: true };
  }
  return { ...found, state: isEmpty ? 'none' : 'waiting' };
}
