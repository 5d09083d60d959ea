import { readEntity } from './read-entity.js';
import type { AttachedFile, Found } from './types.js';

/** A web page saved as a message (MHTML, RFC 2557): opened as one, and no mail that anybody sent. */
export function openPage(file: AttachedFile, found: Found): void {
  readEntity([file.bytes], file, found, { prefix: `${file.path}!`, isMail: false, urlKind: 'attachment' });
}
