import { defang } from './defang.js';
import type { ExtractedFile } from './extract-file.js';
import { printableLine, timeText } from './printable.js';
import { fields } from './table.js';

export function withDefangedUrls(extracted: ExtractedFile): ExtractedFile {
  return { ...extracted, urls: extracted.urls.map((found) => ({ ...found, url: defang(found.url) })) };
}

/** What was seen in a mail, for people. */
export function extractedText(extracted: ExtractedFile): string {
  const { file, alertId, subject, from, to, messageId, dateMs, urls, attachments, findings } = extracted;
  const below = (lines: readonly string[]) => lines.map((line): [string, string] => ['', printableLine(line)]);
  const pairs: readonly (readonly [string, string | number])[] = [
    ['subject', printableLine(subject ?? '(none)')],
    ['from', printableLine(from) || '(none)'],
    ['to', printableLine(to) || '(none)'],
    ['date', dateMs === null ? '(none)' : timeText(dateMs)],
    ['message id', printableLine(messageId ?? '(none)')],
    ['alert id', alertId],
    ['URLs', urls.length],
    ...below(urls.map(({ url, kind }) => `${url} (${kindText[kind]})`)),
    ['attachments', attachments.length],
    ...below(
      attachments.map((found) => `${found.fileName ?? '(no name)'}, ${found.contentType}, ${found.sizeBytes} bytes`),
    ),
    ...findings.map(({ text }): [string, string] => ['note', printableLine(text)]),
  ];
  return `${printableLine(file)}\n${fields(pairs, '  ')}`;
}

const kindText = { text: 'in text', click: 'link', embed: 'loaded by HTML' } as const;
