import { hasWideMark } from './file-kind.js';
import type { AttachedFile, Found } from './types.js';
import { withoutZeros } from './without-zeros.js';

/**
 * HTML (also SVG) and text: searched as the body is, in their own character set. Their URLs are of the kind
 * `attachment`, links and embedded ones alike: nobody sees them without opening the file.
 */
export function openText({ kind, bytes, charset, part }: AttachedFile, found: Found): void {
  const textKind = kind === 'html' ? 'html' : 'text';
  const read = (raw: Buffer) =>
    found.text({ kind: textKind, raw, encoding: '', charset, deleteSpace: false, part, urlKind: 'attachment' });
  read(bytes);
  // Of UTF-16 no mark need stand; of all else browsers pass zeros over (HTML Standard §13.2.6.4.7).
  if (bytes.includes(0) && !hasWideMark(bytes)) read(withoutZeros(bytes));
}
