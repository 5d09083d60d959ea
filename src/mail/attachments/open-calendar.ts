import { addDecodedText } from './add-text.js';
import { type CalendarProperty, calendarProperties, unescapeText } from './calendar-lines.js';
import { takeMember } from './take-member.js';
import { takePlaceIn } from './take-place.js';
import type { AttachedFile, Found } from './types.js';

/** Ids, which look like mail addresses, and what programs say of themselves and of time zones. */
const passedOver: ReadonlySet<string> = new Set(
  'UID PRODID TZURL TZID RELATED-TO RECURRENCE-ID RRULE DTSTAMP DTSTART DTEND CREATED LAST-MODIFIED VERSION REV'.split(
    ' ',
  ),
);
const documents = /^\s*<(?:!doctype|html|head|body|div|p|a|table|meta)\b/i;

/** Invitations and business cards: what stands in their properties and parameters, HTML as HTML, files as files. */
export async function openCalendar(file: AttachedFile, found: Found): Promise<void> {
  const { properties, cut } = calendarProperties(file.bytes, file.charset);
  if (cut) found.finding('file-cut');
  const lines: string[] = [];
  let files = 0;
  for (const property of properties) {
    const { name, parameters, value } = property;
    if (passedOver.has(name)) continue;
    for (const parameter of parameters.values()) if (/:|@|www\./i.test(parameter)) lines.push(parameter);
    const content = fileContent(property);
    if (content !== null) {
      files += 1;
      await takeFile(
        content,
        parameters.get('FILENAME') ?? parameters.get('X-FILENAME') ?? `${name.toLowerCase()}${files}`,
      );
      continue;
    }
    const text = unescapeText(value);
    if (/html/i.test(parameters.get('FMTTYPE') ?? '') || documents.test(text))
      addDecodedText(text, { kind: 'html', part: file.part, urlKind: 'attachment' }, found);
    else lines.push(text);
  }
  addDecodedText(lines.join('\n'), { kind: 'text', part: file.part, urlKind: 'attachment' }, found);

  async function takeFile(bytes: Buffer, name: string): Promise<void> {
    if (!takePlaceIn(file, found)) return;
    await takeMember({ archive: file, path: name, packed: bytes, engine: null }, found);
  }
}

/** `ATTACH;ENCODING=BASE64;VALUE=BINARY:…` (RFC 5545 §3.8.1.1), `PHOTO;ENCODING=b:…`, `PHOTO:data:image/png;base64,…`. */
function fileContent({ parameters, value }: CalendarProperty): Buffer | null {
  const encoding = parameters.get('ENCODING') ?? '';
  if (/^(?:base64|b)$/i.test(encoding)) return Buffer.from(value, 'base64');
  const data = /^data:[\w.+/-]{0,100}(?:;[\w.+=-]{0,100}){0,5};base64,/i.exec(value.slice(0, 1000));
  return data === null ? null : Buffer.from(value.slice(data[0].length), 'base64');
}
