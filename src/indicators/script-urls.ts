import { hostNameOf, isMailHost } from './observables/registrable-domain.js';
import { schemeUrls } from './scheme-urls.js';
import { percentDecoded } from './unwrap/decode.js';
import type { UrlList, UrlPlace } from './url-list.js';
import { dataText, dataUrl, isDocument, isScript } from './urls/data-document.js';
import { decodedConstant } from './urls/encoded-constants.js';
import { halfHostChars } from './urls/half-host.js';
import { resolveLink } from './urls/resolve-link.js';
import { type ScriptConstants, scriptConstants } from './urls/script-constants.js';
import type { ScriptScope } from './urls/script-scope.js';

/** Scripts within texts that scripts run. */
const maxDepth = 4;
/** Names that scripts give to elements and vocabularies; nothing is there to open. */
const vocabulary =
  /^https?:\/\/(?:www\.w3\.org\/(?:\d{4}|TR|XML)\/|(?:www\.)?schema\.org\b|schemas\.(?:microsoft|xmlsoap|openxmlformats|android)\.|ns\.adobe\.com\/|purl\.org\/|ogp\.me\/)/i;
/** A text that puts texts together is code, whoever runs it. */
const code = /["'`]\s{0,9}\+\s{0,9}["'`]|\b(?:atob|unescape|fromCharCode|decodeURIComponent)\s{0,9}\(/;
const javascript = /^\s{0,20}javascript:/i;

/** What the URLs of a script are found for. */
export interface ScriptContext {
  readonly list: UrlList;
  readonly place: UrlPlace;
  readonly scope: ScriptScope;
  /** Takes HTML found in it. */
  readonly document: (html: string) => void;
}

/**
 * Adds the URLs that a script holds as constants. HTML that it would write is a document of its own, and code that it
 * would run is a script. HTML smuggling hides them behind encodings that need no script to be undone.
 */
export function addScriptUrls(script: string, context: ScriptContext, depth = 0): void {
  addEncodedConstant(script, context, depth);
  const constants = constantsOf(script, context);
  const inner = new Set(constants.code);
  for (const text of constants.texts) addConstant(text, context, inner);
  addCodeUrls(constants.unread, urlAdder(context));
  if (context.scope.isSpent) context.list.findings.add('text-cut');
  if (depth < maxDepth) for (const text of inner) addScriptUrls(text, context, depth + 1);
  else if (inner.size > 0) context.list.findings.add('depth-cut');
}

/**
 * Adds what a script keeps outside of itself: in an attribute, a field, a comment, or a script of no type. Only what is
 * encoded, and begins with a URL or a page once it is not, counts.
 */
export function addEncodedConstant(text: string, context: ScriptContext, depth = 0): void {
  const decoded = decodedConstant(text.trim());
  if (decoded === null) return;
  const inner = new Set<string>();
  addConstant(decoded, context, inner);
  if (depth < maxDepth) for (const script of inner) addScriptUrls(script, context, depth + 1);
}

/** A defect here costs the constants of one script, and nothing around it. */
function constantsOf(script: string, { scope, list }: ScriptContext): ScriptConstants {
  try {
    return scriptConstants(script, scope);
  } catch {
    list.findings.add('parser-failed');
    return { texts: [], code: [], unread: script };
  }
}

function addConstant(constant: string, context: ScriptContext, inner: Set<string>): void {
  const { document } = context;
  const decoded = decodedConstant(constant);
  const text = decoded === null ? constant : decoded.slice(0, decoded.length - halfHostChars(decoded));
  const add = urlAdder(context);
  const data = dataUrl(text.trimStart());
  const isCode = inner.has(constant) || (code.test(text) && !/^\s*</.test(text));
  if (isCode) inner.add(text);
  if (data !== null && isDocument(data)) document(dataText(data));
  else if (data !== null && isScript(data)) inner.add(dataText(data));
  else if (javascript.test(text)) inner.add(percentDecoded(text.replace(javascript, '')));
  else if (/<\s*[!a-z]/i.test(text)) {
    document(text);
    // A tag that is not complete is none; what is in it counts.
    const tag = text.slice(text.lastIndexOf('>') + 1);
    addSchemeUrls(tag.slice(0, tag.length - halfHostChars(tag)), add);
  } else if (isLink(text)) add(resolveLink(text, null) ?? '');
  else if (isCode) addCodeUrls(text, add);
  else addSchemeUrls(text, add);
}

function urlAdder({ list, place }: ScriptContext): (url: string) => void {
  return (url) => {
    if (!vocabulary.test(url)) list.add(url, { kind: 'script', part: place.part });
  };
}

function addSchemeUrls(text: string, add: (url: string) => void): void {
  if (text.includes('://')) for (const { start, end } of schemeUrls(text)) add(text.slice(start, end));
}

/** A quote within code ends what is a constant there. */
function addCodeUrls(text: string, add: (url: string) => void): void {
  addSchemeUrls(text, (url) => {
    add(url.replace(/'.*$/s, ''));
  });
}

/** `//host/path`, `https:\\host` and `https:/host`, which browsers open too. */
function isLink(text: string): boolean {
  const host = /^(?:https?:)?[\\/]{1,4}([a-z\d.-]{1,253})(?::\d{1,5})?(?:[\\/?#]|$)/i.exec(text)?.[1];
  if (host === undefined || /^(?:https?:\/\/|[\\/](?![\\/]))/i.test(text)) return false;
  const name = hostNameOf(host);
  return name !== undefined && isMailHost(name);
}
