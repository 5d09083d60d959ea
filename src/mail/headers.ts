/** One header field as it stands in the raw message. */
export interface HeaderField {
  /** In lower case. */
  readonly name: string;
  /** Unfolded and trimmed, one character for each byte (latin1): charsets are decided later. */
  readonly value: string;
}

/**
 * Splits a raw header block into its fields, in order. Lines that are no field (an mbox `From ` line, garbage) are
 * passed over. Linear in the block.
 */
export function scanHeaders(block: Buffer): readonly HeaderField[] {
  const fields: HeaderField[] = [];
  let name: string | null = null;
  let lines: string[] = [];
  const close = () => {
    if (name !== null) fields.push({ name, value: trimmed(lines.join('')) });
    name = null;
  };
  for (const rawLine of block.toString('latin1').split('\n')) {
    const line = rawLine.endsWith('\r') ? rawLine.slice(0, -1) : rawLine;
    if (line.startsWith(' ') || line.startsWith('\t')) {
      lines.push(line);
      continue;
    }
    close();
    const colon = line.indexOf(':');
    const candidate = colon > 0 ? line.slice(0, colon).trimEnd() : '';
    if (candidate === '' || /[\s]/.test(candidate)) continue;
    name = candidate.toLowerCase();
    lines = [line.slice(colon + 1)];
  }
  close();
  return fields;
}

/** Without the blanks of ASCII at both ends. The byte A0 is none: it may be the second half of a letter (`à` in UTF-8). */
function trimmed(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value.charCodeAt(start))) start++;
  while (end > start && isBlank(value.charCodeAt(end - 1))) end--;
  return value.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** The first field of that name; undefined where there is none. */
export function firstHeader(fields: readonly HeaderField[], name: string): string | undefined {
  return fields.find((field) => field.name === name)?.value;
}

/** A structured field: `text/html; charset=utf-8`. */
export interface ParameterisedValue {
  /** In lower case, without parameters and comments. */
  readonly value: string;
  /** Names in lower case; RFC 2231 continuations joined. */
  readonly parameters: ReadonlyMap<string, string>;
  /** A parameter stands there more than once. */
  readonly repeated: boolean;
}

const maxValueChars = 32 * 1024;
const maxParameters = 100;

/**
 * Content-Type and Content-Disposition (RFC 2045 §5.1, RFC 2183), read as leniently as mail programs do: a missing
 * semicolon hides nothing. At most 100 parameters are read.
 * @param which of parameters that stand there more than once
 */
export function parseParameterised(header: string, which: 'first' | 'last' = 'first'): ParameterisedValue {
  const text = header.slice(0, maxValueChars);
  const plain = plainType.exec(text)?.[0] ?? '';
  const { value, end } = plain === '' ? mediaType(text) : { value: plain.toLowerCase(), end: plain.length };
  const pieces: { name: string; section: number; value: string }[] = [];
  const parameter = /[\s;]*([^\s;=]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;\s]*)))?/gy;
  parameter.lastIndex = end;
  for (let match = parameter.exec(text); match !== null; match = parameter.exec(text)) {
    if (pieces.length >= maxParameters) break;
    const [, rawName = '', quoted, bare] = match;
    const [name = '', section = '0'] = rawName.toLowerCase().split('*');
    const content = quoted === undefined ? (bare ?? '') : quoted.replaceAll(/\\(.)/g, '$1');
    pieces.push({
      name,
      section: Number(section) || 0,
      value: rawName.endsWith('*') ? percentDecoded(content) : content,
    });
  }
  const parameters = new Map<string, string>();
  let repeated = false;
  for (const piece of pieces.sort((a, b) => a.section - b.section)) {
    if (piece.section > 0) parameters.set(piece.name, (parameters.get(piece.name) ?? '') + piece.value);
    else {
      const known = parameters.has(piece.name);
      repeated ||= known;
      if (!known || which === 'last') parameters.set(piece.name, piece.value);
    }
  }
  return { value, parameters, repeated };
}

/** What nearly all types are, and nothing else need be looked at. */
const plainType = /^[a-z0-9.+-]{1,60}(?:\/[a-z0-9.+-]{1,100})?(?=;|$)/i;

/** `text/html`, also between comments and stray quotes, and with blanks where mail allows them (RFC 822 §3.1.4). */
function mediaType(text: string): { readonly value: string; readonly end: number } {
  const type = tokenAt(text, skipComments(text, 0));
  const slash = skipComments(text, type.end);
  if (text[slash] !== '/') return { value: type.value, end: skipCommas(text, slash) };
  const subtype = tokenAt(text, skipComments(text, slash + 1));
  return { value: `${type.value}/${subtype.value}`, end: skipCommas(text, skipComments(text, subtype.end)) };
}

function tokenAt(text: string, start: number): { readonly value: string; readonly end: number } {
  let end = start;
  while (end < text.length && !' \t\r\n;,("/'.includes(text.charAt(end))) end++;
  return { value: text.slice(start, end).toLowerCase(), end };
}

function skipCommas(text: string, start: number): number {
  let at = start;
  while (text[at] === ',') at++;
  return at;
}

/** Behind blanks, quotes and comments, which may be nested (RFC 5322 §3.2.2). */
export function skipComments(text: string, start: number): number {
  let at = start;
  let depth = 0;
  for (; at < text.length; at++) {
    const sign = text.charAt(at);
    if (sign === '(') depth += 1;
    else if (sign === ')' && depth > 0) depth -= 1;
    else if (sign === '\\' && depth > 0) at += 1;
    else if (depth === 0 && !' \t\r\n"'.includes(sign)) break;
  }
  return depth > 0 ? start : at;
}

/** RFC 2231 §4: charset and language before the second quote, then percent-encoded bytes. */
function percentDecoded(text: string): string {
  const bytes = text.replace(/^[^']*'[^']*'/, '');
  return bytes.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
