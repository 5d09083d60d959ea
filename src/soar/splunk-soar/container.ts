import { isUtf8 } from 'node:buffer';
import type { Alert } from '../../alerts/types.js';
import type { UrlsAsFound } from '../../alerts/urls-as-found.js';
import { caseTags } from '../case-tags.js';
import { cutField } from '../trim/tell-cuts.js';
import { artifactsOf } from './artifacts.js';
import type { SplunkSoarTargetConfig } from './config.js';

/** What the body needs of the configuration. */
export type ContainerSettings = Pick<SplunkSoarTargetConfig, 'label' | 'severity' | 'tags'>;

/**
 * The container of an alert with its artifacts, for one POST to /rest/container: automation then begins after the last
 * artifact by itself, and `run_automation` is not to be set (help.splunk.com, "REST Artifact"). The mail itself stands
 * where Splunk's IMAP app puts it, in `data.raw_email`.
 */
export function containerOf(
  alert: Alert,
  settings: ContainerSettings,
  mail?: Buffer,
  asFound?: UrlsAsFound,
): Readonly<Record<string, unknown>> {
  const severity = severityOf(alert.priority, settings);
  const startTime = new Date(alert.start_time);
  return {
    name: alert.name,
    description: alert.events[0]?.[cutField] ?? '',
    label: settings.label,
    severity,
    source_data_identifier: alert.display_id,
    ...(Number.isNaN(startTime.getTime()) ? {} : { start_time: startTime.toISOString() }),
    tags: caseTags(alert, settings.tags, 128),
    data: {
      ticket_id: alert.ticket_id,
      environment: alert.environment,
      priority: alert.priority,
      ...(mail === undefined ? {} : { raw_email: textOf(mail) }),
    },
    artifacts: artifactsOf(alert, asFound).map((artifact, index) => ({
      ...artifact,
      label: 'event',
      severity,
      source_data_identifier: `${alert.display_id}-${index + 1}`,
    })),
  };
}

/** Splunk SOAR keeps it in PostgreSQL, which can keep no NUL (PostgreSQL manual, "JSON Types"). */
function textOf(mail: Buffer): string {
  return mail.toString(isUtf8(mail) ? 'utf8' : 'latin1').replaceAll('\0', '\uFFFD');
}

function severityOf(priority: number, { severity }: ContainerSettings): string {
  if (priority >= 100) return severity.critical;
  if (priority >= 80) return severity.high;
  if (priority >= 60) return severity.medium;
  return priority >= 40 ? severity.low : severity.informative;
}
