import type { UrlKind } from '../../indicators/types.js';
import type { Found } from './types.js';

export interface FoundText {
  readonly kind: 'text' | 'html';
  readonly part: string;
  readonly urlKind: UrlKind | null;
}

/** Has text that was decoded here searched; nothing for blanks. */
export function addDecodedText(text: string, { kind, part, urlKind }: FoundText, found: Found): void {
  if (text.trim() === '') return;
  const raw = Buffer.from(text);
  found.text({ kind, raw, encoding: '', charset: 'utf-8', deleteSpace: false, part, urlKind });
}
