import type { UrlKind } from '../types.js';

export interface LinkPiece {
  readonly kind: 'link';
  readonly value: string;
  readonly as: UrlKind;
  /** What a `data:` URL is taken for here, whatever type it names. */
  readonly loads?: 'script' | 'style' | undefined;
  /** The text between the tags of the link. */
  shown?: string | undefined;
}

/** What of a document can hold URLs. */
export type Piece =
  | LinkPiece
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'script'; readonly code: string }
  | { readonly kind: 'document'; readonly html: string }
  /** Where a script may keep something encoded: a data attribute, a hidden field, a comment. */
  | { readonly kind: 'kept'; readonly text: string };

export interface Pieces {
  readonly pieces: readonly Piece[];
  /** What relative links may be relative to: one in nearly all documents that have any. Not resolved. */
  readonly bases: readonly string[];
}
