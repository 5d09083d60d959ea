import { LurewatchError } from '../errors/lurewatch-error.js';
import type { FolderPage, MarkSeenReport } from '../workflows/types.js';
import { activitySignal } from './context.js';
import { type Dependencies, mailboxNamed } from './dependencies.js';

export interface MarkSeenInput extends FolderPage {
  readonly mailbox: string;
}

/** Marks messages that reached all their sinks as read, and makes sure that the flag stuck. */
export function createMarkSeen(dependencies: Dependencies) {
  return async function markSeen(input: MarkSeenInput): Promise<MarkSeenReport> {
    const { source } = mailboxNamed(dependencies, input.mailbox);
    const result = await source.markSeen(input, input.uids, activitySignal());
    if (result.refused.length > 0) {
      throw new LurewatchError(
        'LW_MAIL_FLAG_LOST',
        `${result.refused.length} of ${input.uids.length} messages did not keep the \\Seen flag (UIDs ${result.refused.slice(0, 5).join(', ')})`,
        { where: `mailbox ${input.mailbox}, folder ${input.folder}` },
      );
    }
    return { marked: result.marked.length, vanished: result.vanished.length };
  };
}
