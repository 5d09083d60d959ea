import type { Alert, AlertEvent } from '../alerts/types.js';
import { asTheyStand, type UrlsAsFound } from '../alerts/urls-as-found.js';
import { decodeAddresses } from '../mail/decode-addresses.js';

export const observableTypes = [
  'url',
  'domain',
  'host',
  'ip',
  'email',
  'md5',
  'sha1',
  'sha256',
  'sha512',
  'fileName',
  'subject',
  'wallet',
  'cve',
] as const;
export type ObservableType = (typeof observableTypes)[number];

/** One thing that a SOAR looks up: an observable, artifact or entity. */
export interface Observable {
  readonly type: ObservableType;
  readonly value: string;
  /** The fields of the alert's events it stands in, each once, the first one first: `found_url`, `SourceUserName`, … */
  readonly fields: readonly string[];
}

/** One attached file as an event tells of it; absent: not known. */
export interface AttachedFile {
  readonly fileName?: string;
  readonly fileType?: string;
  readonly md5?: string;
  readonly sha1?: string;
  readonly sha256?: string;
}

type Reader = (text: string) => readonly (readonly [ObservableType, string])[];

/** What each field of an event holds, in the order analysts look. Fields that are not here hold no observable. */
const readers: readonly (readonly [field: RegExp, read: Reader])[] = [
  [/^(?:SourceUserName|reply_to|return_path|orig_from(?:_\d+)?)$/, addresses],
  [/^found_url$|^(?:orig|report)_url(?:_\d+)?$/, listed('url')],
  [/^found_domain$/, listed('domain')],
  [/^found_host$/, listed('host')],
  [/^found_ip$/, listed('ip')],
  [/^found_email$/, listed('email')],
  [/^file_name$/, fileNames],
  [/^(?:found_hash|file_(?:md5|sha1|sha256))$/, hashes],
  [/^(?:Subject|orig_subject(?:_\d+)?)$/, (text) => [['subject', text.trim()]]],
  [/^found_wallet$/, listed('wallet')],
  [/^found_cve$/, listed('cve')],
  [/^received_ip$/, listed('ip')],
  [/^unsubscribe_url$/, listed('url')],
  [/^(?:DestinationUserName|envelope_to|reported_by)$/, addresses],
];

/**
 * What stands in the events of an alert, typed, each value of a type once. A comma inside a file name or an address is one
 * again, and inside a URL where `asFound` knows of it; else it stays `%2C`. Pure, and linear in what the events hold.
 */
export function observablesOf(
  { events }: Pick<Alert, 'events'>,
  asFound: UrlsAsFound = asTheyStand,
): readonly Observable[] {
  const all: { type: ObservableType; value: string; fields: string[] }[] = [];
  const known = new Map(observableTypes.map((type) => [type, new Map<string, string[]>()]));
  const add = (field: string, type: ObservableType, value: string) => {
    if (value === '') return;
    const ofType = known.get(type);
    const fields = ofType?.get(value);
    if (fields === undefined) {
      const first = [field];
      ofType?.set(value, first);
      all.push({ type, value, fields: first });
    } else if (!fields.includes(field)) fields.push(field);
  };
  const read = events.map(readEvent);
  for (const reader of readers.keys()) {
    for (const ofReaders of read) {
      for (const { field, values } of ofReaders[reader] ?? []) {
        for (const [type, value] of values) {
          if (type !== 'url') add(field, type, value);
          else for (const url of asFound.get(value) ?? [value]) add(field, type, url);
        }
      }
    }
  }
  return all;
}

interface ReadField {
  readonly field: string;
  readonly values: ReturnType<Reader>;
}

const readEvents = new WeakMap<AlertEvent, readonly (readonly ReadField[])[]>();

/** By reader. Limits, bodies and warnings of a target all ask for the same event. */
function readEvent(event: AlertEvent): readonly (readonly ReadField[])[] {
  const known = readEvents.get(event);
  if (known !== undefined) return known;
  const fields = Object.entries(event);
  const read = readers.map(([pattern, reader]) =>
    fields.filter(([field]) => pattern.test(field)).map(([field, text]) => ({ field, values: reader(text) })),
  );
  readEvents.set(event, read);
  return read;
}

/** The attached files of an event, those that it has room for: `file_count` tells how many there are. */
export function attachedFiles(event: AlertEvent): readonly AttachedFile[] {
  const columns = {
    fileName: split(event.file_name).map(withCommas),
    fileType: split(event.file_type),
    md5: split(event.file_md5),
    sha1: split(event.file_sha1),
    sha256: split(event.file_sha256),
  };
  const rows = Math.max(...Object.values(columns).map(({ length }) => length));
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(
      Object.entries(columns).flatMap(([name, values]) => {
        const value = values[row] ?? '';
        return value === '' ? [] : [[name, value]];
      }),
    ),
  );
}

function listed(type: ObservableType): Reader {
  const read = type === 'email' ? withCommas : (value: string) => value;
  return (text) => split(text).map((value) => [type, read(value)]);
}

function fileNames(text: string): ReturnType<Reader> {
  return split(text).map((value) => ['fileName', withCommas(value)]);
}

const hashByLength: Readonly<Record<number, ObservableType>> = { 32: 'md5', 40: 'sha1', 64: 'sha256', 128: 'sha512' };

function hashes(text: string): ReturnType<Reader> {
  return split(text).flatMap((value) => {
    const type = hashByLength[value.length];
    return type === undefined ? [] : [[type, value] as const];
  });
}

/** Of `Name <address>` in any number; names are no observables. */
function addresses(text: string): ReturnType<Reader> {
  if (text.length < longHeader) return readAddresses(text);
  const known = longHeaders.get(text);
  if (known !== undefined) return known;
  const read = readAddresses(text);
  if (longHeaders.size >= mostLongHeaders) longHeaders.clear();
  longHeaders.set(text, read);
  return read;
}

/** Thousands of addresses take long to read, and an alert that is cut asks for them again after each step. */
const longHeader = 4_096;
const mostLongHeaders = 32;
const longHeaders = new Map<string, ReturnType<Reader>>();

function readAddresses(text: string): ReturnType<Reader> {
  return decodeAddresses(text).addresses.map((value) => ['email', value]);
}

function split(text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : text.split(',');
}

/** As they were before they were joined. */
function withCommas(value: string): string {
  return value.replaceAll('%2C', ',');
}
