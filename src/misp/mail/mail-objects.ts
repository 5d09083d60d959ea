import { publicIp } from '../../indicators/observables/ip-addresses.js';
import { findMailAddresses } from '../../indicators/observables/mail-addresses.js';
import { hostNameOf } from '../../indicators/observables/registrable-domain.js';
import { hostInUrl } from '../../indicators/observables/url-hosts.js';
import type { AttachmentInfo, FoundUrl, UrlKind } from '../../indicators/types.js';
import type { OriginalMail } from '../../mail/original-mail.js';
import type { MispEventSource } from '../build-event.js';
import type { MispObject } from '../types.js';
import { cleanMailAddress, cleanMessageId, cleanSubject, cleanText, cleanUrl, cutText } from '../values.js';
import { buildObject, type ObjectDraft, objectUuid, type RelationValue } from './object-draft.js';

/**
 * All objects of a mail have room in one request (500 attributes): MISP keeps no references of objects that come later.
 * What is more stands as plain attributes.
 */
export const mostInObjects = { urls: 50, files: 25, recipients: 20 } as const;
const mostOriginals = 10;
const mostSenders = 5;
const mostReceived = 10;
const mostTextBytes = 2000;

/**
 * These say where the mail's reader is to be led. Images come from the servers of whoever is imitated, and who
 * unsubscribes is on a list of a mail service: searching traffic for those finds the innocent.
 */
const detectable: ReadonlySet<UrlKind> = new Set(['click', 'text', 'qr', 'pdf', 'attachment', 'script']);

export function isDetectable({ kind, flags = [] }: Pick<FoundUrl, 'kind' | 'flags'>): boolean {
  return detectable.has(kind) && !flags.includes('shortener');
}

/**
 * A mail as MISP objects: an `email` that includes its `url` and `file` objects and the `email`s that it carries, and
 * files that include what was found in them. What includes comes after what is included.
 * @param event UUID
 */
export function mailObjects(event: string, source: MispEventSource, toIds: boolean): readonly MispObject[] {
  const urls = source.urls.slice(0, mostInObjects.urls).map((found) => urlDraft(event, found, toIds));
  const files = fileDrafts(event, (source.attachments ?? []).slice(0, mostInObjects.files), toIds);
  const included = [...urls, ...files].flatMap((draft) => buildObject(draft) ?? []);
  const there = new Set(included.map(({ uuid }) => uuid));
  const uuidOfUrl = new Map(source.urls.slice(0, mostInObjects.urls).map(({ url }, index) => [url, urls[index]]));
  const ofOriginal = (original: OriginalMail) =>
    original.urls.flatMap((url) => {
      const draft = uuidOfUrl.get(url);
      return draft === undefined ? [] : [objectUuid(draft)];
    });
  const originals = (source.originals ?? []).slice(0, mostOriginals).flatMap((original, index) => {
    const includes = ofOriginal(original).filter((uuid) => there.has(uuid));
    return buildObject({ ...originalDraft(event, original, index), includes }) ?? [];
  });
  // Each stands below what it was found in, and is told only there.
  const elsewhere = new Set(
    [...included, ...originals].flatMap(({ ObjectReference: references = [] }) =>
      references.map(({ referenced_uuid }) => referenced_uuid),
    ),
  );
  const includes = [...included, ...originals].map(({ uuid }) => uuid).filter((uuid) => !elsewhere.has(uuid));
  const email = buildObject({ event, template: 'email', key: 'mail', values: mailValues(source), includes });
  return [...included, ...originals, ...(email === undefined ? [] : [email])];
}

function mailValues(source: MispEventSource): readonly RelationValue[] {
  const own = (source.indicators ?? []).filter(({ part }) => part === undefined);
  const valuesOf = (role: string) => own.filter((indicator) => indicator.role === role).map(({ value }) => value);
  const names = (source.attachments ?? []).flatMap(({ fileName, from }) =>
    fileName === null || from !== undefined ? [] : [fileName],
  );
  return [
    ...source.fromAddresses
      .slice(0, mostSenders)
      .map((value) => ({ relation: 'from', value: cleanMailAddress(value) })),
    ...source.toAddresses
      .slice(0, mostInObjects.recipients)
      .map((value) => ({ relation: 'to', value: cleanMailAddress(value) })),
    { relation: 'subject', value: cleanSubject(source.subject ?? '') },
    { relation: 'message-id', value: cleanMessageId(source.messageId ?? '') },
    ...valuesOf('replyTo')
      .slice(0, mostSenders)
      .map((value) => ({ relation: 'reply-to', value: cleanMailAddress(value) })),
    ...valuesOf('returnPath').map((value) => ({ relation: 'return-path', value: cleanMailAddress(value) })),
    { relation: 'send-date', value: dateValue(source.dateMs ?? null) },
    // Every mail of a site passes its own servers.
    ...valuesOf('received')
      .slice(0, mostReceived)
      .map((ip) => ({ relation: 'received-header-ip', value: whole(ip), correlates: false })),
    ...[...new Set(names)]
      .slice(0, mostInObjects.files)
      .map((name) => ({ relation: 'attachment', value: text(name), correlates: false })),
  ];
}

function originalDraft(event: string, original: OriginalMail, index: number): ObjectDraft {
  const { how, from, subject, messageId, dateMs } = original;
  return {
    event,
    template: 'email',
    key: `original ${index}`,
    comment: how === 'attached' ? 'Attached to the report' : 'Forwarded inline: as whoever forwarded it left it',
    values: [
      ...findMailAddresses(from ?? '')
        .slice(0, mostSenders)
        .map((value) => ({ relation: 'from', value: cleanMailAddress(value) })),
      { relation: 'subject', value: cleanSubject(subject ?? '') },
      { relation: 'message-id', value: cleanMessageId(messageId ?? '') },
      { relation: 'send-date', value: dateValue(dateMs) },
    ],
  };
}

function urlDraft(event: string, found: FoundUrl, toIds: boolean): ObjectDraft {
  const value = cleanUrl(found.url);
  const hostname = hostInUrl(found.url);
  const ip = publicIp(hostname);
  const name = ip === undefined ? hostNameOf(hostname) : undefined;
  return {
    event,
    template: 'url',
    key: value?.value ?? found.url,
    values: [
      { relation: 'url', value, toIds: toIds && isDetectable(found) },
      { relation: 'domain', value: name === undefined ? undefined : whole(name.domain) },
      { relation: 'host', value: name === undefined || name.host === name.domain ? undefined : whole(name.host) },
      { relation: 'ip', value: ip === undefined ? undefined : whole(ip.value) },
      { relation: 'text', value: text(aboutUrl(found)), correlates: false },
    ],
  };
}

/** What an analyst wants to know of it before opening the mail. */
function aboutUrl({ kind, part, shown, wrappers = [], flags = [] }: FoundUrl): string {
  return [
    `${kind}${part === undefined ? '' : ` in part ${part}`}`,
    ...(shown === undefined ? [] : [`shown as "${shown}"`]),
    ...(wrappers.length === 0 ? [] : [`wrapped by ${wrappers.join(', ')}`]),
    ...(flags.length === 0 ? [] : [flags.join(', ')]),
  ].join('; ');
}

/** Files of archives come below the archive: `from` is the part of that. */
function fileDrafts(event: string, attachments: readonly AttachmentInfo[], toIds: boolean): readonly ObjectDraft[] {
  const draftOf = (info: AttachmentInfo, index: number) => ({
    event,
    template: 'file',
    key: info.part ?? String(index),
  });
  return attachments
    .map((info, index): ObjectDraft => {
      const inside = attachments.flatMap((other, at) =>
        info.part !== undefined && other.from === info.part ? [objectUuid(draftOf(other, at))] : [],
      );
      return { ...draftOf(info, index), values: fileValues(info, toIds && isTelling(info)), includes: inside };
    })
    .toReversed();
}

function fileValues({ fileName, sizeBytes, md5, sha1, sha256, type, contentType }: AttachmentInfo, toIds: boolean) {
  const digest = (relation: string, value: string | undefined): RelationValue => ({
    relation,
    value: value === undefined ? undefined : whole(value),
    toIds,
  });
  return [
    { relation: 'filename', value: text(fileName ?? '') },
    { relation: 'size-in-bytes', value: whole(String(sizeBytes)) },
    digest('md5', md5),
    digest('sha1', sha1),
    digest('sha256', sha256),
    { relation: 'mimetype', value: text(type ?? contentType) },
  ];
}

/** Logos, signatures and calendars come with every mail; whoever else attached the same file is of interest. */
export function isTelling({ sha256, type, contentType, sizeBytes }: AttachmentInfo): boolean {
  const kind = type ?? contentType;
  return (
    sha256 !== undefined &&
    sizeBytes > 0 &&
    !/^(?:image|text|message)\/(?!html|xml|svg)|pkcs7-signature|pgp-signature/.test(kind)
  );
}

/** As PyMISP writes it; header fields have no fractions of a second. */
function dateValue(ms: number | null) {
  return ms === null ? undefined : whole(new Date(ms).toISOString().replace(/\.\d{3}Z$/, '+00:00'));
}

function whole(value: string) {
  return { value: cleanText(value), cut: false };
}

function text(value: string) {
  return cutText(cleanText(value), mostTextBytes);
}
