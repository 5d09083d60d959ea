import type { Alert } from '../../alerts/types.js';
import { asTheyStand, type UrlsAsFound } from '../../alerts/urls-as-found.js';
import type { Warning } from '../../errors/warning.js';
import { wellFormed } from '../../text/well-formed.js';
import { caseTags } from '../case-tags.js';
import { alertMarkdown } from '../markdown.js';
import { type Observable, type ObservableType, observablesOf } from '../observables.js';
import type { ThehiveTargetConfig } from './config.js';
import { type MissingTypes, otherType } from './missing-types.js';

/** What TheHive 5 has from the first start; an alert with a type that an administrator took out is refused as a whole. */
const dataTypes: Readonly<Record<ObservableType, string>> = {
  url: 'url',
  domain: 'domain',
  host: 'fqdn',
  ip: 'ip',
  email: 'mail',
  md5: 'hash',
  sha1: 'hash',
  sha256: 'hash',
  sha512: 'hash',
  fileName: 'filename',
  subject: 'mail-subject',
  wallet: 'other',
  cve: 'other',
};

/** What a mail is over there: an observable of this type, in a part of the form by this name. */
const mailType = 'file';
export const mailPart = 'mail';
export const fileType = 'message/rfc822';

export const usedTypes: readonly string[] = [...new Set([...Object.values(dataTypes), mailType])];

/** Whether TheHive takes files at all. */
export function takesFiles(missing: MissingTypes): boolean {
  return !missing.has(mailType);
}

const tlpNumbers = { clear: 0, green: 1, amber: 2, 'amber+strict': 3, red: 4 } as const;
const papNumbers = { clear: 0, green: 1, amber: 2, red: 3 } as const;

/** From InputCreateAlert and InputCreateObservable of TheHive's API description (5.6). */
const longestTitle = 512;
const longestTag = 128;
const longestData = 4_096;

export interface ThehiveObservable {
  readonly dataType: string;
  readonly data: string;
  readonly message: string;
  readonly tlp: number;
}

export interface BodyExtras {
  readonly missing: MissingTypes;
  /** The mail itself. */
  readonly mail?: Buffer | undefined;
  readonly asFound?: UrlsAsFound | undefined;
}

const nothing: BodyExtras = { missing: new Set() };

/** `POST /api/v1/alert` of TheHive 5; TheHive 4 calls the observables artifacts, and its TLP has no amber+strict. */
export function alertBody(
  alertId: string,
  alert: Alert,
  config: ThehiveTargetConfig,
  { missing, mail, asFound }: BodyExtras = nothing,
): Readonly<Record<string, unknown>> {
  const tlp = tlpOf(config);
  const values = thehiveObservables(alert, tlp, missing, asFound);
  const observables = mail === undefined ? values : [...values, mailObservable(alertId, mail, config)];
  return {
    type: config.type,
    source: config.source,
    sourceRef: alertId,
    title: wellFormed(alert.name.slice(0, longestTitle)),
    description: alertMarkdown(alert, asFound),
    severity: severityOf(alert.priority),
    date: alert.start_time,
    tags: caseTags(alert, config.tags, longestTag),
    tlp,
    pap: papNumbers[config.pap],
    ...(config.version === 5 ? { observables } : { artifacts: observables }),
  };
}

/** TheHive 4 reads a file from the data itself, TheHive 5 from the part of the form that is named. */
function mailObservable(alertId: string, mail: Buffer, config: ThehiveTargetConfig): Readonly<Record<string, unknown>> {
  const file =
    config.version === 5 ? { attachment: mailPart } : { data: `${alertId}.eml;${fileType};${mail.toString('base64')}` };
  return { dataType: mailType, ...file, message: 'the mail as it was received', tlp: tlpOf(config) };
}

/** Each data once, whatever its types: two that are equal fail the whole alert (TheHive issues 1514 and 1963). */
export function thehiveObservables(
  alert: Alert,
  tlp: number,
  missing: MissingTypes = nothing.missing,
  asFound: UrlsAsFound = asTheyStand,
): readonly ThehiveObservable[] {
  const found = new Map<string, ThehiveObservable>();
  for (const observable of observablesOf(alert, asFound)) {
    const data = wellFormed(observable.value);
    if (isTooLong(observable) || found.has(data)) continue;
    const type = dataTypes[observable.type];
    const fields = observable.fields.join(', ');
    if (!missing.has(type)) found.set(data, { dataType: type, data, message: fields, tlp });
    else if (!missing.has(otherType))
      found.set(data, { dataType: otherType, data, message: `${type}: ${fields}`, tlp });
  }
  return [...found.values()];
}

/** What became of values whose types TheHive does not have, a warning for each type. */
export function typeWarnings(alert: Alert, missing: MissingTypes): readonly Warning[] {
  if (missing.size === 0) return [];
  const types = thehiveObservables(alert, 0).map(({ dataType }) => dataType);
  const became = missing.has(otherType) ? 'in the description only' : `as \`${otherType}\``;
  return [...new Set(types)]
    .filter((type) => missing.has(type))
    .map((type) => {
      const count = types.filter((one) => one === type).length;
      const values = count === 1 ? '1 value' : `${count} values`;
      const reason = `TheHive takes no observables of type ${type}: ${values} sent ${became}`;
      return { code: 'LW_WARN_OBSERVABLE_TYPE', reason };
    });
}

/** What stands in the description only. */
export function tooLongObservables(alert: Alert, asFound: UrlsAsFound = asTheyStand): number {
  return observablesOf(alert, asFound).filter(isTooLong).length;
}

function isTooLong({ value }: Observable): boolean {
  return value.length > longestData;
}

function tlpOf({ version, tlp }: ThehiveTargetConfig): number {
  return version === 4 && tlp === 'red' ? 3 : tlpNumbers[tlp];
}

/** 1 low, 2 medium, 3 high, 4 critical. */
function severityOf(priority: number): number {
  if (priority >= 100) return 4;
  if (priority >= 80) return 3;
  return priority >= 60 ? 2 : 1;
}
