import { parse } from 'tldts';

/** What the content of a code holds for a search for URLs. */
export interface CodeContent {
  /** The whole content is this URL. */
  readonly url: string | null;
  /** What else is to be searched, a line for each field; '' where the URL is all. */
  readonly text: string;
}

/** More than the largest code holds (ISO/IEC 18004 §7.1: 7,089 digits). */
const maxChars = 8000;

/** `URL:` and `URLTO:` are read as a link by phones. */
const label = /^(?:URL(?:TO)?|LINK):\s*(?=\S)/i;
const webUrl = /^(?:https?|ftp):[\\/]*[^\s\\/]\S*$/i;
const bareUrl = /^([\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+)(?::\d{1,5})?(?:[/?#]\S*)?$/u;
/** `intent://host/path#Intent;scheme=https;…;end`, which Android opens in a browser. */
const intent = /^intent:\/\/([^\s#]+)#Intent;(.{0,4000})/is;
/** MECARD, MEBKM, MATMSG, WIFI (NTT docomo): fields end with semicolons, a backslash escapes. */
const fieldFormat = /^(?:MECARD|MEBKM|MATMSG|BIZCARD|WIFI|DPP|SMSTO|SMS|TEL|GEO):/i;
const otherUri = /^[a-z][a-z0-9+.-]{1,30}:(?!\/\/[^/]*\s)/i;

/** What a phone would make of the content of a code, without opening anything. */
export function readContent(content: string): CodeContent {
  const text = content.slice(0, maxChars).trim().replace(label, '');
  if (webUrl.test(text)) return { url: text.replaceAll('\\', '/'), text: '' };
  const host = bareUrl.exec(text)?.[1];
  if (host !== undefined && isKnownHost(host)) return { url: `http://${text}`, text: '' };
  const [, target, rest] = intent.exec(text) ?? [];
  if (target !== undefined && rest !== undefined) {
    const scheme = /(?:^|;)scheme=(https?)(?:;|$)/i.exec(rest)?.[1] ?? 'https';
    return { url: `${scheme}://${target}`, text: lines(rest.split(';')) };
  }
  if (fieldFormat.test(text)) return { url: null, text: lines(fieldsOf(text)) };
  if (/^BEGIN:/i.test(text)) return { url: null, text: unescaped(text.replaceAll(/\r?\n[ \t]/g, '')) };
  // mailto (RFC 6068), otpauth, bitcoin (BIP 21) and their like: values are percent-encoded.
  if (otherUri.test(text)) return { url: null, text: lines(text.split(/[?&]/)) };
  return { url: null, text };
}

function isKnownHost(host: string): boolean {
  const { isIcann, domain } = parse(host.toLowerCase(), { extractHostname: false });
  return isIcann === true && domain !== null;
}

function fieldsOf(text: string): string[] {
  const body = text.slice(text.indexOf(':') + 1);
  return (body.match(/(?:[^;\\]|\\[\s\S])+/g) ?? []).map((field) => unescaped(field.replace(/^[A-Z]{1,8}:/i, '')));
}

function unescaped(text: string): string {
  return text.replaceAll(/\\([^nN])/g, '$1').replaceAll(/\\[nN]/g, '\n');
}

/** Each value on a line of its own, without its name and percent-encoding. */
function lines(values: readonly string[]): string {
  return values.map((value) => decoded(value.replace(/^[\w.-]{1,40}=/, ''))).join('\n');
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
