import { createBuildAlerts } from './build-alerts.js';
import { createDeliverAlert } from './deliver-alert.js';
import { createDeliverToSink, type DeliverInput } from './deliver-to-sink.js';
import { type Dependencies, mispSinkName } from './dependencies.js';
import { createDiscardAlert } from './discard-alert.js';
import { createExtractIndicators } from './extract-indicators.js';
import { createFetchMessages } from './fetch-messages.js';
import { createListUnread } from './list-unread.js';
import { createMarkSeen } from './mark-seen.js';
import { createPreviewMessages } from './preview-messages.js';
import { createReadFates } from './read-fates.js';
import { createRecordProgress } from './record-progress.js';

/** Binds the activities to what they need. Workflows know them by the names of this object. */
export function createActivities(dependencies: Dependencies) {
  const deliverToSink = createDeliverToSink(dependencies);
  return {
    listUnread: createListUnread(dependencies),
    previewMessages: createPreviewMessages(dependencies),
    fetchMessages: createFetchMessages(dependencies),
    extractIndicators: createExtractIndicators(dependencies),
    buildAlerts: createBuildAlerts(dependencies),
    postAlerts: deliverToSink,
    registerMispEvents: (input: Omit<DeliverInput, 'sink'>) => deliverToSink({ ...input, sink: mispSinkName }),
    readFates: createReadFates(dependencies),
    deliverAlert: createDeliverAlert(dependencies),
    discardAlert: createDiscardAlert(dependencies),
    markSeen: createMarkSeen(dependencies),
    recordProgress: createRecordProgress(dependencies),
  };
}

export type Activities = ReturnType<typeof createActivities>;
