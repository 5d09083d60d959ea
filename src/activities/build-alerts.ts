import type { AlertDocument } from '../alerts/types.js';
import type { LurewatchError } from '../errors/lurewatch-error.js';
import type { Extraction, Finding } from '../indicators/types.js';
import { type AroundDamage, aroundDamage } from '../ledger/around-damage.js';
import type { MessageRecord } from '../ledger/records.js';
import { cleanMessageId } from '../mail/identity.js';
import { sinksFor } from '../routing/sinks-for.js';
import type { AlertRow } from '../workflows/types.js';
import { type AlertSource, documentOf, originalsOf, reportDocument } from './alert-documents.js';
import { askWarninglists } from './ask-warninglists.js';
import type { Dependencies, Mailbox } from './dependencies.js';
import { groupedDocuments } from './grouped-documents.js';
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
  /** Of what is sent: of a report whose mails are alerts of their own, those. */
  readonly rows: readonly AlertRow[];
  /** By alert id of a report: the alert ids of its mails. */
  readonly originals: ReadonlyMap<string, readonly string[]>;
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
  const sources = [...once.values()].toReversed().map((one) => withOriginals(mailbox, one));
  const named = await nameAlerts(dependencies, sources);
  const built = await storeDocuments(dependencies, mailbox, [...named.sound]);
  const known = [...stored.sound.values()].filter((document) => document !== undefined);
  const sent = await sentDocuments(dependencies, [...known, ...built]);
  return {
    rows: [
      ...new Map(
        [...sent.sound.values()].flat().map((document) => [document.alertId, rowOf(mailbox, document)]),
      ).values(),
    ],
    originals: new Map(
      [...sent.sound.keys()].flatMap(({ alertId, originalAlertIds }) =>
        originalAlertIds === undefined ? [] : [[alertId, originalAlertIds]],
      ),
    ),
    damaged: new Map([
      ...stored.damaged,
      ...[...lost].filter(([alertId]) => !once.has(alertId)),
      ...[...named.damaged].map(([{ alertId }, error]): [string, LurewatchError] => [alertId, error]),
      ...[...sent.damaged].map(([{ alertId }, error]): [string, LurewatchError] => [alertId, error]),
    ]),
  };
}

/** A message, and the mails that become alerts in its place, if any. */
interface MessageSource extends AlertSource {
  readonly record: MessageRecord;
  readonly originals: readonly AlertSource[];
}

function withOriginals(mailbox: Mailbox, { record, extraction }: ParsedMessage): MessageSource {
  const { alertId, identity } = record;
  const source = { alertId, identity, extraction: withSizeCut(extraction, record) };
  return { ...source, record, originals: originalsOf(mailbox, source) };
}

/** The ticket ids of each message and its originals, in their order. */
function nameAlerts(
  { ledger }: Dependencies,
  sources: readonly MessageSource[],
): Promise<AroundDamage<MessageSource, readonly string[]>> {
  return aroundDamage(sources, async (some) => {
    const wanted = some.flatMap((source) => [source, ...source.originals]);
    const names = await ledger.messageIds.ticketIds(
      wanted.map(({ alertId, extraction }) => ({
        alertId,
        messageId: cleanMessageId(extraction.messageId),
      })),
    );
    let next = 0;
    return some.map(({ originals }) => {
      const first = next;
      next += 1 + originals.length;
      return names.slice(first, next);
    });
  });
}

/** @returns what stands in the store, of messages only */
async function storeDocuments(
  dependencies: Dependencies,
  mailbox: Mailbox,
  named: readonly (readonly [MessageSource, readonly string[]])[],
): Promise<readonly AlertDocument[]> {
  const { alerts } = dependencies.ledger;
  const asked = await askWarninglists(
    dependencies,
    named.map(([{ extraction }]) => extraction),
  );
  const document = (
    { record }: MessageSource,
    { alertId, identity, extraction, original }: AlertSource,
    ticketId = '',
  ) => documentOf(dependencies, mailbox, { ...record, alertId, identity }, extraction, ticketId, asked, original);
  const originals = named.flatMap(([source, [, ...ticketIds]]) =>
    source.originals.map((original, index) => document(source, original, ticketIds[index])),
  );
  const own = named.map(([source, [ticketId]]) => {
    const all = document(source, source, ticketId);
    if (source.originals.length === 0) return all;
    return reportDocument(
      all,
      source.originals.map(({ alertId }) => alertId),
    );
  });
  const sources = named.flatMap(([source]) => [source, ...source.originals]);
  const grouped = await groupedDocuments(dependencies, mailbox, sources, [...originals, ...own]);
  // Before the reports that name them: a crash in between leaves what nobody refers to, and is made again.
  await alerts.create(grouped.slice(0, originals.length));
  return alerts.create(grouped.slice(originals.length));
}

/** By the document of each message: those that are sent for it. */
function sentDocuments(
  { ledger }: Dependencies,
  documents: readonly AlertDocument[],
): Promise<AroundDamage<AlertDocument, readonly AlertDocument[]>> {
  return aroundDamage(documents, async (some) => {
    const originals = await ledger.alerts.read(some.flatMap(({ originalAlertIds = [] }) => originalAlertIds));
    const byId = new Map(originals.map((original) => [original.alertId, original]));
    return some.map((document) =>
      document.originalAlertIds === undefined
        ? [document]
        : document.originalAlertIds.flatMap((alertId) => byId.get(alertId) ?? []),
    );
  });
}

export function withSizeCut(
  extraction: Extraction,
  { sizeBytes, storedBytes }: Pick<MessageRecord, 'sizeBytes' | 'storedBytes'>,
): Extraction {
  if (storedBytes >= sizeBytes) return extraction;
  const finding: Finding = {
    code: 'size-cut',
    text: `only the first ${storedBytes} of ${sizeBytes} bytes of the message were read`,
  };
  return { ...extraction, findings: [finding, ...extraction.findings] };
}

function rowOf(mailbox: Mailbox, document: AlertDocument): AlertRow {
  const { alertId, from, subject, urls } = document;
  const isRouted = document.route !== undefined || mailbox.config.routes.length > 0;
  const routed = isRouted ? { sinks: sinksFor(mailbox, document) } : {};
  return { alertId, from: short(from), subject: short(subject ?? ''), urls: urls.length, ...routed };
}
