import type { TrimmedAlert } from '../trim/limits.js';

/** What both APIs show as the reason of an alert. */
const reason = 'Suspicious email';

/**
 * LegacyCaseInfo of the Chronicle API. Times are strings there (int64 in JSON). `priority` is left to the platform and
 * its playbooks: how its enumeration is spelt is not published, and a wrong word would have the whole call rejected;
 * our number stands in `alertMetadata`.
 */
export function legacyCaseInfo({ alert, cuts }: TrimmedAlert): Readonly<Record<string, unknown>> {
  return {
    environment: alert.environment,
    sourceSystemName: 'Lurewatch',
    ticketId: alert.ticket_id,
    displayId: alert.display_id,
    description: descriptionOf(cuts),
    reason,
    name: alert.name,
    deviceVendor: alert.device_vendor,
    deviceProduct: alert.device_product,
    startTime: String(alert.start_time),
    endTime: String(alert.end_time),
    ruleGenerator: alert.rule_generator,
    alertMetadata: { priority: alert.priority },
    type: 'EXTERNAL',
    sourceType: 'API',
    ...grouping(alert),
    isTrimmed: cuts.length > 0,
    alertUpdateSupported: false,
    events: alert.events.map((event) => ({
      fields: { deviceEventClassId: event.event_name ?? reason },
      rawDataFields: event,
    })),
  };
}

/** Body of `sdk/CreateCase?format=snake` of the SOAR API. */
export function createCaseBody({ alert, cuts }: TrimmedAlert): Readonly<Record<string, unknown>> {
  return {
    environment: alert.environment,
    ticket_id: alert.ticket_id,
    display_id: alert.display_id,
    description: descriptionOf(cuts),
    reason,
    name: alert.name,
    device_vendor: alert.device_vendor,
    device_product: alert.device_product,
    start_time: alert.start_time,
    end_time: alert.end_time,
    is_test_case: false,
    priority: alert.priority,
    rule_generator: alert.rule_generator,
    source_grouping_identifier: alert.source_grouping_identifier ?? '',
    extensions: {},
    events: alert.events,
    attachments: [],
    updated_fields: {},
    alert_update_supported: false,
    alert_metadata: {},
  };
}

/** Only where there is one: what the platform makes of an empty one is not published. */
function grouping({ source_grouping_identifier: key }: TrimmedAlert['alert']): Readonly<Record<string, string>> {
  return key === undefined ? {} : { sourceGroupingIdentifier: key };
}

function descriptionOf(cuts: readonly string[]): string {
  return cuts.length === 0 ? '' : `Cut to fit the platform: ${cuts.join('; ')}`.slice(0, 2_000);
}
