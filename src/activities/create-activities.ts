import { SinkUses } from '../sinks/sink-use.js';
import { createDeliverAlert } from './deliver-alert.js';
import { createDeliverToSink, type DeliverInput } from './deliver-to-sink.js';
import { type Dependencies, mispSinkName } from './dependencies.js';
import { createDiscardAlert } from './discard-alert.js';
import { createExpireEvidencePage } from './expire-evidence-page.js';
import { createFinishImport } from './finish-import.js';
import { createHandOver } from './hand-over.js';
import { createListUnread } from './list-unread.js';
import { createMarkGoneEvents } from './mark-gone-events.js';
import { createMarkSeen } from './mark-seen.js';
import { createPrepareAlerts } from './prepare-alerts.js';
import { createPrepareFeed } from './prepare-feed.js';
import { createPreviewMessages } from './preview-messages.js';
import { createReadFates } from './read-fates.js';
import { createRecordProgress } from './record-progress.js';
import { createWatchMailbox } from './watch-mailbox.js';
import { createWriteFeedEvents } from './write-feed-events.js';

/** Binds the activities to what they need. Workflows know them by the names of this object. */
export function createActivities(dependencies: Dependencies) {
  const uses = new SinkUses();
  const deliverToSink = createDeliverToSink(dependencies, uses);
  return {
    listUnread: createListUnread(dependencies),
    previewMessages: createPreviewMessages(dependencies),
    prepareAlerts: createPrepareAlerts(dependencies),
    postAlerts: deliverToSink,
    registerMispEvents: (input: Omit<DeliverInput, 'sink'>) => deliverToSink({ ...input, sink: mispSinkName }),
    readFates: createReadFates(dependencies),
    handOver: createHandOver(dependencies),
    deliverAlert: createDeliverAlert(dependencies, uses),
    discardAlert: createDiscardAlert(dependencies),
    markSeen: createMarkSeen(dependencies),
    recordProgress: createRecordProgress(dependencies),
    prepareFeed: createPrepareFeed(dependencies),
    writeFeedEvents: createWriteFeedEvents(dependencies, uses),
    markGoneEvents: createMarkGoneEvents(dependencies, uses),
    finishImport: createFinishImport(dependencies),
    expireEvidencePage: createExpireEvidencePage(dependencies),
    watchMailbox: createWatchMailbox(dependencies),
  };
}

export type Activities = ReturnType<typeof createActivities>;
