import { isIP, isIPv4, isIPv6 } from 'node:net';
import { parse } from 'tldts';
import { parseAnyUrl } from '../../url/parse-any-url.js';

/** Types of MISP that a list can hold. The last ones are never recognised: `format.type` has to say so. */
export const keptTypes = [
  'ip-dst',
  'ip-dst|port',
  'domain',
  'hostname',
  'hostname|port',
  'url',
  'email-src',
  'md5',
  'sha1',
  'sha256',
  'sha384',
  'sha512',
  'AS',
  'vulnerability',
  'filename',
  'ip-src',
  'email-dst',
  'email-subject',
  'user-agent',
  'mutex',
  'regkey',
  'btc',
  'ja3-fingerprint-md5',
  'x509-fingerprint-sha1',
  'imphash',
  'ssdeep',
  'text',
] as const;
export type KeptType = (typeof keptTypes)[number];

export interface Indicator {
  /** As MISP writes a value of its type, but for upper and lower case. */
  readonly value: string;
  readonly type: KeptType;
}

const hashTypes: ReadonlyMap<number, KeptType> = new Map([
  [32, 'md5'],
  [40, 'sha1'],
  [64, 'sha256'],
  [96, 'sha384'],
  [128, 'sha512'],
]);

/** Longer than any URL that is an indicator; what is longer is not looked at. */
const longest = 16 * 1024;

/** What a text is, refanged as it is; null for what is no indicator or may be several things. */
export function recogniseIndicator(text: string): Indicator | null {
  if (text.length > longest || /\s/.test(text)) return null;
  return (
    hash(text) ?? address(text) ?? numbered(text) ?? url(text) ?? mailAddress(text) ?? host(text) ?? fileName(text)
  );
}

function hash(text: string): Indicator | null {
  const type = hashTypes.get(text.length);
  return type !== undefined && /^[0-9a-f]+$/i.test(text) ? { value: text, type } : null;
}

function address(text: string): Indicator | null {
  if (isIP(text) !== 0) return { value: text, type: 'ip-dst' };
  const [base = '', bits, ...more] = text.split('/');
  if (bits !== undefined && more.length === 0 && /^\d{1,3}$/.test(bits)) {
    const most = isIPv4(base) ? 32 : isIPv6(base) ? 128 : -1;
    return Number(bits) <= most ? { value: text, type: 'ip-dst' } : null;
  }
  const [, six, four, port = ''] = /^(?:\[([0-9a-f:.]+)\]|([0-9.]+)):(\d{1,5})$/i.exec(text) ?? [];
  if (six !== undefined && isIPv6(six) && isPort(port)) return { value: `${six}|${port}`, type: 'ip-dst|port' };
  if (four !== undefined && isIPv4(four) && isPort(port)) return { value: `${four}|${port}`, type: 'ip-dst|port' };
  return null;
}

function numbered(text: string): Indicator | null {
  if (/^AS\d{1,10}$/i.test(text)) return { value: text.toUpperCase(), type: 'AS' };
  if (/^CVE-\d{4}-\d{4,19}$/i.test(text)) return { value: text.toUpperCase(), type: 'vulnerability' };
  return null;
}

function url(text: string): Indicator | null {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return parseAnyUrl(text) !== null ? { value: text, type: 'url' } : null;
  // MISP takes a URL without a scheme as it is.
  const slash = text.indexOf('/');
  if (slash <= 0) return null;
  const before = text.slice(0, slash);
  // A network with too many bits is a slip, and no path.
  if (isIP(before) !== 0 && /^\/\d{1,3}$/.test(text.slice(slash))) return null;
  const known = address(before) ?? host(before);
  return known !== null && parseAnyUrl(`http://${text}`) !== null ? { value: text, type: 'url' } : null;
}

function mailAddress(text: string): Indicator | null {
  const at = text.lastIndexOf('@');
  if (at <= 0 || !/^[^\s@<>",;:\\]+$/.test(text.slice(0, at))) return null;
  const type = host(text.slice(at + 1))?.type;
  return type === 'domain' || type === 'hostname' ? { value: text, type: 'email-src' } : null;
}

/** Names that no registry gives out, and that stand in documentation, tests and Tor (RFC 2606, 6761, 7686). */
const specialNames = /\.(example|test|invalid|local|onion|internal)$/i;

function host(text: string): Indicator | null {
  const [, nameWithDot = '', port] = /^([^:]+?)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const name = nameWithDot.replace(/\.$/, '');
  if (name.length > 253 || !/^[^\s!-,/:-@[-^`{-~]+$/.test(name) || !name.includes('.')) return null;
  const { isIcann, isPrivate, domain, hostname } = parse(name, { validateHostname: false, allowPrivateDomains: true });
  const special = specialNames.test(name);
  if (!(isIcann || isPrivate || special) || hostname === null || !name.split('.').every(isLabel)) return null;
  if (port !== undefined) return isPort(port) ? { value: `${name}|${port}`, type: 'hostname|port' } : null;
  return { value: name, type: domain === null || domain === hostname ? 'domain' : 'hostname' };
}

function isLabel(label: string): boolean {
  return label.length >= 1 && label.length <= 63 && !label.startsWith('-') && !label.endsWith('-');
}

function isPort(text: string): boolean {
  return Number(text) >= 1 && Number(text) <= 65535;
}

/** Endings that are no top-level domain; `.zip` and `.sh` are, and are taken for domains as MISP takes them. */
const fileEndings =
  /^[^\s/\\:*?"<>|]{1,200}\.(exe|dll|sys|scr|msi|bat|cmd|vbs|vbe|js|jse|wsf|hta|ps1|lnk|iso|img|jar|apk|docx?|docm|xlsx?|xlsm|xlsb|pptx?|pptm|rtf|pdf|one|html?|php|txt|rar|7z|cab|elf|dmg|chm)$/i;

function fileName(text: string): Indicator | null {
  return fileEndings.test(text) ? { value: text, type: 'filename' } : null;
}
