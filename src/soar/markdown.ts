import type { Alert, AlertEvent } from '../alerts/types.js';
import { asTheyStand, holdsUrls, type UrlsAsFound } from '../alerts/urls-as-found.js';
import { defang } from '../indicators/urls/defang.js';
import { wellFormed } from '../text/well-formed.js';
import { attachedFiles } from './observables.js';
import { type UrlRow, urlRows } from './url-rows.js';

/** Of each list, and of each value: the whole of it stands in observables and fields. */
const listed = 100;
const longest = 1_000;
/** So much of a value is looked at: blanks and characters without a width may fill any room. */
const looked = 64 * 1024;

const headings: readonly (readonly [title: string, field: string])[] = [
  ['From', 'SourceUserName'],
  ['To', 'DestinationUserName'],
  ['Subject', 'Subject'],
  ['Reported by', 'reported_by'],
  ['Findings', 'findings'],
  ['Left out', 'lurewatch_cut'],
];
/** What is told elsewhere, or is of no use to read: times, constants, and the mail itself. */
const elsewhere =
  /^(?:StartTime|EndTime|event_name|device_product|found_url(?:_.*)?|file_(?:name|type|md5|sha1|sha256)|(?:original|eml)(?:_.*)?)$/;

/**
 * What a case says of a mail, in Markdown. The sender writes nearly all of it: every value stands in a code span, so
 * that it is shown as it is and neither becomes a link nor loads a picture; URLs are defanged besides.
 */
export function alertMarkdown({ events, start_time, environment }: Alert, asFound: UrlsAsFound = asTheyStand): string {
  const date = new Date(start_time);
  const lines = [
    ...(Number.isNaN(date.getTime()) ? [] : [`**Date:** ${date.toISOString()}`]),
    `**Environment:** ${code(environment)}`,
    ...events.flatMap((event, index) => [
      ...(events.length === 1 ? [] : [`## Mail ${index + 1} of ${events.length}`]),
      ...eventLines(event, asFound),
    ]),
  ];
  return lines.join('\n\n');
}

function eventLines(event: AlertEvent, asFound: UrlsAsFound): readonly string[] {
  const rows = urlRows(event, listed);
  const told = headings.flatMap(([title, field]) => {
    const text = event[field] ?? '';
    return text === '' ? [] : [`**${title}:** ${code(text)}`];
  });
  const others = Object.entries(event).filter(
    ([field, text]) => text !== '' && !elsewhere.test(field) && !headings.some(([, name]) => name === field),
  );
  return [
    ...told,
    ...list('URLs', urlsOf(event.found_url, asFound), (url) => code(defang(url)) + toldBeside(rows.get(joinable(url)))),
    ...list('Files', attachedFiles(event), (file) => Object.values(file).map(code).join(' ')),
    ...list('Further fields', others, ([field, text]) => `${code(field)}: ${code(fieldText(field, text, asFound))}`),
  ];
}

/** How a URL stands in a field. */
function joinable(url: string): string {
  return url.replaceAll(',', '%2C');
}

function toldBeside(row: UrlRow | undefined): string {
  if (row === undefined) return '';
  const told = [
    ['', row.kind],
    ['', row.flags.replaceAll('|', ' ')],
    ['inside ', row.wrapper],
    ['shown as ', /\s/.test(row.shown) ? row.shown : defang(row.shown)],
    ['in part ', row.part],
  ] as const;
  return ` (${told.flatMap(([what, value]) => (value === '' ? [] : [what + code(value)])).join(', ')})`;
}

function fieldText(field: string, text: string, asFound: UrlsAsFound): string {
  return holdsUrls(field) ? urlsOf(text, asFound).map(defang).join(', ') : text;
}

function urlsOf(joined: string | undefined, asFound: UrlsAsFound): readonly string[] {
  const urls = joined === undefined || joined === '' ? [] : joined.split(',');
  return asFound.size === 0 ? urls : [...new Set(urls.flatMap((url) => asFound.get(url) ?? [url]))];
}

/** Only what is listed is made: it is made anew each time an alert is measured that is too large for its target. */
function list<Item>(title: string, items: readonly Item[], tell: (item: Item) => string): readonly string[] {
  if (items.length === 0) return [];
  const rest = items.length - listed;
  const lines = items.slice(0, listed).map((item) => `- ${tell(item)}`);
  if (rest > 0) lines.push(`- and ${rest} more`);
  return [`### ${title}`, lines.join('\n')];
}

/** A code span on one line (CommonMark §6.1): its fence is longer than any run of backticks inside. */
function code(text: string): string {
  const line = text
    .slice(0, looked)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  const whole = text.length <= looked && line.length <= longest;
  const shown = wellFormed(whole ? line : `${line.slice(0, longest - 1)}…`);
  const runs = shown.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(0, ...runs.map(({ length }) => length)) + 1);
  const pad = shown === '' || shown.startsWith('`') || shown.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}
