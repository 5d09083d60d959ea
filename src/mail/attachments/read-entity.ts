import type { UrlKind } from '../../indicators/types.js';
import { MessageReader } from '../read-message.js';
import type { AttachedFile, Found } from './types.js';

export interface EntityOptions {
  /** What its part numbers begin with. */
  readonly prefix: string;
  /** Its own header is that of a mail that somebody sent. */
  readonly isMail: boolean;
  /** Of all its URLs; null where they are what they look like. */
  readonly urlKind: UrlKind | null;
}

/** Reads what a file encloses as a message of its own: its texts, its attachments, the messages in it. */
export function readEntity(pieces: readonly Buffer[], file: AttachedFile, found: Found, options: EntityOptions): void {
  const { prefix, isMail, urlKind } = options;
  const depth = file.depth + 1;
  if (depth > found.maxDepth) {
    found.finding('depth-cut');
    return;
  }
  const reader = new MessageReader({
    maxDepth: found.maxDepth - depth,
    prefix,
    budget: found.budget.kept,
    nameOf: found.nameOf,
    wantsHeader: found.wantsHeader,
    onMessage(part, headers) {
      if (isMail || part !== prefix) found.message(part, headers);
    },
  });
  for (const piece of pieces) reader.write(piece);
  const { texts, attachments, outside, findings } = reader.end();
  for (const code of findings) found.finding(code);
  const shown = texts.some(({ raw }) => raw.length > 2) || attachments.length > 0;
  for (const text of shown ? texts : outside) found.text(urlKind === null ? text : { ...text, urlKind });
  found.attachments(
    attachments.map((part) => ({
      ...part,
      ...(file.doubtful === true ? { doubtful: file.doubtful } : {}),
      depth: part.depth + depth,
    })),
    file.archives,
  );
}
