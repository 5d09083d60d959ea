import type { Piece } from './html-piece.js';
import { htmlPieces } from './html-walk.js';
import type { EntityWork } from './xml-entities.js';
import { beginsAsXml, mayBeXml, type XmlPieces, xmlPieces } from './xml-walk.js';

/**
 * What of a document can hold URLs, in both ways in which programs read it: as HTML, and as XML where it may be that.
 * @param ofAnyType whether a browser opens it, by a type or name that may say XML
 */
export function readingsOf(html: string, ofAnyType: boolean, work: EntityWork): XmlPieces {
  const { pieces, bases } = htmlPieces(html);
  if (!beginsAsXml(html) && !(ofAnyType && mayBeXml(html))) return { pieces, bases, cut: false };
  const asXml = xmlPieces(html, work);
  const known = new Set(pieces.map(keyOf));
  return {
    pieces: [...pieces, ...asXml.pieces.filter((piece) => !known.has(keyOf(piece)))],
    bases: [...new Set([...bases, ...asXml.bases])],
    cut: asXml.cut,
  };
}

function keyOf(piece: Piece): string {
  if (piece.kind === 'link') return `${piece.as} ${piece.shown ?? ''} ${piece.value}`;
  if (piece.kind === 'script') return `script ${piece.code}`;
  return `${piece.kind} ${piece.kind === 'document' ? piece.html : piece.text}`;
}
