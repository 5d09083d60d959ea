import { decodeCharset } from '../decode-text.js';
import { withoutZeros } from './without-zeros.js';

export interface CalendarProperty {
  /** In upper case, without group: `URL` of `item1.URL:…`; '' for a line that is no property. */
  readonly name: string;
  /** Names in upper case; a name that stands alone (vCalendar 1.0) is a value of `ENCODING`. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Unfolded and decoded, but still escaped. */
  readonly value: string;
}

export interface CalendarProperties {
  readonly properties: readonly CalendarProperty[];
  readonly cut: boolean;
}

const maxProperties = 50_000;
const maxParameters = 20;

/** The properties of an iCalendar (RFC 5545 §3.1), vCalendar 1.0 or vCard (RFC 6350), whatever components they are in. */
export function calendarProperties(bytes: Buffer, charset: string | null): CalendarProperties {
  // Folding may split a character: it is undone in bytes.
  const wide = bytes.subarray(0, 64).filter((byte) => byte === 0).length > 8;
  const source = wide ? Buffer.from(decodeCharset(bytes, charset).text) : withoutZeros(bytes);
  const latin = source
    .toString('latin1')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/\n[ \t]/g, '');
  const lines = latin.split('\n');
  const properties: CalendarProperty[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (line.trim() === '') continue;
    if (properties.length === maxProperties) return { properties, cut: true };
    const head = readHead(line) ?? { name: '', parameters: new Map<string, string>(), end: 0 };
    const encoding = head.parameters.get('ENCODING')?.toUpperCase();
    let raw = line.slice(head.end);
    if (encoding === 'QUOTED-PRINTABLE') {
      const pieces = [raw];
      // A soft line break, which vCalendar 1.0 has in place of folding.
      while (pieces.at(-1)?.endsWith('=') === true && index + 1 < lines.length) {
        index += 1;
        pieces.push(lines[index] ?? '');
      }
      raw = pieces
        .map((piece) => piece.replace(/=$/, ''))
        .join('')
        .replaceAll(/=([0-9a-f]{2})/gi, fromHex);
    }
    const declared = head.parameters.get('CHARSET') ?? (wide ? 'utf-8' : charset);
    const value = decodeCharset(Buffer.from(raw, 'latin1'), declared).text;
    properties.push({ name: head.name, parameters: head.parameters, value });
  }
  return { properties, cut: false };
}

interface Head {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** Where the value begins. */
  readonly end: number;
}

/** `ATTENDEE;CN="Doe; Jane";ROLE=CHAIR:` */
function readHead(line: string): Head | null {
  const name = /^(?:[\w-]{1,60}\.)?(?!(?:https?|ftp):)([\w-]{1,60})(?=[;:])/i.exec(line);
  if (name === null) return null;
  const parameters = new Map<string, string>();
  const parameter = /;([\w-]{1,60})(?:=((?:"[^"]*"|[^";:])*))?/gy;
  let end = name[0].length;
  parameter.lastIndex = end;
  for (
    let match = parameter.exec(line);
    match !== null && parameters.size < maxParameters;
    match = parameter.exec(line)
  ) {
    const [, key = '', value] = match;
    if (value === undefined) parameters.set('ENCODING', key);
    else parameters.set(key.toUpperCase(), Buffer.from(value.replaceAll('"', ''), 'latin1').toString());
    end = parameter.lastIndex;
  }
  const colon = line.indexOf(':', end);
  return colon < 0 ? null : { name: (name[1] ?? '').toUpperCase(), parameters, end: colon + 1 };
}

function fromHex(_: string, hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}

/** RFC 5545 §3.3.11. */
export function unescapeText(value: string): string {
  return value.replaceAll(/\\([\\;,nN:"])/g, (_, character: string) => (/n/i.test(character) ? '\n' : character));
}
