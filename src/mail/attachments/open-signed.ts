import { readEntity } from './read-entity.js';
import { readCms } from './signed-data.js';
import type { AttachedFile, Found } from './types.js';

/**
 * What an S/MIME signature encloses (`smime.p7m`, RFC 8551 §3.5.2): parts of the mail itself, which mail programs show
 * as its text. Detached signatures enclose nothing.
 */
export function openSigned(file: AttachedFile, found: Found): void {
  const content = readCms(file.bytes);
  if (content === null) found.finding('attachment-unreadable');
  else if (content.kind === 'encrypted') found.finding('message-encrypted');
  // The enclosed entity has no sender of its own, and what is signed with its header is this mail once more.
  else if (content.pieces.length > 0)
    readEntity(content.pieces, file, found, { prefix: `${file.path}!`, isMail: false, urlKind: null });
}
