import type { Indicator } from '../indicators/observables/types.js';
import type { AttachmentInfo, FoundUrl, UrlFlag, UrlKind } from '../indicators/types.js';
import type { OriginalMail } from '../mail/original-mail.js';
import { skipText } from '../mail/skip/skip-rules.js';
import type { ExtractedFile } from './extract-file.js';
import { harmlessLine, harmlessUrl } from './harmless.js';
import { printableLine, shortened, timeText } from './printable.js';
import { fields } from './table.js';

/** A line: its name, '' below another of the same, and its value. */
type Line = readonly [name: string, value: string | number];

/**
 * What was seen in a mail, for people.
 * @param harmless what a sender can write is written so that nothing turns it into links
 */
export function extractedText(extracted: ExtractedFile, harmless: boolean): string {
  const { file, alertId, subject, from, to, messageId, dateMs, urls, attachments, findings } = extracted;
  const write = harmless ? harmlessUrl : (value: string) => value;
  // Subjects, names of files and Message-IDs may hold a URL too: each line goes through it, whatever is in it.
  const quote = harmless ? harmlessLine : printableLine;
  const lines: readonly Line[] = [
    ['subject', subject ?? '(none)'],
    ['from', quote(from) || '(none)'],
    ['to', quote(to) || '(none)'],
    ['date', dateMs === null ? '(none)' : timeText(dateMs)],
    ['message id', messageId ?? '(none)'],
    ['alert id', alertId],
    ...(extracted.skippedBy === undefined ? [] : [['skipped', skipText(extracted.skippedBy)] as const]),
    ['URLs', urls.length],
    ...below(urls.flatMap((found) => urlLines(found, write))),
    ...indicatorLines(extracted.indicators ?? [], write),
    ['attachments', attachments.length],
    ...below(attachments.map(attachmentLine)),
    ...originalLines(extracted.originals ?? [], write),
    campaignLine(extracted.campaign, write),
    authenticationLine(extracted.authentication),
    ...findings.map(({ text }): Line => ['note', text]),
  ];
  const quoted = lines.map(([name, value]): Line => [name, quote(String(value))]);
  return `${printableLine(file)}\n${fields(quoted, '  ')}`;
}

function below(lines: readonly string[]): readonly Line[] {
  return lines.map((line): Line => ['', line]);
}

const kindTexts: Readonly<Record<UrlKind, string>> = {
  click: 'link',
  text: 'in text',
  embed: 'loaded by HTML',
  header: 'in the header',
  unsubscribe: 'to unsubscribe',
  pdf: 'in a PDF',
  attachment: 'in an attachment',
  script: 'in a script',
  qr: 'QR code',
};

const flagTexts: Readonly<Record<UrlFlag, string>> = {
  displayMismatch: 'shows another host',
  defanged: 'was defanged',
  ipHost: 'IP address',
  punycode: 'Punycode',
  userinfo: 'user name before the host',
  shortener: 'hides its target',
};

function urlLines(
  { url, kind, flags = [], wrappers = [], shown }: FoundUrl,
  write: (value: string) => string,
): string[] {
  const said = [kindTexts[kind], ...flags.map((flag) => flagTexts[flag]), ...wrappers.map((name) => `inside ${name}`)];
  const line = `${write(url)} (${said.join(', ')})`;
  return shown === undefined ? [line] : [line, `- shown as: ${shortened(shown, 100)}`];
}

const typeTexts: Readonly<Partial<Record<Indicator['type'], string>>> = {
  ipv4: 'IP address',
  ipv6: 'IP address',
  email: 'mail address',
  md5: 'MD5',
  sha1: 'SHA-1',
  sha256: 'SHA-256',
  sha512: 'SHA-512',
  cve: 'CVE',
};
const roleTexts: Readonly<Partial<Record<Indicator['role'], string>>> = {
  from: 'From',
  replyTo: 'Reply-To',
  returnPath: 'Return-Path',
  envelope: 'delivered to',
};

function indicatorLines(indicators: readonly Indicator[], write: (value: string) => string): readonly Line[] {
  const lines = indicators.map(({ type, value, role, part, position }) => {
    const what = typeTexts[type] ?? type;
    const where = role === 'received' ? `Received ${position}` : roleTexts[role];
    const whose = part === undefined || where === undefined ? '' : ` of part ${part}`;
    return `${write(value)} (${what}${where === undefined ? '' : `, ${where}${whose}`})`;
  });
  return [['indicators', lines.length], ...below(lines)];
}

function attachmentLine({ fileName, contentType, sizeBytes, type, sha256, from }: AttachmentInfo): string {
  const sniffed =
    type === undefined || type === contentType ? contentType : `${type} (declared ${contentType || 'nothing'})`;
  const hash = sha256 === undefined ? '' : `, SHA-256 ${sha256}`;
  const inside = from === undefined ? '' : `, in part ${from}`;
  return `${fileName ?? '(no name)'}, ${sniffed}, ${sizeBytes} bytes${hash}${inside}`;
}

function originalLines(originals: readonly OriginalMail[], write: (value: string) => string): readonly Line[] {
  if (originals.length === 0) return [];
  const lines = originals.flatMap(({ how, from, subject, date, messageId, urls }) => [
    `${subject ?? '(no subject)'} (${how === 'attached' ? 'attached' : 'in the text'})`,
    `- from ${from ?? '(unknown)'}${date === null ? '' : `, ${date}`}${messageId === null ? '' : `, ${messageId}`}`,
    ...urls.map((url) => `- ${write(url)}`),
  ]);
  return [['carries', originals.length], ...below(lines)];
}

/** Mails that say the same here get the same grouping key. */
function campaignLine(campaign: ExtractedFile['campaign'], write: (value: string) => string): Line {
  if (campaign === undefined) return ['campaign', 'none: it has neither words in its subject nor links'];
  const { sender, subject, hosts } = campaign;
  const links = hosts.length === 0 ? 'no links' : `links to ${hosts.map(write).join(', ')}`;
  return ['campaign', `from ${write(sender) || '(nobody)'}, "${subject}", ${links}`];
}

function authenticationLine(authentication: ExtractedFile['authentication']): Line {
  if (authentication === null) return ['authentication', 'not read: no `authserv` is configured'];
  const { host, results } = authentication;
  const said = results.map(({ method, result }) => `${method}=${result}`).join(', ');
  return ['authentication', said === '' ? `nothing reported by ${host}` : `${said} (${host})`];
}
