import type { AlertDocument } from '../alerts/types.js';
import { campaignWindowMs } from '../campaigns/config.js';
import { groupingKeys } from '../campaigns/grouping-keys.js';
import type { AlertSource } from './alert-documents.js';
import type { Dependencies, Mailbox } from './dependencies.js';

/**
 * The documents of a batch with their grouping keys, as they are stored for ever. Where the mailbox has no `campaigns`
 * they are as they were, and the store is asked for nothing. Else it knows afterwards which alerts have which key.
 * @param sources what the documents were made from
 */
export async function groupedDocuments(
  { ledger }: Dependencies,
  { config }: Mailbox,
  sources: readonly AlertSource[],
  documents: readonly AlertDocument[],
): Promise<readonly AlertDocument[]> {
  const windowMs = campaignWindowMs(config.campaigns);
  if (windowMs === undefined) return documents;
  const byId = new Map(sources.map((source) => [source.alertId, source]));
  const copies = documents.flatMap(({ alertId, originalAlertIds, receivedAtMs, alert: { environment } }) => {
    const source = byId.get(alertId);
    // Nothing is sent of a report whose mails are alerts.
    if (source === undefined || originalAlertIds !== undefined) return [];
    const { extraction, original } = source;
    return [{ alertId, extraction, reporter: original?.report.from, receivedAtMs, environment }];
  });
  const keys = await groupingKeys(ledger.campaigns, windowMs, copies);
  await ledger.campaignMembers.record(keys);
  return documents.map((document) => withKey(document, keys.get(document.alertId)));
}

function withKey(document: AlertDocument, key: string | undefined): AlertDocument {
  return key === undefined ? document : { ...document, alert: { ...document.alert, source_grouping_identifier: key } };
}
