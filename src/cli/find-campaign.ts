import type { AlertDocument } from '../alerts/types.js';
import { hourOfGroupingKey } from '../campaigns/grouping-key.js';
import { aroundDamage } from '../ledger/around-damage.js';
import { keys } from '../ledger/keys.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Store } from '../store/store.js';

export interface FoundCampaign {
  /** Undefined: the text is no grouping key. */
  readonly key: string | undefined;
  /** Of its alerts, the first received first. */
  readonly documents: readonly AlertDocument[];
  readonly damaged: readonly string[];
}

/** All alerts with a grouping key, which may also come as the tag that some SOARs show, `campaign:lw-…`. */
export async function findCampaign(
  store: Pick<Store, 'placeOf'>,
  { campaignMembers, alerts }: Pick<Ledger, 'campaignMembers' | 'alerts'>,
  text: string,
): Promise<FoundCampaign> {
  const key = text.trim().replace(/^campaign:/, '');
  if (hourOfGroupingKey(key) === undefined) return { key: undefined, documents: [], damaged: [] };
  const { alertIds, damaged } = await campaignMembers.find(key);
  const stored = await aroundDamage(alertIds, (some) => alerts.find(some), 'side by side');
  // What was decided for a mail that became no alert, or got its key from another mailbox, says its document.
  const documents = [...stored.sound.values()].filter((document) => document?.alert.source_grouping_identifier === key);
  const there = documents.filter((document) => document !== undefined);
  return {
    key,
    documents: there.sort((one, other) => one.receivedAtMs - other.receivedAtMs),
    damaged: [...damaged, ...[...stored.damaged.keys()].map((alertId) => store.placeOf(keys.alert(alertId)))],
  };
}
