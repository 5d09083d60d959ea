import { authenticationMethods } from '../mail/authentication-results.js';

/** Names that a template over an alert may use: those of the alert and of the document around it … */
const ofAlert = [
  ...['display_id', 'ticket_id', 'name', 'rule_generator', 'start_time', 'end_time', 'priority', 'device_vendor'],
  ...['device_product', 'environment', 'tags', 'source_grouping_identifier'],
  ...['alert_id', 'message_id', 'mailbox', 'folder', 'received_at', 'evidence'],
];

const ofCarriedMail = ['orig_from', 'orig_subject', 'orig_message_id', 'orig_date', 'orig_url'];
const mostCarriedMails = 10;

/** … and those of its first event: docs/targets.md tells what each holds. */
export const eventFieldNames: readonly string[] = [
  ...['StartTime', 'EndTime', 'event_name', 'device_product'],
  ...['Subject', 'SourceUserName', 'DestinationUserName', 'found_url', 'unsubscribe_url'],
  ...[
    'found_url_kind',
    'found_url_flags',
    'found_url_wrapper',
    'found_url_shown',
    'found_url_original',
    'found_url_part',
  ],
  ...['found_domain', 'found_host', 'found_ip', 'found_email', 'found_hash', 'found_wallet', 'found_cve'],
  ...['received_ip', 'reply_to', 'return_path', 'envelope_to'],
  ...['file_count', 'file_name', 'file_type', 'file_md5', 'file_sha1', 'file_sha256'],
  ...authenticationMethods.map((method) => `auth_${method}`),
  ...['auth_results', 'orig_count', 'reported_by', 'report_subject', 'report_message_id', 'report_url', 'findings'],
  ...Array.from({ length: mostCarriedMails }, (_, index) =>
    ofCarriedMail.map((field) => (index === 0 ? field : `${field}_${index + 1}`)),
  ).flat(),
  'custom_case_name',
  'lurewatch_cut',
];

export const alertFieldNames: readonly string[] = [...new Set([...ofAlert, ...eventFieldNames])];
/** Not each of the ten in an error message. */
export const shownFieldNames: readonly string[] = alertFieldNames.filter((name) => !/_\d+$/.test(name));

/** Fields made of header fields, which only the mail decides on where a configuration names them by expression. */
export function isHeaderField(name: string): boolean {
  return /^header_[a-z0-9_]+$/.test(name);
}
