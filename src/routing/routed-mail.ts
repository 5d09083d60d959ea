import { isIP } from 'node:net';
import { findMailAddresses } from '../indicators/observables/mail-addresses.js';
import type { IndicatorRole, IndicatorType } from '../indicators/observables/types.js';
import { hostInUrl } from '../indicators/observables/url-hosts.js';
import type { Extraction } from '../indicators/types.js';
import type { AuthenticationResult } from '../mail/authentication-results.js';

/** What routes are asked about. */
export interface RoutedMail {
  /**
   * All that was found, also what `exclude` leaves out of the alert: whether MISP's lists could be asked just then must
   * not decide where a mail goes.
   */
  readonly extraction: Extraction;
  /** What the mailbox's own host reported. */
  readonly authentication: readonly AuthenticationResult[];
  /** The message that carried it, where it is an alert of its own. */
  readonly report?: Extraction;
}

/** What a mail has to show for a condition. */
export interface Shown {
  /** What is compared as a whole, and has a domain or a network. */
  readonly values: readonly string[];
  /** What expressions are tried on. */
  readonly texts: readonly string[];
}

type ReadableField =
  | 'from'
  | 'to'
  | 'reportedBy'
  | 'subject'
  | 'url'
  | 'host'
  | 'domain'
  | 'ip'
  | FileField
  | 'findings';
type FileField = 'fileName' | 'fileType' | 'sha256';

/** By condition, what it looks at. */
export const readers: Readonly<Record<ReadableField, (mail: RoutedMail) => Shown>> = {
  from: ({ extraction }) => people(extraction.fromAddresses, [extraction.from]),
  to: ({ extraction, report }) => both(recipients(extraction), report === undefined ? none : recipients(report)),
  reportedBy: ({ report }) => (report === undefined ? none : people(report.fromAddresses, [report.from])),
  subject: ({ extraction }) => plain([extraction.subject ?? '']),
  url: ({ extraction }) => plain(extraction.urls.map(({ url }) => url)),
  host: ({ extraction }) => plain(hosts(extraction)),
  domain: ({ extraction }) => plain(hosts(extraction)),
  ip: ({ extraction }) => plain([...found(extraction, ['ipv4', 'ipv6']), ...urlHosts(extraction).filter(isAddress)]),
  fileName: ({ extraction }) => plain(extraction.attachments.flatMap(({ fileName }) => fileName ?? [])),
  fileType: ({ extraction }) =>
    plain(
      extraction.attachments.flatMap(({ type, contentType }) => [...(type === undefined ? [] : [type]), contentType]),
    ),
  sha256: ({ extraction }) => plain(extraction.attachments.flatMap(({ sha256 }) => sha256 ?? [])),
  findings: ({ extraction }) => plain(extraction.findings.map(({ code }) => code)),
};

/** Of the mail itself; `name` in any case. */
export function headerFields({ extraction }: RoutedMail, name: string): Shown {
  const wanted = name.toLowerCase();
  return plain((extraction.headers ?? []).filter((field) => field.name === wanted).map(({ value }) => value));
}

const none: Shown = { values: [], texts: [] };

function recipients(extraction: Extraction): Shown {
  const cc = (extraction.headers ?? []).filter(({ name }) => name === 'cc').map(({ value }) => value);
  const envelope = found(extraction, ['email'], 'envelope');
  return people([...extraction.toAddresses, ...cc.flatMap(findMailAddresses), ...envelope], [extraction.to, ...cc]);
}

/** Expressions may be about the names of people, or the bare addresses. */
function people(addresses: readonly string[], fields: readonly string[]): Shown {
  return { values: once(addresses), texts: once([...fields.filter((field) => field !== ''), ...addresses]) };
}

function hosts(extraction: Extraction): readonly string[] {
  return [...urlHosts(extraction), ...found(extraction, ['host', 'domain'])];
}

function isAddress(host: string): boolean {
  return isIP(host) !== 0;
}

function urlHosts({ urls }: Extraction): readonly string[] {
  return urls.map(({ url }) => hostInUrl(url)).filter((host) => host !== '');
}

function found({ indicators = [] }: Extraction, types: readonly IndicatorType[], role?: IndicatorRole): string[] {
  return indicators
    .filter((indicator) => types.includes(indicator.type) && (role === undefined || indicator.role === role))
    .map(({ value }) => value);
}

function plain(values: readonly string[]): Shown {
  const each = once(values);
  return { values: each, texts: each };
}

function both(one: Shown, other: Shown): Shown {
  return { values: once([...one.values, ...other.values]), texts: once([...one.texts, ...other.texts]) };
}

function once(values: readonly string[]): readonly string[] {
  return values.length < 2 ? values : [...new Set(values)];
}
