import { coinTypes, hashTypes, type Indicator, type IndicatorRole } from '../indicators/observables/types.js';
import type { AlertEvent } from './types.js';

const inMail: readonly IndicatorRole[] = ['url', 'body'];

/** Which indicators stand in which field of the event, comma-joined; those of attached mails with those of the mail. */
const fields: readonly {
  readonly field: string;
  readonly types: readonly Indicator['type'][];
  readonly roles: readonly IndicatorRole[];
}[] = [
  { field: 'found_domain', types: ['domain'], roles: inMail },
  { field: 'found_host', types: ['host'], roles: inMail },
  { field: 'found_ip', types: ['ipv4', 'ipv6'], roles: inMail },
  { field: 'found_email', types: ['email'], roles: ['body'] },
  { field: 'found_hash', types: hashTypes, roles: inMail },
  { field: 'found_wallet', types: coinTypes, roles: inMail },
  { field: 'found_cve', types: ['cve'], roles: inMail },
  { field: 'received_ip', types: ['ipv4', 'ipv6'], roles: ['received'] },
  { field: 'reply_to', types: ['email'], roles: ['replyTo'] },
  { field: 'return_path', types: ['email'], roles: ['returnPath'] },
  { field: 'envelope_to', types: ['email'], roles: ['envelope'] },
];
/** Of these the header of the mail itself is told; attached mails have fields of their own. */
const ofHeader: ReadonlySet<IndicatorRole> = new Set(['received', 'replyTo', 'returnPath', 'envelope']);

/** Fields of the event, only those that hold something. */
export function indicatorFields(indicators: readonly Indicator[]): AlertEvent {
  return Object.fromEntries(
    fields.flatMap(({ field, types, roles }) => {
      const values = indicators.filter(
        ({ type, role, part }) =>
          types.includes(type) && roles.includes(role) && (part === undefined || !ofHeader.has(role)),
      );
      const once = new Set(values.map(({ value }) => value.replaceAll(',', '%2C')));
      return once.size === 0 ? [] : [[field, [...once].join(',')]];
    }),
  );
}
