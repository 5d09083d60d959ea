import { buildAlert } from '../alerts/build-alert.js';
import type { AlertDocument } from '../alerts/types.js';
import type { LurewatchError } from '../errors/lurewatch-error.js';
import type { Extraction, Finding } from '../indicators/types.js';
import { type AroundDamage, aroundDamage } from '../ledger/around-damage.js';
import type { MessageRecord } from '../ledger/records.js';
import { cleanMessageId } from '../mail/identity.js';
import { buildMispEvent } from '../misp/build-event.js';
import type { AlertRow } from '../workflows/types.js';
import type { Dependencies, Mailbox } from './dependencies.js';
import { short } from './short.js';

/** A message that an alert can be built from. */
export interface ParsedMessage {
  readonly record: MessageRecord;
  readonly extraction: Extraction;
}

export interface ParsedMessages {
  readonly parsed: readonly ParsedMessage[];
  /** By alert id: why a message of it could not be parsed. */
  readonly lost: ReadonlyMap<string, LurewatchError>;
}

export interface BuiltAlerts {
  readonly rows: readonly AlertRow[];
  /** By alert id: what is damaged or lost, so that nothing can be sent. Their messages stay unread. */
  readonly damaged: ReadonlyMap<string, LurewatchError>;
}

/**
 * Stores the document of each alert before anything is sent. An alert that has one keeps it: what was built first is
 * sent for ever, also after an upgrade, and also for the same mail in another mailbox.
 * @param parse called with the messages whose alerts have no document yet
 */
export async function buildAlerts(
  dependencies: Dependencies,
  mailbox: Mailbox,
  messages: readonly MessageRecord[],
  parse: (records: readonly MessageRecord[]) => Promise<ParsedMessages>,
): Promise<BuiltAlerts> {
  const { alerts } = dependencies.ledger;
  const alertIds = [...new Set(messages.map(({ alertId }) => alertId))];
  const stored = await aroundDamage(alertIds, (some) => alerts.find(some));
  const missing = new Set([...stored.sound].flatMap(([id, document]) => (document === undefined ? [id] : [])));
  const { parsed, lost } = await parse(messages.filter(({ alertId }) => missing.has(alertId)));
  // Of several copies of a mail any one serves.
  const once = new Map(parsed.toReversed().map((one) => [one.record.alertId, one]));
  const named = await nameAlerts(dependencies, [...once.values()].toReversed());
  const built = await alerts.create(
    [...named.sound].map(([{ record, extraction }, ticketId]) =>
      documentOf(dependencies, mailbox, record, withSizeCut(extraction, record), ticketId),
    ),
  );
  const known = [...stored.sound.values()].filter((document) => document !== undefined);
  return {
    rows: [...known, ...built].map(rowOf),
    damaged: new Map([
      ...stored.damaged,
      ...[...lost].filter(([alertId]) => !once.has(alertId)),
      ...[...named.damaged].map(([{ record }, error]): [string, LurewatchError] => [record.alertId, error]),
    ]),
  };
}

function nameAlerts(
  { ledger }: Dependencies,
  parsed: readonly ParsedMessage[],
): Promise<AroundDamage<ParsedMessage, string>> {
  return aroundDamage(parsed, (some) =>
    ledger.messageIds.ticketIds(
      some.map(({ record: { alertId }, extraction }) => ({ alertId, messageId: cleanMessageId(extraction.messageId) })),
    ),
  );
}

/** The document of an alert: everything that will ever be sent for it. */
export function documentOf(
  { config }: Dependencies,
  mailbox: Mailbox,
  record: MessageRecord,
  extraction: Extraction,
  ticketId: string,
): AlertDocument {
  const { alertId, internalDateMs: receivedAtMs } = record;
  const urls = extraction.urls.map(({ url }) => url);
  const { environment, priority } = mailbox.config;
  return {
    version: 1,
    alertId,
    identity: record.identity,
    ticketId,
    messageId: cleanMessageId(extraction.messageId),
    mailbox: mailbox.name,
    folder: record.folder,
    receivedAtMs,
    evidence: record.evidence,
    from: extraction.from,
    to: extraction.to,
    subject: extraction.subject,
    urls,
    findings: extraction.findings,
    alert: buildAlert({ alertId, ticketId, extraction, receivedAtMs, environment, priority }),
    mispEvent:
      config.misp === undefined
        ? null
        : buildMispEvent({ ...extraction, alertId, mailbox: mailbox.name, receivedAtMs, urls }, config.misp),
  };
}

function withSizeCut(extraction: Extraction, { sizeBytes, storedBytes }: MessageRecord): Extraction {
  if (storedBytes >= sizeBytes) return extraction;
  const finding: Finding = {
    code: 'size-cut',
    text: `only the first ${storedBytes} of ${sizeBytes} bytes of the message were read`,
  };
  return { ...extraction, findings: [finding, ...extraction.findings] };
}

function rowOf({ alertId, from, subject, urls }: AlertDocument): AlertRow {
  return { alertId, from: short(from), subject: short(subject ?? ''), urls: urls.length };
}
