import type { AlertEvent, ReportInfo } from './types.js';

/** Who reported the mail and how. `report_url`: what stands in the report only; told once, with the first of its mails. */
export function reportFields({ from, subject, messageId }: ReportInfo, urls: readonly string[]): AlertEvent {
  return {
    reported_by: from,
    report_subject: subject ?? '',
    ...(messageId === null ? {} : { report_message_id: messageId }),
    ...(urls.length === 0 ? {} : { report_url: urls.map((url) => url.replaceAll(',', '%2C')).join(',') }),
  };
}
