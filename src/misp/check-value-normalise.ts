import { domainToASCII } from 'node:url';
import { isDomain } from './check-value-complaint.js';
import { normaliseDate } from './check-value-dates.js';
import { normaliseIp, splitIpAndPort } from './ip-text.js';

/** What MISP makes of a value of this type before it looks whether it is one. */
export function normaliseValue(type: string, value: string): string {
  return normalisers.get(type)?.(value) ?? value;
}

type Normaliser = (value: string) => string;

/** As PHP's strtolower: letters of ASCII only. */
const lower: Normaliser = (value) => value.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
const upper: Normaliser = (value) => value.replace(/[a-z]+/g, (letters) => letters.toUpperCase());

const dots: Normaliser = (value) => value.replace(/\[\.\]|\[dot\]|\(dot\)/g, '.');

const address: Normaliser = (value) =>
  dots(value)
    .replace(/^(?:hxxp|hxtp|htxp|meow|h\[tt\]p)/i, 'http')
    .replaceAll('[hxxp://]', 'http://')
    .replaceAll('[:]', ':');

const mail: Normaliser = (value) => lower(dots(value).replace(/\[@\]|\[at\]/g, '@'));

/** An international name as it stands in the DNS. MISP does so for `domain`; a `hostname` it would drop. */
const domain: Normaliser = (value) => {
  const name = withoutOuterDots(lower(dots(value)));
  return isDomain(name) ? name : domainToASCII(name) || name;
};

/** By hand: the time of `\\.+$` is quadratic in the length of a run of dots. */
function withoutOuterDots(name: string): string {
  let start = 0;
  let end = name.length;
  while (name[start] === '.') start += 1;
  while (end > start && name[end - 1] === '.') end -= 1;
  return name.slice(start, end);
}

const host: Normaliser = (value) => {
  const name = lower(dots(value));
  return isDomain(name) ? name : domainToASCII(name) || name;
};

const domainAndIp: Normaliser = (value) => {
  const [name = '', ip, ...more] = dots(value).split('|');
  return ip === undefined || more.length > 0 ? lower(value) : `${domain(name)}|${normaliseIp(lower(ip))}`;
};

const ipAndPort: Normaliser = (value) => {
  const parts = splitIpAndPort(value);
  return parts === undefined ? value : `${normaliseIp(parts[0])}|${parts[1]}`;
};

/** MISP takes any colon for the one before the port. */
const hostAndPort: Normaliser = (value) => lower(value).replaceAll(':', '|');

const fileAndHash: Normaliser = (value) => {
  const bar = value.indexOf('|');
  return value.slice(0, Math.max(0, bar)) + lower(value.slice(Math.max(0, bar)));
};

const telephone: Normaliser = (value) =>
  value
    .replace(/^00/, '+')
    .replaceAll('(0)', '')
    .replace(/[^+0-9]+/g, '');

const hardwareAddress: Normaliser = (value) =>
  (
    lower(value)
      .replace(/[.:\- ]/g, '')
      .match(/.{1,2}/gsu) ?? []
  ).join(':');

const bool: Normaliser = (value) => {
  const word = lower(value);
  if (word === 'true') return '1';
  return word === 'false' ? '0' : value;
};

/** RFC 5396: `1.10` in asdot is 65546 in asplain. */
const autonomousSystem: Normaliser = (value) => {
  const number = value.replace(/^as ?(?=\d)/i, '');
  const [, high, low] = /^(\d{1,10})\.(\d{1,10})$/.exec(number) ?? [];
  return high === undefined || low === undefined ? number : String(Number(high) * 65_536 + Number(low));
};

const digits: Normaliser = (value) => value.replace(/[^0-9]+/g, '');
const account: Normaliser = (value) => upper(value).replace(/[^0-9A-Z]+/g, '');
const fingerprint: Normaliser = (value) => lower(value.replaceAll(':', ''));
/** An en dash is what word processors make of a hyphen. */
const catalogued: Normaliser = (value) => upper(value.replaceAll('–', '-'));

const inLowerCase = [
  ...['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha512/224', 'sha512/256', 'sha3-224', 'sha3-256'],
  ...['sha3-384', 'sha3-512', 'authentihash', 'vhash', 'pehash', 'imphash', 'tlsh'],
];

const normalisers: ReadonlyMap<string, Normaliser> = new Map([
  ...rule(lower, [...inLowerCase, 'telfhash', 'cdhash', 'dom-hash', 'anonymised', 'onion-address']),
  ...rule(lower, ['ja3-fingerprint-md5', 'jarm-fingerprint', 'hassh-md5', 'hasshserver-md5']),
  ...rule(lower, ['target-email', 'whois-registrant-email']),
  ...rule(
    fileAndHash,
    inLowerCase.map((type) => `filename|${type}`),
  ),
  ...rule(upper, ['http-method', 'hex']),
  ...rule(catalogued, ['vulnerability', 'weakness']),
  ...rule(address, ['url', 'link']),
  ...rule(mail, ['email', 'email-src', 'email-dst']),
  ...rule(domain, ['domain']),
  ...rule(host, ['hostname']),
  ...rule(domainAndIp, ['domain|ip']),
  ...rule(hostAndPort, ['hostname|port']),
  ...rule((value) => normaliseIp(dots(value)), ['ip-src', 'ip-dst']),
  ...rule(ipAndPort, ['ip-src|port', 'ip-dst|port']),
  ...rule(digits, ['cc-number', 'bin']),
  ...rule(account, ['iban', 'bic']),
  ...rule(telephone, ['prtn', 'whois-registrant-phone', 'phone-number']),
  ...rule(fingerprint, ['x509-fingerprint-md5', 'x509-fingerprint-sha1', 'x509-fingerprint-sha256']),
  ...rule(hardwareAddress, ['mac-address', 'mac-eui-64']),
  ...rule(bool, ['boolean']),
  ...rule(normaliseDate, ['datetime']),
  ...rule(autonomousSystem, ['AS']),
]);

function rule(normaliser: Normaliser, types: readonly string[]): readonly (readonly [string, Normaliser])[] {
  return types.map((type) => [type, normaliser] as const);
}
