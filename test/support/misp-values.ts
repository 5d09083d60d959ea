import { describeType } from '../../src/misp/describe-types.js';

/** What MISP does with a value before it stores it: normalised, or refused with its own words. A part of its types. */

const mail = ['Payload delivery', 'Network activity', 'Social network'];
const hash = ['Payload delivery', 'Artifacts dropped', 'Payload installation', 'External analysis'];
const network = ['Payload delivery', 'Network activity', 'External analysis'];

/** Type → its categories; the first is the default. */
const categories: Readonly<Record<string, readonly string[]>> = {
  'email-src': mail,
  'email-dst': ['Network activity', 'Payload delivery', 'Social network'],
  'email-subject': ['Payload delivery', 'Network activity'],
  'email-message-id': ['Payload delivery'],
  url: ['Network activity', 'Payload delivery', 'External analysis'],
  link: [
    'External analysis',
    'Antivirus detection',
    'Payload delivery',
    'Network activity',
    'Internal reference',
    'Other',
  ],
  domain: ['Network activity', 'Payload delivery', 'External analysis'],
  'ip-dst': network,
  md5: hash,
  sha1: hash,
  sha256: hash,
  text: ['Other', 'External analysis', 'Internal reference'],
  comment: ['Other', 'Payload delivery', 'Network activity', 'External analysis'],
  datetime: ['Other'],
};

const hashLengths: Readonly<Record<string, number>> = { md5: 32, sha1: 40, sha256: 64 };

export type ValueOutcome =
  | { readonly value: string; readonly category: string }
  | { readonly field: string; readonly reason: string };

export function normaliseValue(type: string, category: string | undefined, raw: string): ValueOutcome {
  const allowed = categories[type] ?? describeType(type)?.categories;
  if (allowed === undefined) return { field: 'type', reason: 'Options depend on the selected category.' };
  const chosen = category ?? allowed[0] ?? 'Other';
  if (!allowed.includes(chosen)) return { field: 'category', reason: 'Options depend on the selected category.' };
  const value = normalise(type, raw.replace(/[\u{10000}-\u{10FFFF}]/gu, '?').trim());
  if (value === '') return { field: 'value', reason: 'Value not set.' };
  if (Buffer.byteLength(value) > 65_535) return { field: 'value', reason: 'Value is too long.' };
  const complaint = validate(type, value);
  return complaint === undefined ? { value, category: chosen } : { field: 'value', reason: complaint };
}

function normalise(type: string, value: string): string {
  switch (type) {
    case 'url':
    case 'link':
      return value.replace(/^hxxp/i, 'http').replaceAll('[.]', '.');
    case 'email-src':
    case 'email-dst':
    case 'domain':
    case 'md5':
    case 'sha1':
    case 'sha256':
      return value.toLowerCase();
    case 'datetime': {
      // A naive time is taken as UTC. MISP keeps microseconds.
      const naive = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(value);
      const at = Date.parse(naive ? `${value.replace(' ', 'T')}Z` : value);
      return Number.isNaN(at) ? value : new Date(at).toISOString().replace('Z', '000+0000');
    }
    default:
      return value;
  }
}

function validate(type: string, value: string): string | undefined {
  switch (type) {
    case 'email-src':
    case 'email-dst':
      if (/^.\S*@.*\..*$/.test(value)) return undefined;
      return 'Email address has an invalid format. Please double check the value or select type "other".';
    case 'md5':
    case 'sha1':
    case 'sha256':
      if (new RegExp(`^[0-9a-f]{${hashLengths[type]}}$`).test(value)) return undefined;
      return 'Checksum has an invalid length or format.';
    case 'domain':
      return /^[a-z0-9.\-_]+\.[a-z0-9-]{2,}$/.test(value) ? undefined : 'Domain has an invalid format.';
    case 'ip-dst':
      return /^[0-9.]+$|^[0-9a-f:]+$/.test(value) ? undefined : 'IP address has an invalid format.';
    case 'datetime':
      return Number.isNaN(Date.parse(value.replace(/000\+0000$/, 'Z'))) ? 'Datetime has an invalid format.' : undefined;
    case 'url':
    case 'email-subject':
    case 'email-message-id':
      return value.includes('\n') ? 'Value must not contain new line character.' : undefined;
    default:
      return undefined;
  }
}
