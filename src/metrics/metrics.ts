import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type Metrics = ReturnType<typeof createMetrics>;

/** From a store on a local disk to a request that runs into its timeout. */
const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** A record takes a tenth of a millisecond in a folder, some in a bucket. */
const storeSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30];

/**
 * All that a worker measures by itself. Labels take names of the configuration, codes of the catalogue and names of
 * findings, never what a sender writes: there are as many series as configured things, and nothing of a mail.
 * docs/monitoring.md tells of each; a test compares it with this file.
 */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name, help, labelNames, registers });
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers });
  const histogram = <Label extends string>(name: string, help: string, buckets: number[], ...labelNames: Label[]) =>
    new Histogram({ name, help, labelNames, buckets, registers });
  return {
    registry,
    worker: {
      info: gauge('lurewatch_build_info', 'Always 1: which version runs.', 'version', 'node'),
      lastPoll: gauge(
        'lurewatch_worker_last_poll_timestamp_seconds',
        'When Temporal was last seen to be asked for work by this worker; its start, before the first time.',
      ),
      activityFailures: counter(
        'lurewatch_activity_failures_total',
        'Attempts of activities that failed, by code. Most are tried again.',
        'activity',
        'code',
      ),
    },
    mailboxes: {
      oldest: gauge(
        'lurewatch_oldest_unread_seconds',
        'Age of the unread mail that waits longest, held ones aside; 0 where none waits.',
        'mailbox',
      ),
      unread: gauge('lurewatch_unread_mails', 'Unread mails when the mailbox was last listed.', 'mailbox'),
      inDelivery: gauge(
        'lurewatch_in_delivery_mails',
        'Mails in workflows of their own, with a sink still to reach, when the mailbox was last listed.',
        'mailbox',
      ),
      held: gauge('lurewatch_held_alerts', 'Alerts that a sink rejected and that wait for a person.', 'mailbox'),
      every: gauge('lurewatch_poll_interval_seconds', '`every` of the mailbox.', 'mailbox'),
      lastPoll: gauge(
        'lurewatch_last_poll_timestamp_seconds',
        'When this worker last listed the mailbox; its own start, before the first time.',
        'mailbox',
      ),
      polls: counter(
        'lurewatch_polls_total',
        'Polls that ended: `done`, `cancelled`, or the code of what failed.',
        'mailbox',
        'outcome',
      ),
      delivered: counter('lurewatch_mails_delivered_total', 'Mails that reached all their sinks.', 'mailbox'),
      duplicates: counter(
        'lurewatch_mails_duplicate_total',
        'Unread mails that had reached all their sinks before, and were only marked.',
        'mailbox',
      ),
      handedOver: counter(
        'lurewatch_mails_handed_over_total',
        'Mails that left their batch with a sink still to reach, held ones included.',
        'mailbox',
      ),
      rejected: counter('lurewatch_mails_held_total', 'Mails that a sink rejected in their batch.', 'mailbox'),
      vanished: counter('lurewatch_mails_vanished_total', 'Mails that were gone before they were read.', 'mailbox'),
      skipped: counter(
        'lurewatch_mails_skipped_total',
        'Mails that became no alert by `skip` of the mailbox.',
        'mailbox',
      ),
      discarded: counter('lurewatch_alerts_discarded_total', 'Alerts that a person gave up at a sink.', 'mailbox'),
      requests: histogram(
        'lurewatch_mail_request_seconds',
        'Sessions with the mail server: `list`, `fetch`, `mark`.',
        seconds,
        'mailbox',
        'operation',
      ),
      errors: counter('lurewatch_mail_errors_total', 'Of those, the ones that failed.', 'mailbox', 'code'),
    },
    extraction: {
      findings: counter('lurewatch_findings_total', 'Findings in mails that were parsed.', 'finding'),
      mails: counter('lurewatch_mails_parsed_total', 'Mails that were parsed.'),
      duration: histogram('lurewatch_extraction_seconds', 'Parsing of up to 16 mails together.', seconds),
    },
    sinks: {
      delivered: counter('lurewatch_alerts_delivered_total', 'Alerts that a target, or MISP, took.', 'sink'),
      rejected: counter('lurewatch_alerts_rejected_total', 'Alerts that it refused for good.', 'sink'),
      requests: histogram(
        'lurewatch_sink_request_seconds',
        'Calls to a target or MISP, with the wait for their turn.',
        seconds,
        'sink',
        'operation',
      ),
      errors: counter('lurewatch_sink_errors_total', 'Of those, the ones that failed as a whole.', 'sink', 'code'),
    },
    feeds: {
      imports: counter(
        'lurewatch_imports_total',
        'Imports that ended: `done`, `cancelled`, or the code of what failed.',
        'feed',
        'outcome',
      ),
      lastImport: gauge(
        'lurewatch_last_import_timestamp_seconds',
        'When an import of the feed last ended well in this worker.',
        'feed',
      ),
      lastFailure: gauge(
        'lurewatch_last_failed_import_timestamp_seconds',
        'When an import of the feed last failed, or was incomplete, in this worker.',
        'feed',
      ),
      rows: counter('lurewatch_feed_rows_total', 'Rows that were read.', 'feed'),
      rejected: counter('lurewatch_feed_rows_rejected_total', 'Rows that could not become events.', 'feed'),
      events: counter(
        'lurewatch_feed_events_total',
        'Events of feeds: `created`, `updated`, `unchanged`, `gone`.',
        'feed',
        'action',
      ),
      requests: histogram('lurewatch_feed_fetch_seconds', 'Fetching of a source.', seconds, 'feed'),
      errors: counter('lurewatch_feed_errors_total', 'Of those, the ones that failed.', 'feed', 'code'),
    },
    store: {
      requests: histogram('lurewatch_store_request_seconds', 'Calls to the store.', storeSeconds, 'operation'),
      errors: counter('lurewatch_store_errors_total', 'Of those, the ones that failed.', 'operation', 'code'),
    },
  };
}

/** What Node and the operating system say of the process: `process_…` and `nodejs_…`. */
export function addProcessMetrics({ registry }: Metrics): void {
  collectDefaultMetrics({ register: registry });
}
