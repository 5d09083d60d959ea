import { access } from 'node:fs/promises';
import { mispSinkName } from '../activities/dependencies.js';
import type { AlertDocument } from '../alerts/types.js';
import type { Config } from '../config/schema.js';
import type { StandingClaim } from '../ledger/deliveries.js';
import { keys } from '../ledger/keys.js';
import type { Ledger } from '../ledger/ledger.js';
import { alertIdPattern } from '../ledger/message-ids.js';
import type { Outcome } from '../ledger/records.js';
import { cleanMessageId } from '../mail/identity.js';
import type { Store } from '../store/store.js';

/** An alert with all that the ledger knows of it. */
export interface FoundAlert {
  readonly document: AlertDocument;
  /** The raw message. */
  readonly evidence: { readonly sha256: string; readonly path: string | undefined; readonly present: boolean };
  readonly sinks: readonly FoundDelivery[];
}

export interface FoundDelivery {
  readonly sink: string;
  /** `open`: claimed, and not known to have arrived. `waiting`: not sent so far. `none`: this sink wants nothing of it. */
  readonly state: 'delivered' | 'discarded' | 'open' | 'waiting' | 'none';
  readonly outcome?: Outcome;
  readonly claim?: StandingClaim;
}

/**
 * Every alert that a text names: as its alert id, its ticket id, or the Message-ID of its mail, which several may share.
 */
export async function findAlerts(
  store: Store,
  ledger: Ledger,
  config: Config,
  text: string,
): Promise<readonly FoundAlert[]> {
  const documents = await ledger.alerts.find(await namedBy(ledger, text));
  return Promise.all(
    documents
      .filter((document) => document !== undefined)
      .map(async (document) => ({
        document,
        evidence: await evidenceOf(store, document),
        sinks: await Promise.all(sinksOf(config, document).map((sink) => deliveryTo(ledger, sink, document, config))),
      })),
  );
}

async function namedBy(ledger: Ledger, text: string): Promise<readonly string[]> {
  const wanted = text.trim();
  const messageId = cleanMessageId(wanted);
  const carriers = messageId === null ? [] : await ledger.messageIds.find(messageId);
  // A sender may choose what looks like an alert id for a Message-ID.
  return alertIdPattern.test(wanted) ? [...new Set([wanted.toLowerCase(), ...carriers])] : carriers;
}

async function evidenceOf(store: Store, { evidence: sha256 }: AlertDocument): Promise<FoundAlert['evidence']> {
  const key = keys.evidence(sha256);
  const path = store.localPath(key);
  if (path === undefined) {
    const stream = await store.openStream(key);
    stream?.destroy();
    return { sha256, path, present: stream !== undefined };
  }
  const present = await access(path).then(
    () => true,
    () => false,
  );
  return { sha256, path, present };
}

/** Those its mailbox delivers to, then all others of the configuration: the mailbox may have had them before. */
function sinksOf(config: Config, { mailbox }: AlertDocument): readonly string[] {
  const own = Object.hasOwn(config.mailboxes, mailbox) ? config.mailboxes[mailbox] : undefined;
  const misp = config.misp === undefined ? [] : [mispSinkName];
  return [...new Set([...(own?.targets ?? []), ...Object.keys(config.targets), ...misp])];
}

async function deliveryTo(
  { deliveries }: Ledger,
  sink: string,
  document: AlertDocument,
  config: Config,
): Promise<FoundDelivery> {
  const [outcome] = await deliveries.outcomes(sink, [document.alertId]);
  if (outcome !== undefined) return { sink, state: outcome.kind, outcome };
  const claim = await deliveries.latestClaim(sink, document.alertId);
  if (claim !== undefined) return { sink, state: 'open', claim };
  const mailbox = Object.hasOwn(config.mailboxes, document.mailbox) ? config.mailboxes[document.mailbox] : undefined;
  const wanted =
    sink === mispSinkName ? document.mispEvent !== null && mailbox?.misp !== false : mailbox?.targets.includes(sink);
  return { sink, state: wanted === false ? 'none' : 'waiting' };
}
