import type { Indicator } from '../indicators/observables/types.js';
import type { AttachmentInfo, FoundUrl } from '../indicators/types.js';
import type { OriginalMail } from '../mail/original-mail.js';
import type { MispEventConfig } from './config.js';
import { attributeUuid, eventUuid } from './identity.js';
import { type IndicatorAttribute, indicatorAttribute } from './indicator-attributes.js';
import { isDetectable, isTelling, mailObjects, mostInObjects } from './mail/mail-objects.js';
import type { MispAttribute, MispEvent } from './types.js';
import {
  type CleanValue,
  cleanMailAddress,
  cleanMessageId,
  cleanSubject,
  cleanText,
  cleanUrl,
  cutText,
  longestValueBytes,
} from './values.js';

/** What a MISP event is made of. */
export interface MispEventSource {
  readonly alertId: string;
  readonly mailbox: string;
  /** INTERNALDATE, Unix milliseconds. */
  readonly receivedAtMs: number;
  readonly subject: string | null;
  readonly fromAddresses: readonly string[];
  readonly toAddresses: readonly string[];
  readonly messageId: string | null;
  readonly urls: readonly FoundUrl[];
  /** The Date header, Unix milliseconds. */
  readonly dateMs?: number | null;
  /** What else was found in it. */
  readonly indicators?: readonly Indicator[];
  readonly attachments?: readonly AttachmentInfo[];
  readonly originals?: readonly OriginalMail[];
}

/** How one kind of value becomes an attribute. Type and category are pairs of MISP's describeTypes. */
interface AttributeKind {
  readonly type: string;
  readonly category: string;
  readonly clean: (value: string) => CleanValue | undefined;
  readonly disableCorrelation?: boolean;
}

const from: AttributeKind = { type: 'email-src', category: 'Payload delivery', clean: cleanMailAddress };
/** Every event of a mailbox has its own address as recipient: correlating would link each event with each other. */
const to: AttributeKind = {
  type: 'email-dst',
  category: 'Payload delivery',
  clean: cleanMailAddress,
  disableCorrelation: true,
};
const subjectLine: AttributeKind = { type: 'email-subject', category: 'Payload delivery', clean: cleanSubject };
const messageIdLine: AttributeKind = { type: 'email-message-id', category: 'Payload delivery', clean: cleanMessageId };
const fileHash: AttributeKind = { type: 'sha256', category: 'Payload delivery', clean: cleanSubject };
const url: AttributeKind = { type: 'url', category: 'Network activity', clean: cleanUrl };

/**
 * The MISP event of a message; null where it has no indicators. Pure: the same message and configuration give the
 * same event, UUIDs included, down to the byte of its JSON.
 */
export function buildMispEvent(source: MispEventSource, config: MispEventConfig): MispEvent | null {
  const others = (source.indicators ?? []).flatMap((indicator) => indicatorAttribute(indicator) ?? []);
  const telling =
    others.some((other) => other.telling) || (config.objects === true && (source.attachments ?? []).some(isTelling));
  if (source.urls.length === 0 && !telling) return null;
  const uuid = eventUuid(source.alertId);
  const objects = config.objects === true ? mailObjects(uuid, source, config.toIds) : [];
  const plainUrls = config.objects === true ? source.urls.slice(mostInObjects.urls) : source.urls;
  const values: readonly (readonly [AttributeKind, string, boolean])[] = [
    ...(config.objects === true ? beyondObjects(source, config.toIds) : headerValues(source)),
    ...plainUrls.map((found) => [url, found.url, config.toIds && isDetectable(found)] as const),
    ...others
      .filter(({ type }) => config.objects !== true || type !== 'email-reply-to')
      .map((other) => [kindOf(other), other.value, config.toIds && other.detects] as const),
  ];
  // Keyed by UUID: MISP drops a repeated type, category and value.
  const attributes = new Map<string, MispAttribute>();
  for (const [kind, value, toIds] of values) {
    const attribute = buildAttribute(uuid, kind, value, toIds);
    if (attribute !== undefined && !attributes.has(attribute.uuid)) attributes.set(attribute.uuid, attribute);
  }
  const subject = cleanText(source.subject ?? '');
  return {
    uuid,
    info: cutText(`Suspicious email: ${subject === '' ? '(no subject)' : subject}`, longestValueBytes).value,
    date: new Date(source.receivedAtMs).toISOString().slice(0, 10),
    threat_level_id: String(config.threatLevel),
    analysis: String(config.analysis),
    distribution: String(config.distribution),
    ...(config.sharingGroup === undefined || config.distribution !== 4
      ? {}
      : { sharing_group_id: String(config.sharingGroup) }),
    published: false,
    Tag: [{ name: `tlp:${config.tlp}` }, { name: cleanText(`lurewatch:mailbox="${source.mailbox}"`) }],
    Attribute: [...attributes.values()],
    ...(objects.length === 0 ? {} : { Object: objects }),
  };
}

/** What has no room in the objects, so that nothing that can be searched for is left out. */
function beyondObjects(
  { toAddresses, attachments = [] }: MispEventSource,
  toIds: boolean,
): readonly (readonly [AttributeKind, string, boolean])[] {
  return [
    ...toAddresses.slice(mostInObjects.recipients).map((value) => [to, value, false] as const),
    ...attachments
      .slice(mostInObjects.files)
      .flatMap((file) =>
        file.sha256 === undefined ? [] : [[fileHash, file.sha256, toIds && isTelling(file)] as const],
      ),
  ];
}

function headerValues(source: MispEventSource): readonly (readonly [AttributeKind, string, boolean])[] {
  return [
    ...source.fromAddresses.map((value) => [from, value, false] as const),
    ...source.toAddresses.map((value) => [to, value, false] as const),
    [subjectLine, source.subject ?? '', false],
    [messageIdLine, source.messageId ?? '', false],
  ];
}

function kindOf({ type, category }: IndicatorAttribute): AttributeKind {
  const cleanValue = (value: string): CleanValue => ({ value: cleanText(value), cut: false });
  return { type, category, clean: type === 'email-reply-to' ? cleanMailAddress : cleanValue };
}

function buildAttribute(event: string, kind: AttributeKind, raw: string, toIds: boolean): MispAttribute | undefined {
  const clean = kind.clean(raw);
  if (clean === undefined) return undefined;
  return {
    uuid: attributeUuid(event, kind.type, kind.category, clean.value),
    type: kind.type,
    category: kind.category,
    value: clean.value,
    comment: clean.cut ? `Cut by Lurewatch: the whole value has ${Buffer.byteLength(raw)} bytes` : '',
    // The beginning of a value is no signature of it.
    to_ids: toIds && !clean.cut,
    disable_correlation: kind.disableCorrelation ?? false,
  };
}
