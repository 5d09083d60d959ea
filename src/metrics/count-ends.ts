import type { InjectedSinks } from '@temporalio/worker';
import type { Config } from '../config/schema.js';
import type { MailboxGauges } from './mailbox-gauges.js';
import type { Metrics } from './metrics.js';
import type { EndSinks, WorkflowEnd } from './workflow-ends.js';

/**
 * The worker's side of what workflows tell at their end. A workflow task that has to be done again may count twice: for
 * curves and alerts that does not matter, and the ledger has the truth.
 * @param counts undefined: nobody asks for them
 */
export function endSinks(config: Config, counts: Counts | undefined): InjectedSinks<EndSinks> {
  return {
    lurewatchEnds: { ended: { fn: (_, end) => (counts === undefined ? undefined : countEnd(config, counts, end)) } },
  };
}

export interface Counts {
  readonly metrics: Metrics;
  readonly gauges: Pick<MailboxGauges, 'cleared'>;
}

export function countEnd(config: Config, counts: Counts, end: WorkflowEnd): void {
  if (isConfigured(config, end)) count(counts, end);
}

/** Who starts a workflow by hand may name anything, and each name would be a series for ever. */
function isConfigured({ mailboxes, feeds }: Config, end: WorkflowEnd): boolean {
  return end.kind === 'import' ? Object.hasOwn(feeds, end.feed) : Object.hasOwn(mailboxes, end.mailbox);
}

function count({ metrics: { mailboxes, feeds }, gauges }: Counts, end: WorkflowEnd): void {
  switch (end.kind) {
    case 'poll':
      mailboxes.polls.inc({ mailbox: end.mailbox, outcome: end.outcome });
      if (end.left === 0) gauges.cleared(end.mailbox);
      return;
    case 'batch':
      mailboxes.delivered.inc({ mailbox: end.mailbox }, end.delivered);
      mailboxes.duplicates.inc({ mailbox: end.mailbox }, end.duplicates);
      mailboxes.handedOver.inc({ mailbox: end.mailbox }, end.started);
      mailboxes.rejected.inc({ mailbox: end.mailbox }, end.held);
      mailboxes.vanished.inc({ mailbox: end.mailbox }, end.vanished);
      mailboxes.skipped.inc({ mailbox: end.mailbox }, end.skipped ?? 0);
      return;
    case 'message':
      if (end.discarded === 0) mailboxes.delivered.inc({ mailbox: end.mailbox });
      mailboxes.discarded.inc({ mailbox: end.mailbox }, end.discarded);
      return;
    case 'import':
      feeds.imports.inc({ feed: end.feed, outcome: end.outcome });
      if (end.outcome === 'done') feeds.lastImport.set({ feed: end.feed }, Date.now() / 1000);
      else if (end.outcome !== 'cancelled') feeds.lastFailure.set({ feed: end.feed }, Date.now() / 1000);
      feeds.rows.inc({ feed: end.feed }, end.rows);
      feeds.rejected.inc({ feed: end.feed }, end.rejected);
      for (const [action, events] of Object.entries(end.events)) feeds.events.inc({ feed: end.feed, action }, events);
  }
}
