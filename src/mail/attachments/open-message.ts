import { readEntity } from './read-entity.js';
import type { AttachedFile, Found } from './types.js';

/** A message as a file, or encoded as a whole (not legal, RFC 2046 §5.2.1, and sent all the same). */
export function openMessage(file: AttachedFile, found: Found): void {
  // Only what is declared a message has parts in its part's number (RFC 9051 §6.4.5).
  const prefix = file.contentType.startsWith('message/') ? file.part : `${file.path}!`;
  readEntity([file.bytes], file, found, { prefix, isMail: true, urlKind: null });
}
