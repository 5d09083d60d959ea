import type { Extraction } from '../indicators/types.js';
import type { CampaignLedger } from '../ledger/campaigns.js';
import { campaignMail } from './campaign-mail.js';
import { fingerprintOf, traitsOf } from './fingerprint.js';
import { groupingKey } from './grouping-key.js';

/** The last moment with a year of four digits. */
const lastMs = Date.UTC(9999, 11, 31);

/** What becomes an alert. */
export interface CampaignCopy {
  readonly alertId: string;
  readonly extraction: Extraction;
  /** Of a mail that a report carried: who sent the report, as people see him. */
  readonly reporter?: string | undefined;
  /** INTERNALDATE, Unix milliseconds: when the sender says that he wrote it counts for nothing. */
  readonly receivedAtMs: number;
  readonly environment: string;
}

/** By alert id: `source_grouping_identifier`; none for a mail that nothing could tell from all others. */
export async function groupingKeys(
  ledger: CampaignLedger,
  windowMs: number,
  copies: readonly CampaignCopy[],
): Promise<ReadonlyMap<string, string>> {
  const seen = copies.flatMap(({ alertId, extraction, reporter, receivedAtMs, environment }) => {
    const traits = traitsOf(campaignMail(extraction, reporter));
    return traits === undefined
      ? []
      : [{ alertId, fingerprint: fingerprintOf(traits, environment), receivedAtMs: within(receivedAtMs) }];
  });
  const starts = await ledger.windowStarts(seen, windowMs);
  return new Map(
    seen.map(({ alertId, fingerprint }, index) => [alertId, groupingKey(fingerprint, starts[index] ?? 0)]),
  );
}

/** A mailbox may say of a file that it is from the year 300,000, or from 1905. */
function within(receivedAtMs: number): number {
  return Math.min(Math.max(receivedAtMs, 0), lastMs);
}
