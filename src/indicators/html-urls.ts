import { addEncodedConstant, addScriptUrls } from './script-urls.js';
import { addTextUrls } from './text-urls.js';
import { percentDecoded } from './unwrap/decode.js';
import type { UrlList, UrlPlace } from './url-list.js';
import { cssUrls } from './urls/css-urls.js';
import { dataText, dataUrl, isDocument, isScript } from './urls/data-document.js';
import type { LinkPiece } from './urls/html-piece.js';
import { readingsOf } from './urls/html-readings.js';
import { programUrls } from './urls/program-links.js';
import { bareTarget, cleanLink, resolveLink } from './urls/resolve-link.js';
import { ScriptScope } from './urls/script-scope.js';

/** Documents within documents: `srcdoc`, `data:text/html`, HTML that a script would write. */
const maxDepth = 4;
/** All of those together, beyond the size of the outermost. */
const maxInnerChars = 4 * 1024 * 1024;

/** Sees what else a document holds. */
export interface HtmlObserver {
  /** Text between two tags that begin a line or separate words. */
  text(text: string): void;
  /** A link whose scheme is none of the web's. */
  link(value: string): void;
}

export interface HtmlContext {
  readonly list: UrlList;
  readonly place: UrlPlace;
  readonly depth: number;
  /** Of the document around it, which counts where it has none. */
  readonly base: string | null;
  readonly left: { chars: number };
  /** Of the scripts of all of them. */
  readonly scope: ScriptScope;
  readonly observer: HtmlObserver | undefined;
}

/**
 * Adds the URLs of an HTML document as a mail program or browser resolves them. Works on htmlparser2's tokens without
 * building or balancing a tree, so nesting costs nothing and the time is linear. No script is run: URLs that stand in
 * one as constants have the kind `script`.
 */
export function addHtmlUrls(
  html: string,
  list: UrlList,
  place: UrlPlace = { part: undefined },
  observer?: HtmlObserver,
): void {
  const left = { chars: html.length + maxInnerChars };
  addDocument(html, {
    list,
    place,
    depth: 0,
    base: place.base ?? null,
    left,
    scope: new ScriptScope(html.length, list.scriptWork),
    observer,
  });
}

function addDocument(html: string, context: HtmlContext): void {
  const { list, place } = context;
  const {
    pieces,
    bases: hrefs,
    cut,
  } = readingsOf(html, context.depth > 0 || place.kind !== undefined, list.entityWork);
  if (cut) list.findings.add('text-cut');
  const own = new Set(hrefs.map((href) => resolveLink(href, context.base)).filter((base) => base !== null));
  for (const base of own) list.add(base, { kind: place.kind ?? 'embed', part: place.part });
  const bases = own.size > 0 ? [...own] : [context.base];
  const within: HtmlContext = { ...context, base: bases[0] ?? null };
  const inner = (document: string) => addInner(document, within);
  for (const piece of pieces) {
    if (piece.kind === 'text') {
      addTextUrls(piece.text, list, place);
      context.observer?.text(piece.text);
    } else if (piece.kind === 'script') addScriptUrls(piece.code, { ...within, document: inner });
    else if (piece.kind === 'document') inner(piece.html);
    else if (piece.kind === 'kept') addEncodedConstant(piece.text, { ...within, document: inner });
    else for (const base of bases) addLink(piece, within, base);
  }
}

function addLink(piece: LinkPiece, context: HtmlContext, base: string | null): void {
  const url =
    resolveLink(piece.value, base) ?? (base === null && piece.as === 'click' ? bareTarget(piece.value) : null);
  if (url === null) addOtherScheme(piece, context);
  else addUrl(url, piece, context);
}

function addUrl(url: string, { value, as, shown }: LinkPiece, { list, place }: HtmlContext): void {
  list.add(url, { kind: place.kind ?? as, part: place.part, original: value.trim(), shown });
}

function addInner(html: string, context: HtmlContext): void {
  if (context.depth >= maxDepth) context.list.findings.add('depth-cut');
  else if (html.length > context.left.chars) context.list.findings.add('text-cut');
  else {
    context.left.chars -= html.length;
    addDocument(html, { ...context, depth: context.depth + 1 });
  }
}

/** `javascript:` and `data:` links, and those of programs. */
function addOtherScheme(piece: LinkPiece, context: HtmlContext): void {
  const { value, as, loads } = piece;
  context.observer?.link(value);
  const link = cleanLink(value);
  for (const url of programUrls(link)) addUrl(url, piece, context);
  const document = (html: string) => addInner(html, context);
  const code = /^javascript:/i.exec(link);
  if (code !== null) addScriptUrls(percentDecoded(link.slice(code[0].length)), { ...context, document });
  const data = dataUrl(link);
  if (data === null) return;
  if (loads === 'script' || isScript(data)) addScriptUrls(dataText(data), { ...context, document });
  else if (isDocument(data)) document(dataText(data));
  else if (loads === 'style' || data.type === 'text/css') addStyle(dataText(data), as, context);
}

function addStyle(css: string, as: LinkPiece['as'], context: HtmlContext): void {
  if (context.depth >= maxDepth) context.list.findings.add('depth-cut');
  else
    for (const value of cssUrls(css))
      addLink({ kind: 'link', value, as }, { ...context, depth: context.depth + 1 }, context.base);
}
