import { buildAlert } from '../alerts/build-alert.js';
import type { AlertDocument } from '../alerts/types.js';
import type { Extraction, Finding } from '../indicators/types.js';
import type { MessageRecord } from '../ledger/records.js';
import { cleanMessageId } from '../mail/identity.js';
import { buildMispEvent } from '../misp/build-event.js';
import type { AlertRow } from '../workflows/types.js';
import type { Dependencies, Mailbox } from './dependencies.js';
import { short } from './short.js';

/**
 * Stores the document of each alert before anything is sent. An alert that has one keeps it: what was built first is
 * sent for ever, also after an upgrade, and also for the same mail in another mailbox.
 * @param extractionsOf called with the messages whose alerts have none yet
 */
export async function buildAlerts(
  dependencies: Dependencies,
  mailbox: Mailbox,
  messages: readonly MessageRecord[],
  extractionsOf: (records: readonly MessageRecord[]) => Promise<ReadonlyMap<string, Extraction>>,
): Promise<readonly AlertRow[]> {
  const records = oncePerAlert(messages);
  const stored = await dependencies.ledger.alerts.find(records.map(({ alertId }) => alertId));
  const missing = records.filter((_, index) => stored[index] === undefined);
  const built = await buildMissing(dependencies, mailbox, missing, await extractionsOf(missing));
  return [...stored.filter((document) => document !== undefined), ...built].map(rowOf);
}

async function buildMissing(
  dependencies: Dependencies,
  mailbox: Mailbox,
  records: readonly MessageRecord[],
  extractions: ReadonlyMap<string, Extraction>,
): Promise<readonly AlertDocument[]> {
  const alerts = records.map((record) => {
    const extraction = extractions.get(record.evidence);
    if (extraction === undefined) throw new RangeError(`no extraction for alert ${record.alertId}`);
    return { alertId: record.alertId, messageId: cleanMessageId(extraction.messageId), record, extraction };
  });
  const ticketIds = await dependencies.ledger.messageIds.ticketIds(alerts);
  return dependencies.ledger.alerts.create(
    alerts.map(({ record, extraction }, index) =>
      documentOf(dependencies, mailbox, record, withSizeCut(extraction, record), ticketIds[index] ?? record.alertId),
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

function oncePerAlert(records: readonly MessageRecord[]): readonly MessageRecord[] {
  const first = new Map<string, MessageRecord>();
  for (const record of records) if (!first.has(record.alertId)) first.set(record.alertId, record);
  return [...first.values()];
}

function rowOf({ alertId, from, subject, urls }: AlertDocument): AlertRow {
  return { alertId, from: short(from), subject: short(subject ?? ''), urls: urls.length };
}
