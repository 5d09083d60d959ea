import type { MispEventConfig } from './config.js';
import { attributeUuid, eventUuid } from './identity.js';
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
  readonly urls: readonly string[];
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
const url: AttributeKind = { type: 'url', category: 'Network activity', clean: cleanUrl };

/**
 * The MISP event of a message; null where it has no indicators. Pure: the same message and configuration give the
 * same event, UUIDs included, down to the byte of its JSON.
 */
export function buildMispEvent(source: MispEventSource, config: MispEventConfig): MispEvent | null {
  if (source.urls.length === 0) return null;
  const uuid = eventUuid(source.alertId);
  const values: readonly (readonly [AttributeKind, string, boolean])[] = [
    ...source.fromAddresses.map((value) => [from, value, false] as const),
    ...source.toAddresses.map((value) => [to, value, false] as const),
    [subjectLine, source.subject ?? '', false],
    [messageIdLine, source.messageId ?? '', false],
    ...source.urls.map((value) => [url, value, config.toIds] as const),
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
  };
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
