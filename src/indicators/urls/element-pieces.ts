import { cssUrls } from './css-urls.js';
import { clickAttributes, embeddingTags, loadedAs, paintAttributes, reloadingTags } from './html-attributes.js';
import type { LinkPiece, Piece } from './html-piece.js';
import { refreshTarget, srcsetUrls } from './resolve-link.js';

const animations: ReadonlySet<string> = new Set(['animate', 'set']);

/** Longer values are cut: a URL is listed up to 16 kB anyway. */
export const maxValueChars = 64 * 1024;

/**
 * Adds what the attributes of an element hold, and gives the link that a click on it opens.
 * @param attributes by names in lower case
 */
export function addElementPieces(
  tag: string,
  attributes: ReadonlyMap<string, string>,
  pieces: Piece[],
): LinkPiece | null {
  if (tag === 'meta') addMeta(attributes, pieces);
  if (tag === 'meta' || tag === 'base') return null;
  let link: LinkPiece | null = null;
  for (const [name, value] of attributes) {
    const piece = attributePiece(tag, name, value, attributes, pieces);
    if (piece !== null) link = piece;
  }
  // Sent to where the document is from (HTML Standard §4.10.21.3), for which mail programs take the base.
  if (tag === 'form' && !attributes.has('action')) pieces.push({ kind: 'link', value: '', as: 'click' });
  return link;
}

function attributePiece(
  tag: string,
  name: string,
  value: string,
  attributes: ReadonlyMap<string, string>,
  pieces: Piece[],
): LinkPiece | null {
  if (name === 'href' && !animations.has(tag)) return linkPiece(tag, name, value, pieces);
  if (name === 'style' || paintAttributes.has(name)) addEmbedded(cssUrls(value), pieces);
  else if (name === 'srcdoc') pieces.push({ kind: 'document', html: value });
  else if (name.startsWith('data-') || (tag === 'input' && name === 'value'))
    pieces.push({ kind: 'kept', text: value });
  else if (name.startsWith('on')) pieces.push({ kind: 'script', code: value });
  else if (name === 'srcset' || name === 'imagesrcset') addEmbedded(srcsetUrls(value.slice(0, maxValueChars)), pieces);
  else if (name === 'ping') addEmbedded(value.slice(0, maxValueChars).split(/\s+/), pieces);
  else if (animations.has(tag)) addAnimation(name, value, attributes, pieces);
  else if (name !== 'value' || /^\s*(?:https?|ftp):/i.test(value)) return linkPiece(tag, name, value, pieces);
  return null;
}

function linkPiece(tag: string, name: string, value: string, pieces: Piece[]): LinkPiece | null {
  // Others refer to a place within their own document with it.
  if (/^\s*(?:#|$)/.test(value) && !reloadingTags.has(tag)) return null;
  const clicks = clickAttributes.has(name) && !embeddingTags.has(tag);
  const loads = clicks ? undefined : loadedAs.get(tag);
  const piece: LinkPiece = { kind: 'link', value, as: clicks ? 'click' : 'embed', loads };
  pieces.push(piece);
  return clicks ? piece : null;
}

export function addEmbedded(values: readonly string[], pieces: Piece[]): void {
  for (const value of values) pieces.push({ kind: 'link', value, as: 'embed' });
}

/** SVG can change where a link leads: `<set attributeName="href" to="…">`. */
function addAnimation(name: string, value: string, attributes: ReadonlyMap<string, string>, pieces: Piece[]): void {
  const isTarget = name === 'from' || name === 'to' || name === 'by' || name === 'values';
  if (!isTarget || !/^\s*(?:[\w.-]+:)?href\s*$/i.test(attributes.get('attributename') ?? '')) return;
  for (const link of value.slice(0, maxValueChars).split(';'))
    if (link.trim() !== '') pieces.push({ kind: 'link', value: link.trim(), as: 'click' });
}

function addMeta(attributes: ReadonlyMap<string, string>, pieces: Piece[]): void {
  if (attributes.get('http-equiv')?.trim().toLowerCase() !== 'refresh') return;
  const value = refreshTarget(attributes.get('content') ?? '');
  if (value !== undefined) pieces.push({ kind: 'link', value, as: 'click' });
}
