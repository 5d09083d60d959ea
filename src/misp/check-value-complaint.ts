import { isStoredDate } from './check-value-dates.js';
import { linkComplaint } from './check-value-link.js';
import { ipComplaint, isIp } from './ip-text.js';
import { isMailAddress } from './values.js';

/** Why a normalised value is none of its type: a clause for a sentence. Undefined where MISP takes it. */
export function valueComplaint(type: string, value: string): string | undefined {
  return rules.get(type)?.(value);
}

export function isDomain(name: string): boolean {
  return /^[a-z0-9.\-_]+\.[a-z0-9-]{2,}$/i.test(name);
}

type Complaint = string | undefined;
type Rule = (value: string) => Complaint;

/** Hexadecimal digits of each hash. */
const hashLengths: Readonly<Record<string, number>> = {
  md5: 32,
  sha1: 40,
  sha224: 56,
  sha256: 64,
  sha384: 96,
  sha512: 128,
  'sha512/224': 56,
  'sha512/256': 64,
  'sha3-224': 56,
  'sha3-256': 64,
  'sha3-384': 96,
  'sha3-512': 128,
  authentihash: 64,
  imphash: 32,
  pehash: 40,
  'git-commit-id': 40,
  'dom-hash': 32,
  'x509-fingerprint-md5': 32,
  'x509-fingerprint-sha1': 40,
  'x509-fingerprint-sha256': 64,
  'ja3-fingerprint-md5': 32,
  'jarm-fingerprint': 62,
  'hassh-md5': 32,
  'hasshserver-md5': 32,
};

/** Those that MISP also takes after a file name. */
const filedHashes = new Set([
  ...['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha512/224', 'sha512/256'],
  ...['sha3-224', 'sha3-256', 'sha3-384', 'sha3-512', 'authentihash', 'imphash', 'pehash'],
]);

const oneLineTypes = [
  ...['url', 'uri', 'user-agent', 'regkey', 'regkey|value', 'filename', 'pdb', 'named pipe', 'malware-type'],
  ...['target-user', 'target-machine', 'target-org', 'target-location', 'target-external', 'threat-actor'],
  ...['campaign-name', 'campaign-id', 'windows-scheduled-task', 'whois-registrant-name', 'whois-registrant-org'],
  ...['whois-registrar', 'whois-creation-date', 'date-of-birth', 'place-of-birth', 'gender', 'nationality'],
  ...['passport-number', 'passport-country', 'passport-expiration', 'redress-number', 'visa-number'],
  ...['issue-date-of-the-visa', 'primary-residence', 'country-of-residence', 'special-service-request'],
  ...['frequent-flyer-number', 'travel-details', 'payment-details', 'place-port-of-original-embarkation'],
  ...['place-port-of-clearance', 'place-port-of-onward-foreign-destination', 'passenger-name-record-locator-number'],
  ...['email-subject', 'email-dst-display-name', 'email-src-display-name', 'email-reply-to', 'email-x-mailer'],
  ...['email-mime-boundary', 'email-thread-index', 'email-message-id', 'github-username', 'github-repository'],
  ...['github-organisation', 'twitter-id', 'dkim', 'dkim-signature', 'favicon-mmh3', 'chrome-extension-id'],
  ...['edge-extension-id', 'mobile-application-id', 'azure-application-id'],
];

const matching =
  (pattern: RegExp, complaint: string): Rule =>
  (value) =>
    pattern.test(value) ? undefined : complaint;

/** Rules for both halves of a composite. */
const halves =
  (first: Rule, second: Rule): Rule =>
  (value) => {
    const bar = value.indexOf('|');
    return first(value.slice(0, bar)) ?? second(value.slice(bar + 1));
  };

const oneLine: Rule = (value) => (value.includes('\n') ? 'it must not hold a line break' : undefined);
const fileName = matching(/^[^\n]+$/, 'the file name is missing, or holds a line break');
const hexDigits = (length: number): Rule =>
  matching(new RegExp(`^[0-9a-f]{${length}}$`, 'i'), `it has to be ${length} hexadecimal digits`);
const ssdeep = matching(/^[0-9]+:[0-9a-z/+]*:[0-9a-z/+]*$/i, 'it has to be blocksize:hash:hash');
const tlsh = matching(/^t?[0-9a-f]{36,}$/i, 'it has to be at least 36 hexadecimal digits, perhaps after T1');
const mail: Rule = (value) =>
  isMailAddress(value) ? undefined : 'a mail address needs an @ with a dot after it, and no blank before it';
const domain: Rule = (value) => (isDomain(value) ? undefined : 'the name has an invalid format');
const ip: Rule = (value) => (isIp(value) ? undefined : 'the address has an invalid format');
const port: Rule = (value) =>
  /^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 65_535
    ? undefined
    : 'a port is a whole number from 1 to 65535';
const wholeNumber = matching(/^\d+$/, 'it has to be a whole number of 0 or more');
const numeric = matching(/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i, 'it has to be a number');
const alphanumeric = matching(/^[a-z0-9]+$/i, 'it has to be letters and digits only');
const methods =
  /OPTIONS|GET|HEAD|POST|PUT|DELETE|TRACE|CONNECT|PROPFIND|PROPPATCH|MKCOL|COPY|MOVE|LOCK|REPORT|CHECKOUT|CHECKIN|MKWORKSPACE|UPDATE|LABEL|MERGE|BASELINE-CONTROL|MKACTIVITY|ORDERPATCH|ACL|PATCH|SEARCH|VERSION-CONTROL/;

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...Object.entries(hashLengths).map(([type, length]) => [type, hexDigits(length)] as const),
  ...[...filedHashes].map((type) => [`filename|${type}`, halves(fileName, hexDigits(hashLengths[type] ?? 0))] as const),
  ...rule(oneLine, oneLineTypes),
  ['filename|ssdeep', halves(fileName, ssdeep)],
  ['filename|tlsh', halves(fileName, tlsh)],
  ['filename|vhash', halves(fileName, fileName)],
  ['ssdeep', ssdeep],
  ['tlsh', tlsh],
  ['telfhash', matching(/^(?:.{70}|.{72})$/s, 'it has to be 70 or 72 characters')],
  ['impfuzzy', matching(/^\d+:[^:]*:[^:]*$/, 'it has to be imports:hash:hash')],
  ['cdhash', matching(/^[0-9a-f]{40,}$/, 'it has to be 40 or more hexadecimal digits')],
  ['vhash', oneLine],
  ['http-method', matching(methods, 'no method of HTTP is in it')],
  ['hex', matching(/^[0-9a-f]+$/i, 'it has to be hexadecimal digits')],
  ...rule(ipComplaint, ['ip-src', 'ip-dst']),
  ...rule(halves(ip, port), ['ip-src|port', 'ip-dst|port']),
  ['port', port],
  ...rule(domain, ['domain', 'hostname']),
  ['hostname|port', halves(domain, port)],
  ['domain|ip', halves(domain, ip)],
  ['onion-address', matching(/^(?:[a-z2-7]{16}|[a-z2-7]{56})\.onion$/, 'it has to be 16 or 56 characters and .onion')],
  ['mac-address', matching(/^(?:[0-9a-f]{2}:?){6}$/i, 'it has to be 12 hexadecimal digits')],
  ['mac-eui-64', matching(/^(?:[0-9a-f]{2}:?){8}$/i, 'it has to be 16 hexadecimal digits')],
  ...rule(mail, ['email', 'email-src', 'email-dst', 'eppn', 'target-email', 'whois-registrant-email']),
  ...rule(mail, ['dns-soa-email', 'jabber-id']),
  ['vulnerability', matching(/^CVE-\d{4}-\d{4,}$/, 'it has to be like CVE-2026-0001')],
  ['weakness', matching(/^CWE-\d+$/, 'it has to be like CWE-79')],
  ...rule(serviceName, ['windows-service-name', 'windows-service-displayname']),
  ['link', linkComplaint],
  ['ssh-fingerprint', sshFingerprint],
  ['datetime', (value) => (isStoredDate(value) ? undefined : 'it is no date of ISO 8601; give its format with `date`')],
  ...rule(wholeNumber, ['size-in-bytes', 'counter']),
  ['integer', matching(/^[+-]?\d+$/, 'it has to be a whole number')],
  ...rule(alphanumeric, ['iban', 'bic', 'btc', 'dash', 'xmr']),
  ...rule(numeric, ['bin', 'cc-number', 'bank-account-nr', 'aba-rtn', 'prtn', 'phone-number']),
  ...rule(numeric, ['whois-registrant-phone', 'float']),
  ['cortex', json],
  // MISP makes 1 of every other word, `no` among them.
  ['boolean', matching(/^[01]$/, 'it has to be true, false, 1 or 0')],
  ['AS', autonomousSystem],
  ['uuid', matching(/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i, 'it has to be a UUID')],
]);

function rule(check: Rule, types: readonly string[]): readonly (readonly [string, Rule])[] {
  return types.map((type) => [type, check] as const);
}

function serviceName(value: string): Complaint {
  const fits = Buffer.byteLength(value) <= 256 && !/[\\/]/.test(value);
  return fits ? undefined : 'it has to be 256 bytes at most, without / and \\';
}

function sshFingerprint(value: string): Complaint {
  const [, base64] = /^SHA256:([A-Za-z0-9+/]{43})=?$/.exec(value) ?? [];
  const digits = value.replace(/^MD5:/, '').replaceAll(':', '');
  return base64 !== undefined || /^[0-9a-f]{32}$/i.test(digits)
    ? undefined
    : 'it has to be SHA256: and 43 characters of base64, or 32 hexadecimal digits';
}

function autonomousSystem(value: string): Complaint {
  return /^\d+$/.test(value) && Number(value) <= 4_294_967_295
    ? undefined
    : 'it has to be a whole number up to 4294967295, perhaps after AS';
}

function json(value: string): Complaint {
  try {
    JSON.parse(value);
    return undefined;
  } catch {
    return 'it has to be JSON';
  }
}
