import { mispSinkName } from '../activities/dependencies.js';
import type { Config } from '../config/schema.js';
import type { Metrics } from './metrics.js';

/**
 * Counters that are known beforehand begin at 0: Prometheus sees no increase in a series whose first value is already
 * 1. Those with a code cannot: there would be a series for each code and name.
 */
export function beginAtZero({ mailboxes, sinks, feeds }: Metrics, config: Config): void {
  const { delivered, duplicates, handedOver, rejected, vanished, skipped, discarded, polls } = mailboxes;
  for (const mailbox of Object.keys(config.mailboxes)) {
    for (const counter of [delivered, duplicates, handedOver, rejected, vanished, skipped, discarded])
      counter.inc({ mailbox }, 0);
    polls.inc({ mailbox, outcome: 'done' }, 0);
  }
  for (const sink of [...Object.keys(config.targets), ...(config.misp === undefined ? [] : [mispSinkName])]) {
    sinks.delivered.inc({ sink }, 0);
    sinks.rejected.inc({ sink }, 0);
  }
  for (const feed of Object.keys(config.feeds)) {
    feeds.imports.inc({ feed, outcome: 'done' }, 0);
    feeds.rows.inc({ feed }, 0);
    feeds.rejected.inc({ feed }, 0);
  }
}
