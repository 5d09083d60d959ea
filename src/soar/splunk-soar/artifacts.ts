import type { Alert, AlertEvent } from '../../alerts/types.js';
import { asTheyStand, type UrlsAsFound } from '../../alerts/urls-as-found.js';
import { decodeAddresses } from '../../mail/decode-addresses.js';
import { attachedFiles, type Observable, type ObservableType, observablesOf } from '../observables.js';

/** One artifact, without what is the same in all of them. */
export interface Artifact {
  readonly name: string;
  /** By the names of the Common Event Format, and those that Splunk's own mail apps use besides. */
  readonly cef: Readonly<Record<string, unknown>>;
  /** What each value is ("contains"): decides which actions of playbooks take it. */
  readonly cef_types: Readonly<Record<string, readonly string[]>>;
  /** The event as it is, of an e-mail artifact. */
  readonly data?: AlertEvent;
}

/**
 * The artifacts of an alert: one for each mail, file and indicator. Names and fields are those that Splunk's IMAP app
 * makes (`Email Artifact` with `fromEmail`, `toEmail` and `emailHeaders`, `requestURL`, `fileHash`,
 * `destinationDnsDomain`; splunk-soar-connectors/imap, process_email.py), so that playbooks on them go on working.
 * Addresses of Received headers are `sourceAddress`; those in text and URLs, where the mail leads to,
 * `destinationAddress`.
 */
export function artifactsOf(alert: Alert, asFound: UrlsAsFound = asTheyStand): readonly Artifact[] {
  const emails = alert.events.map(emailArtifact);
  const files = alert.events.flatMap((event) => attachedFiles(event)).map(fileArtifact);
  const told = new Set([...emails, ...files].flatMap(({ cef }) => toldBy(cef)));
  const indicators = observablesOf(alert, asFound).flatMap((observable) => {
    const artifact = told.has(keyOf(observable)) ? undefined : indicatorArtifact(observable);
    return artifact === undefined ? [] : [artifact];
  });
  return [...emails, ...files, ...indicators];
}

/** What the artifacts of mails and files tell already. Of its own type only: a file may bear the name of a domain. */
const typesOfFields: Readonly<Record<string, ObservableType>> = {
  fromEmail: 'email',
  toEmail: 'email',
  fileName: 'fileName',
  fileHashMd5: 'md5',
  fileHashSha1: 'sha1',
  fileHashSha256: 'sha256',
};

function toldBy(cef: Artifact['cef']): readonly string[] {
  return Object.entries(typesOfFields).flatMap(([field, type]) => {
    const value = cef[field];
    return typeof value === 'string' ? [keyOf({ type, value })] : [];
  });
}

function keyOf({ type, value }: Pick<Observable, 'type' | 'value'>): string {
  return `${type} ${value}`;
}

function emailArtifact(event: AlertEvent): Artifact {
  const { SourceUserName: from = '', DestinationUserName: to = '', Subject = '' } = event;
  return {
    name: 'Email Artifact',
    cef: { fromEmail: bareAddress(from), toEmail: bareAddress(to), emailHeaders: { From: from, To: to, Subject } },
    cef_types: { fromEmail: ['email'], toEmail: ['email'] },
    data: event,
  };
}

/** Actions take an address, and no name beside it; of several, the header as it is. */
function bareAddress(header: string): string {
  const [only, ...others] = decodeAddresses(header).addresses;
  return only === undefined || others.length > 0 ? header : only;
}

function fileArtifact({ fileName, fileType, md5, sha1, sha256 }: ReturnType<typeof attachedFiles>[number]): Artifact {
  const values = {
    fileName,
    fileType,
    fileHash: sha256 ?? sha1 ?? md5,
    fileHashMd5: md5,
    fileHashSha1: sha1,
    fileHashSha256: sha256,
  };
  const cef = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  const types = Object.entries(fileTypes).filter(([field]) => Object.hasOwn(cef, field));
  return { name: 'File Artifact', cef, cef_types: Object.fromEntries(types) };
}

const fileTypes: Readonly<Record<string, readonly string[]>> = {
  fileName: ['file name'],
  fileHash: ['hash'],
  fileHashMd5: ['hash', 'md5'],
  fileHashSha1: ['hash', 'sha1'],
  fileHashSha256: ['hash', 'sha256'],
};

function indicatorArtifact({ type, value, fields }: Observable): Artifact | undefined {
  switch (type) {
    case 'url':
      return single('URL Artifact', 'requestURL', value, ['url']);
    case 'domain':
      return single('Domain Artifact', 'destinationDnsDomain', value, ['domain']);
    case 'host':
      return single('Host Artifact', 'destinationHostName', value, ['host name', 'domain']);
    case 'ip':
      return single('IP Artifact', addressField(fields), value, [value.includes(':') ? 'ipv6' : 'ip']);
    case 'email':
      return single('Email Address Artifact', emailField(fields), value, ['email']);
    case 'md5':
    case 'sha1':
    case 'sha256':
    case 'sha512':
      return single('Hash Artifact', 'fileHash', value, ['hash', type]);
    case 'fileName':
      return single('File Artifact', 'fileName', value, ['file name']);
    case 'wallet':
      return single('Wallet Artifact', 'walletAddress', value, []);
    case 'cve':
      return single('CVE Artifact', 'cve', value, ['cve']);
    // It stands in the e-mail artifact.
    case 'subject':
      return undefined;
  }
}

function single(name: string, field: string, value: string, types: readonly string[]): Artifact {
  return { name, cef: { [field]: value }, cef_types: types.length === 0 ? {} : { [field]: types } };
}

function addressField(fields: readonly string[]): string {
  return fields.includes('received_ip') ? 'sourceAddress' : 'destinationAddress';
}

function emailField(fields: readonly string[]): string {
  if (fields.some((field) => /^(SourceUserName|reply_to|return_path|orig_from(_\d+)?)$/.test(field)))
    return 'fromEmail';
  return fields.some((field) => /^(DestinationUserName|envelope_to)$/.test(field)) ? 'toEmail' : 'emailAddress';
}
