import { percentDecoded } from '../unwrap/decode.js';

export interface DataUrl {
  /** In lower case, without parameters; '' where there is none. */
  readonly type: string;
  readonly parameters: string;
  readonly body: string;
}

/** A `data:` URL in its parts (RFC 2397), not decoded yet; null for any other URL. */
export function dataUrl(url: string): DataUrl | null {
  if (!/^data:/i.test(url)) return null;
  const comma = url.indexOf(',');
  if (comma < 0) return null;
  const head = url.slice(5, comma);
  const semicolon = head.indexOf(';');
  const type = semicolon < 0 ? head : head.slice(0, semicolon);
  const parameters = semicolon < 0 ? '' : head.slice(semicolon);
  return { type: type.trim().toLowerCase(), parameters, body: url.slice(comma + 1) };
}

/** Whether a browser would show it as a document, with links and scripts of its own. */
export function isDocument({ type }: DataUrl): boolean {
  return /^text\/(?:html|xml|xsl)$|^application\/xml$|\+xml$/.test(type);
}

export function isScript({ type }: DataUrl): boolean {
  return /^(?:text|application)\/(?:x-)?(?:java|ecma|live|j)script/.test(type);
}

/** The document in a `data:` URL; null for any other URL, and for pictures. */
export function dataDocument(url: string): string | null {
  const data = dataUrl(url);
  return data !== null && isDocument(data) ? dataText(data) : null;
}

export function dataText({ parameters, body }: DataUrl): string {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]{1,40})/i.exec(parameters)?.[1] ?? 'utf-8';
  if (/;\s*base64\s*$/i.test(parameters)) return decodedText(Buffer.from(percentDecoded(body), 'base64'), charset);
  if (/^utf-?8$/i.test(charset) || !body.includes('%')) return percentDecoded(body);
  return decodedText(percentBytes(body), charset);
}

function percentBytes(text: string): Buffer {
  const bytes = Buffer.from(text);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const code = bytes[at] === 0x25 ? /^[0-9a-f]{2}$/i.exec(bytes.toString('latin1', at + 1, at + 3))?.[0] : undefined;
    bytes[length++] = code === undefined ? (bytes[at] as number) : Number.parseInt(code, 16);
    if (code !== undefined) at += 2;
  }
  return bytes.subarray(0, length);
}

/** The mark of UTF-16 is stronger than the name of the character set (HTML Standard §13.2.3). */
function decodedText(bytes: Buffer, charset: string): string {
  const mark = bytes.length < 2 ? 0 : bytes.readUInt16BE(0);
  try {
    return new TextDecoder(mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : charset).decode(bytes);
  } catch {
    return bytes.toString('utf8');
  }
}
