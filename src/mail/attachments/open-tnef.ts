import { readTnef, type TnefAttachment } from './read-tnef.js';
import { type MapiAttachment, takeMapiMessage } from './take-mapi-message.js';
import type { AttachedFile, Found } from './types.js';

/**
 * What Outlook sends to Outlook (`winmail.dat`): the mail itself once more, with its attachments. Its URLs are those of
 * the mail; messages attached to it are mails that it carries.
 */
export async function openTnef(file: AttachedFile, found: Found): Promise<void> {
  await openMessage(file.bytes, file.path, file.depth + 1, false);

  async function openMessage(bytes: Buffer, path: string, depth: number, carried: boolean): Promise<void> {
    const { properties, attachments, damaged, cut } = readTnef(bytes);
    if (damaged) found.finding('attachment-unreadable');
    if (cut) found.finding('file-cut');
    const message = { properties, attachments: attachments.map(asMapi) };
    await takeMapiMessage(message, { file, path, depth, carried }, found);
  }

  function asMapi({ properties, bytes, message }: TnefAttachment): MapiAttachment {
    const open = message === null ? null : (path: string, depth: number) => openMessage(message, path, depth, true);
    return { properties, bytes, open };
  }
}
