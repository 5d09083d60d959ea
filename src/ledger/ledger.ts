import type { Store } from '../store/store.js';
import { AlertLedger } from './alerts.js';
import { CampaignMembers } from './campaign-members.js';
import { CampaignLedger } from './campaigns.js';
import { DeliveryLedger } from './deliveries.js';
import { FeedImports } from './feed-imports.js';
import { FeedRevisions } from './feed-revisions.js';
import { MessageIdIndex } from './message-ids.js';
import { MessageLedger } from './messages.js';
import { ProgressLedger } from './progress.js';
import { SkipLedger } from './skips.js';

/** What is known for ever of each message, alert and row of a feed. It outlives Temporal's database and the mailbox's numbering. */
export interface Ledger {
  readonly messages: MessageLedger;
  readonly alerts: AlertLedger;
  readonly messageIds: MessageIdIndex;
  readonly campaigns: CampaignLedger;
  readonly campaignMembers: CampaignMembers;
  readonly deliveries: DeliveryLedger;
  readonly progress: ProgressLedger;
  readonly skips: SkipLedger;
  readonly revisions: FeedRevisions;
  readonly imports: FeedImports;
}

export function openLedger(store: Store): Ledger {
  return {
    messages: new MessageLedger(store),
    alerts: new AlertLedger(store),
    messageIds: new MessageIdIndex(store),
    campaigns: new CampaignLedger(store),
    campaignMembers: new CampaignMembers(store),
    deliveries: new DeliveryLedger(store),
    progress: new ProgressLedger(store),
    skips: new SkipLedger(store),
    revisions: new FeedRevisions(store),
    imports: new FeedImports(store),
  };
}
